import { readFileSync } from "node:fs";
import path from "node:path";
import { readExport } from "../graph/stackDocument";

/** What of OCI's the stack makes → what a statement calls it. */
const MANAGED: Record<string, string> = {
  Compartment: "compartments",
  Policy: "policies",
  Bucket: "buckets",
  Table: "nosql-tables",
  Index: "nosql-indexes",
  LogGroup: "log-groups",
  Log: "log-groups",
  ContainerRepository: "repos",
  ContainerScanRecipe: "container-scan-recipes",
  ContainerScanTarget: "container-scan-targets",
};

it("lets the group manage exactly what the stack makes, in one compartment", () => {
  const page = readFileSync(path.join(__dirname, "oracle-cloud.md"), "utf8");
  const [, json = "[]"] = /```json\n(.*?)```/s.exec(page) ?? [];
  const statements = JSON.parse(json) as string[];
  const managed = statements.flatMap(
    (each) => /^Allow group \S+ to manage (\S+) in compartment \S+$/.exec(each)?.[1] ?? [],
  );
  const others = statements.filter((each) => !each.includes(" manage "));
  expect(others.every((each) => / to (inspect|read) \S+ in /.test(each))).toBe(true);
  expect(managed.sort()).toEqual(
    [...new Set(madeByStack().map((type) => MANAGED[type] ?? `? (${type})`))].sort(),
  );
});

function madeByStack(): string[] {
  const exported = readFileSync(path.join(__dirname, "..", "graph", "testing", "export.json"), "utf8");
  return readExport(exported).resources.flatMap(({ type }) =>
    type.startsWith("oci:") ? (type.split(":").at(-1) ?? type) : [],
  );
}
