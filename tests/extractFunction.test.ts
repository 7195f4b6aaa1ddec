import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dockerIn, dockerLogin, type StackInWorld, stackInNewWorld, succeeded } from "./stackInWorld";
import type { CommandResult } from "./world";

/** `npm run extract` of the function that the local cloud runs: found through OCI's API, read from the registry. */

jest.setTimeout(10 * 60_000);

const names = ["--application", "fn app sample 001", "--function", "fn sample 001"];
let stack: StackInWorld;

beforeAll(async () => {
  stack = await stackInNewWorld();
});

afterAll(() => stack.world.remove());

function extract(...args: string[]): Promise<CommandResult> {
  return stack.world.command("npm", ["run", "--silent", "extract", "--", ...args], stack.environment);
}

interface Document {
  image: string;
  digest: string;
  function: { function: Record<string, unknown> & { id: string } };
  text: Record<string, string>;
  warnings: string[];
}

async function document(...args: string[]): Promise<Document> {
  return JSON.parse(succeeded(await extract(...args, "--json"))) as Document;
}

test("by names, in whichever compartment: what is deployed, and the stack's own component says the same", async () => {
  const found = await document(...names);
  const { image, digest, text } = stack.outputs.functionSource;
  expect(found).toMatchObject({ image: `${image}@${digest}`, digest, text, warnings: [] });
  expect(found.function.function).toMatchObject({
    name: "fn sample 001",
    application: "fn app sample 001",
    image,
    imageDigest: digest,
    memoryInMBs: 256,
    shape: "GENERIC_X86",
    platform: "linux/amd64",
  });
});

test("by OCID, with --out, --archive and --evidence", async () => {
  const { id } = (await document(...names, "--compartment", "cmp-functions")).function.function;
  const out = stack.world.path("source");
  const archive = stack.world.path("source.tar.gz");
  const { code, stdout, stderr } = await extract(id, "--out", out, "--archive", archive, "--evidence");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/skipped .* COPY to \/python cannot reach \/function/);
  const { files } = stack.outputs.functionSource;
  expect(readdirSync(out).sort()).toEqual(files.map(({ path }) => path).sort());
  const beside = JSON.parse(readFileSync(`${out}.function.json`, "utf8")) as Document["function"];
  expect(beside).toMatchObject({ hasFuncYaml: true, function: { id } });
  const list = succeeded(await stack.world.command("tar", ["-tzf", archive]));
  expect(list.trim().split("\n")).toEqual(expect.arrayContaining(["function.json", "function/func.py"]));
});

test.each([
  [
    ["--application", "x", "--function", "y"],
    'There is no application "x" in the tenancy; name one of "fn app sample 001".',
  ],
  [
    [...names.slice(0, 3), "x"],
    'There is no function "x" in application "fn app sample 001"; name one of "fn sample 001".',
  ],
  [
    [...names, "--compartment", "x"],
    'There is no compartment "x" in the tenancy; name one of "cmp-fotogal", "cmp-functions", "cmp-motando".',
  ],
  [["ocid1.fnfunc.oc1.sa-saopaulo-1.x"], "There is no function ocid1.fnfunc.oc1.sa-saopaulo-1.x, or"],
])("%j is one message and writes nothing", async (args, message) => {
  const out = stack.world.path("wrong");
  const { code, stdout, stderr } = await extract(...args, "--out", out);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(existsSync(out)).toBe(false);
});

test("a tag that has moved since the deployment is a warning; the source is the deployed one's", async () => {
  const { image, digest, text } = stack.outputs.functionSource;
  const other = stack.outputs.images.fotogal;
  if (other === undefined) throw new Error("The stack has no image of fotogal.");
  const docker = dockerIn(stack);
  await dockerLogin(stack);
  for (const args of [
    ["pull", other.uri],
    ["tag", other.uri, image],
    ["push", image],
  ]) {
    succeeded(await docker(...args));
  }
  await docker("image", "rm", image);
  const found = await document(...names);
  expect(found).toMatchObject({ digest, text });
  expect(found.warnings).toEqual([
    expect.stringContaining(`The tag of ${image} has moved since the deployment, to ${other.digest};`),
  ]);
});
