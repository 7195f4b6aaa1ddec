import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

let folder: string;
let deployed: string;
let head: string;

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], {
    cwd: path.join(folder, "checkout"),
    encoding: "utf8",
  }).trim();

function commit(): string {
  git("commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message", "a change");
  return git("rev-parse", "HEAD");
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "deployed-"));
  for (const name of ["checkout", "bin"]) mkdirSync(path.join(folder, name));
  git("init", "--quiet");
  [deployed, head] = [commit(), commit()];
});

afterEach(() => rmSync(folder, { recursive: true }));

/** @param answer shell lines of a `pulumi` that answers */
function run(answer: string) {
  writeFileSync(path.join(folder, "bin", "pulumi"), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
  const { status, stdout, stderr } = spawnSync(path.join(__dirname, "checkOutDeployed.sh"), ["prod"], {
    cwd: path.join(folder, "checkout"),
    encoding: "utf8",
    env: { ...process.env, PATH: `${path.join(folder, "bin")}:${process.env.PATH ?? ""}` },
  });
  return { status, stdout, stderr, at: git("rev-parse", "HEAD") };
}

test("the commit that the stack tells is checked out", () => {
  const asked = `[ "$*" = "stack output revision --non-interactive --stack prod" ]`;
  expect(run(`${asked} && echo ${deployed}`)).toMatchObject({
    status: 0,
    at: deployed,
    stdout: `Stack prod was last brought up from ${deployed}.\n`,
  });
});

test.each([
  ["does not tell it", "echo 'error: current stack does not have output property' >&2; exit 255"],
  ["was brought up with changes of its own", `echo ${"a".repeat(40)}-dirty`],
  ["tells one that is not in the clone", `echo ${"b".repeat(40)}`],
])("what is checked out stays, with a warning, where the stack %s", (_case, answer) => {
  const { status, at, stderr } = run(answer);
  expect({ status, at }).toEqual({ status: 0, at: head });
  expect(stderr).toContain("Warning: from which commit stack prod was last brought up is not known");
});
