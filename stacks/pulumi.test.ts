import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pulumiIn } from "./pulumi";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "cli-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A Pulumi CLI that prints these, and ends with this code. */
function cli(stdout: string, stderr: string, code: number) {
  writeFileSync(path.join(folder, "stdout"), stdout);
  writeFileSync(path.join(folder, "stderr"), stderr);
  const script = `#!/bin/sh\ncat "${folder}/stdout"\ncat "${folder}/stderr" >&2\nexit ${code}\n`;
  writeFileSync(path.join(folder, "pulumi"), script, { mode: 0o755 });
  return pulumiIn(folder, { ...process.env, PATH: `${folder}:${process.env.PATH ?? ""}` })(["up"]);
}

test("what it prints is the answer", async () => {
  expect(await cli("all", "warning: old", 0)).toBe("all");
});

const diagnostics = [
  { severity: "warning", message: "warning: a host from $PATH\n" },
  { severity: "error", message: "error: The configuration is wrong:\n  key: x\n" },
];

test.each([
  ["on standard error, after a warning", "", "warning: old\nerror: no stack.\n", "no stack"],
  [
    "in a preview's document",
    JSON.stringify({ diagnostics }),
    "warning: old",
    "The configuration is wrong:\n  key: x",
  ],
  [
    "in an import's progress",
    "Importing\n    error: resource 'x' does not exist\n",
    "",
    "resource 'x' does not exist",
  ],
  ["nowhere", "", "", "exit code 7"],
])("why it fails is told %s", async (_, stdout, stderr, reason) => {
  await expect(cli(stdout, stderr, 7)).rejects.toThrow(`\`pulumi up\` fails (${reason}).`);
});
