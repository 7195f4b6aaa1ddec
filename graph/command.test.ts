import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runCommand } from "./command";

const exported = path.join(__dirname, "testing", "export.json");
let folder: string;

// A pulumi that prints the fixture, and its arguments on the side.
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "graph-"));
  const script = `#!/bin/sh\necho "$@" > '${folder}/arguments'\ncat '${exported}'\n`;
  writeFileSync(path.join(folder, "pulumi"), script, { mode: 0o755 });
});

afterEach(() => rmSync(folder, { recursive: true }));

it("writes the picture, and says what is in it", async () => {
  const out = path.join(folder, "stack.svg");
  expect(await run("--stack", "prod", "--out", out)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/stack\.svg: \d+ resources\n$/) as string,
    stderr: "",
  });
  expect(readFileSync(path.join(folder, "arguments"), "utf8")).toMatch(/^stack export --stack prod /);
  expect((await run()).stdout).toBe(readFileSync(out, "utf8"));
});

it("says why a preview fails, whatever warnings there are", async () => {
  const document = {
    diagnostics: [
      { severity: "warning", message: "warning: using a plugin\n" },
      { severity: "error", message: "error: Pulumi.prod.yaml cannot be used: protect\n" },
    ],
  };
  const script = `#!/bin/sh\necho "warning: using a plugin" >&2\ncat '${folder}/document'\nexit 255\n`;
  writeFileSync(path.join(folder, "document"), JSON.stringify(document));
  writeFileSync(path.join(folder, "pulumi"), script, { mode: 0o755 });
  expect(await run("--from", "preview")).toEqual({
    code: 1,
    stdout: "",
    stderr: "`pulumi preview --json --show-sames` fails (Pulumi.prod.yaml cannot be used: protect).\n",
  });
});

it.each([
  [["--from", "memory"], /Allowed choices are state, preview/],
  [["--out", "stack.png"], /^--out stack\.png is no SVG file; write --out stack\.png\.svg\n$/],
  [["--out", "none/stack.svg"], /^none\/stack\.svg cannot be written \(ENOENT\)/],
  [["--from", "preview"], /^There is nothing to draw/],
])("refuses %p in one sentence", async (args, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

async function run(...args: string[]) {
  const printed = { stdout: "", stderr: "" };
  const code = await runCommand(args, {
    stdout: { write: (text) => (printed.stdout += text) },
    stderr: { write: (text) => (printed.stderr += text) },
    environment: { PATH: `${folder}:/usr/bin:/bin` },
    folder,
  });
  return { code, ...printed };
}
