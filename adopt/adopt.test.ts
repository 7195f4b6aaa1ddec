import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { carryOut } from "./adopt";
import { matchOf, wantedOf } from "./testing";

const matching = wantedOf("oci:Logging/log:Log", "app");
const differing = wantedOf("oci:Nosql/table:Table", "users");
const plan = {
  stack: "mine",
  matches: [matchOf(matching, "matches"), matchOf(differing, "differs")],
  settings: [{ key: "motando", value: false, why: "nothing of it is there" }],
  file: { nameTable: {}, resources: [{ type: "t", name: "app", id: "ocid1.log" }] },
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "project-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A Pulumi CLI whose preview shows these operations of the two resources. */
function cli(log: string, table: string) {
  const run: string[] = [];
  const step = (op: string, { urn, type }: typeof matching) => ({
    op,
    urn,
    newState: { type, custom: true },
  });
  const pulumi = (args: readonly string[]) => {
    run.push(args.join(" "));
    return Promise.resolve(JSON.stringify({ steps: [step(log, matching), step(table, differing)] }));
  };
  return { run, pulumi };
}

test("sets the configuration, imports the file, and looks what an update would do", async () => {
  const { run, pulumi } = cli("same", "update");
  expect(await carryOut(plan, { pulumi, folder })).toEqual({
    changes: [{ urn: differing.urn, op: "update" }],
    ofAdopted: [differing.urn],
    unforeseen: [],
  });
  const file = path.join(folder, "import.mine.json");
  expect(run).toEqual([
    "config set-all --path --plaintext motando=false --stack mine",
    `import --file ${file} --stack mine --yes --skip-preview --protect=true --generate-code=false`,
    "preview --json --show-sames --stack mine",
  ]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(plan.file);
});

test("tells of a change that nobody has foreseen", async () => {
  const { pulumi } = cli("update", "same");
  expect(await carryOut(plan, { pulumi, folder })).toMatchObject({ unforeseen: [matching.urn] });
});
