import { readFileSync } from "node:fs";
import path from "node:path";
import { readExport, readPreview, type StackResource } from "./stackDocument";

const exported = readFileSync(path.join(__dirname, "testing", "export.json"), "utf8");
const { resources } = (JSON.parse(exported) as { deployment: { resources: Engine[] } }).deployment;

interface Engine {
  urn: string;
  type: string;
  delete?: boolean;
  inputs?: object;
}

it("reads names as people know them, and neither the stack nor its providers", () => {
  const { project, stack, resources: found } = readExport(exported);
  expect([project, stack]).toEqual(["fotogal-motando", "local"]);
  expect(found.filter(({ type }) => type.startsWith("pulumi:"))).toEqual([]);
  const names = found.filter(({ custom }) => custom).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(["cmp-fotogal", "fotogal_bucket_images", "user_id_idx", "motando-webapp:1.0.0"]),
  );
});

it("shows no OCID, no secret and no value that is not known yet", () => {
  for (const name of ["ocid1.bucket.oc1..a", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", { secret: "x" }]) {
    expect(ofBucket(readExport(withInputs({ name }))).name).toBe("fotogal-images");
  }
});

it("leaves out what was replaced and waits for its deletion", () => {
  const doubled = resources.flatMap((each) =>
    each.type.endsWith(":Bucket") ? [{ ...each, delete: true, inputs: { name: "old" } }, each] : [each],
  );
  expect(readExport(document(doubled)).resources).toEqual(readExport(exported).resources);
});

it("reads from a preview what an update would do", () => {
  const ops = ["create-replacement", "replace", "delete-replaced"];
  const steps = resources.flatMap((state) =>
    state.type.endsWith(":Bucket")
      ? ops.map((op) => ({
          op,
          urn: state.urn,
          ...(op === "delete-replaced" ? { oldState: state } : { newState: state }),
        }))
      : state.type.endsWith(":Index")
        ? [{ op: "delete", urn: state.urn, oldState: state }]
        : [{ op: state.type.endsWith(":Log") ? "create" : "same", urn: state.urn, newState: state }],
  );
  const found = readPreview(JSON.stringify({ steps })).resources;
  const changes = Object.fromEntries(
    found.flatMap(({ type, change }) => (change === undefined ? [] : [[type.split(":").at(-1), change]])),
  ) as object;
  expect(changes).toEqual({ Bucket: "replace", Index: "delete", Log: "create" });
  expect(found).toHaveLength(readExport(exported).resources.length);
});

it("says what to do about an empty stack, and about what is no JSON", () => {
  expect(() => readExport('{"deployment":{"resources":null}}')).toThrow("run `pulumi up` first");
  expect(() => readPreview("error: no stack")).toThrow("`pulumi preview --json` printed no JSON document");
});

function ofBucket({ resources: found }: { resources: StackResource[] }): StackResource {
  const bucket = found.find(({ type }) => type.endsWith(":Bucket"));
  if (bucket === undefined) throw new Error("no bucket");
  return bucket;
}

function withInputs(inputs: object): string {
  return document(resources.map((each) => (each.type.endsWith(":Bucket") ? { ...each, inputs } : each)));
}

function document(changed: Engine[]): string {
  return JSON.stringify({ deployment: { resources: changed } });
}
