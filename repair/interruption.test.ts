import { spawn } from "node:child_process";
import { hostname } from "node:os";
import { describeInterruption, isInterrupted, remedyFor } from "./interruption";
import { readHolders } from "./lock";

const state = { deployment: {} };
const calm = { stack: "prod", holders: [], inProgress: false, pending: [], state };
const elsewhere = { user: "ana", host: "another.example", pid: 7, since: "2026-01-02T03:04:05Z" };
const resource = { urn: "urn:pulumi:prod::p::oci:Nosql/table:Table::users", type: "oci:Nosql/table:Table" };

test("who locks a stack is read from what Pulumi says of it", () => {
  const said = `error: could not create stack: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  s3://bucket/.pulumi/locks/organization/p/prod/1.json?region=x: created by ana@another.example (pid 7) at 2026-01-02T03:04:05Z
  s3://bucket/.pulumi/locks/organization/p/prod/2.json?region=x: created by bo@ci (pid 8) at 2026-01-02T03:04:06+02:00`;
  expect(readHolders(said)).toEqual([
    elsewhere,
    { user: "bo", host: "ci", pid: 8, since: "2026-01-02T03:04:06+02:00" },
  ]);
  expect(readHolders("error: stack 'organization/p/prod' already exists")).toEqual([]);
});

test("the lock, what is pending and the command are named", () => {
  const left = { ...calm, holders: [elsewhere], pending: [{ type: "creating", resource }] };
  expect(isInterrupted(left)).toBe(true);
  expect(describeInterruption(left) + remedyFor(left)).toBe(
    `Stack prod is locked by ana@another.example, process 7 (it does not run on this machine), since 2026-01-02T03:04:05Z.
Its last update left behind:
  oci:Nosql/table:Table users, interrupted while creating
If that update goes on nowhere, repair the stack: npm run repair -- --stack prod
`,
  );
});

test("an update that goes on here is waited for", () => {
  const engine = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)", "pulumi"]);
  const left = { ...calm, holders: [{ ...elsewhere, host: hostname(), pid: engine.pid ?? 0 }] };
  try {
    expect(describeInterruption(left)).toContain("(it runs on this machine)");
    expect(remedyFor(left)).toBe(`Wait for process ${engine.pid} to end.\n`);
  } finally {
    engine.kill("SIGKILL");
  }
});

test("nobody's lock and nothing pending is nothing to repair", () => {
  expect(isInterrupted(calm)).toBe(false);
  expect(isInterrupted({ ...calm, inProgress: true })).toBe(true);
});
