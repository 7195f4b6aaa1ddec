import { readFileSync } from "node:fs";
import type { Interruption } from "./interruption";
import type { Decision } from "./plan";
import { carryOut, refuse, type Repair } from "./repair";
import { readState } from "./state";

const type = "oci:Logging/logGroup:LogGroup";
const resource = { urn: `urn:pulumi:dev::p::${type}::group`, type, custom: true, inputs: {} };
const operation = { type: "creating", resource };
const exported = JSON.stringify({ deployment: { resources: [], pending_operations: [operation] } });
const holder = { user: "ana", host: "laptop", pid: 4711, since: "2026-01-02T03:04:05Z" };

function repair(decision: Partial<Decision>, more: Partial<Interruption> = {}): Repair {
  const state = readState(exported);
  const interruption = { stack: "dev", holders: [], inProgress: false, pending: [operation], state, ...more };
  return { interruption, decisions: [{ operation, action: "import", why: "it was made", ...decision }] };
}

/** Carries it out with a Pulumi CLI that answers as told; resolves with the commands, and the state that was imported. */
async function carriedOut(found: Repair, answers: Partial<Record<string, string | Error>> = {}) {
  const commands: string[] = [];
  let imported: unknown;
  const pulumi = (args: readonly string[]): Promise<string> => {
    const command = args[0] === "stack" ? `stack ${args[1] ?? ""}` : (args[0] ?? "");
    commands.push(command);
    const file = args[args.indexOf("--file") + 1] ?? "";
    if (command === "stack import") imported = JSON.parse(readFileSync(file, "utf8"));
    const answer = answers[command] ?? (command === "stack export" ? exported : "");
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const failure = await carryOut(
    found,
    { pulumi, environment: {}, folder: "/nowhere" },
    () => undefined,
  ).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  return { commands, imported, failure };
}

test("the lock is taken away first; what was made comes into the state, and all of it is looked at", async () => {
  const { commands, imported, failure } = await carriedOut(repair({ id: "ocid1.1" }, { holders: [holder] }));
  expect(failure).toBeUndefined();
  expect(commands).toEqual(["cancel", "stack export", "stack import", "refresh"]);
  expect(imported).toEqual({ deployment: { resources: [{ ...resource, id: "ocid1.1", outputs: {} }] } });
});

test("without a lock nothing is cancelled; what was not made is forgotten", async () => {
  const { commands, imported } = await carriedOut(repair({ action: "forget" }));
  expect(commands).toEqual(["stack export", "stack import", "refresh"]);
  expect(imported).toEqual({ deployment: { resources: [] } });
});

test("a lock alone is only taken away", async () => {
  const locked = repair({}, { holders: [holder], pending: [] });
  expect((await carriedOut(locked)).commands).toEqual(["cancel"]);
});

test("a state that has changed meanwhile is left alone", async () => {
  const other = JSON.stringify({ deployment: { resources: [] } });
  const { commands, failure } = await carriedOut(repair({ id: "ocid1.1" }), { "stack export": other });
  expect(commands).toEqual(["stack export"]);
  expect(failure).toMatch(/^Stack dev has changed meanwhile: /);
});

test("a refresh that fails is said to be what is left", async () => {
  const { failure } = await carriedOut(repair({ id: "ocid1.1" }), { refresh: new Error("No network.") });
  expect(failure).toMatch(/^No network\. All the rest is done: .*`pulumi refresh --stack dev`/);
});

test("what is unclear is refused, with the option that makes it clear", () => {
  expect(() => refuse(repair({ action: "unclear", why: "there are 2 of it" }))).toThrow(
    `\n  ${type} group: there are 2 of it: --id '${resource.urn}=ID'`,
  );
  expect(() => refuse(repair({}))).not.toThrow();
});
