import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "./command";
import { imageOf, layerOf } from "./layerTesting";
import { TestRegistry } from "./registryTesting";

const registry = new TestRegistry();
let folder: string;
let image: string;

beforeAll(async () => {
  await registry.start();
  folder = mkdtempSync(join(tmpdir(), "command-"));
  image = registry.add(
    imageOf([
      await layerOf([
        ["function/func.py", "import io\n"],
        ["function/out", { type: "symlink", linkname: "/etc" }],
      ]),
    ]),
  );
});
afterAll(async () => {
  await registry.stop();
  rmSync(folder, { recursive: true });
});

async function run(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const written = { out: "", error: "" };
  const code = await runCommand(args, {
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.error += text) },
  });
  return { code, ...written };
}

test("--json prints one document and nothing else on standard output", async () => {
  const { code, out, error } = await run(image, "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    image,
    files: [{ path: "func.py", size: 10, mode: "0644" }],
    text: { "func.py": "import io\n" },
    archive: expect.stringMatching(/^H4sI/) as string,
    layers: [{ read: true }],
    warnings: [expect.stringContaining("/out")],
  });
  expect(error).toMatch(/^Warning: Left out the symlink \/out.*\n$/);
});

test("--out writes, quietly in a pipe; with --json it prints the summary", async () => {
  const quiet = join(folder, "quiet");
  await expect(run(image, "--out", quiet)).resolves.toMatchObject({ code: 0, out: "" });
  expect(readFileSync(join(quiet, "func.py"), "utf8")).toBe("import io\n");
  const { out } = await run(image, "--out", join(folder, "told"), "--json");
  expect(JSON.parse(out)).not.toHaveProperty("archive");
});

test.each([
  [["--json"], /missing required argument 'image'/],
  [["IMAGE"], /^Say where the source goes: --out DIRECTORY, or --json.*\n$/],
  [["not/An/image", "--json"], /^Image reference "not\/An\/image" has the bad path part "An".*\n$/],
  [["IMAGE", "--out", "TAKEN"], /^The directory .* is not empty.*\n$/],
  [["IMAGE", "--json", "--path", "/nowhere"], /^The image sha256:\w+ has no \/nowhere.*\n$/],
])("%j is one sentence and exit code 1", async (args, message) => {
  const taken = mkdtempSync(join(folder, "taken-"));
  await run(image, "--out", join(taken, "files"));
  const { code, out, error } = await run(
    ...args.map((arg) => (arg === "IMAGE" ? image : arg === "TAKEN" ? taken : arg)),
  );
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(error).toMatch(message);
});

test("--debug tells where an error comes from", async () => {
  const { error } = await run(image, "--json", "--path", "/nowhere", "--debug");
  expect(error).toContain("    at ");
});

test("an interrupted run writes nothing", async () => {
  const out = join(folder, "interrupted");
  const sink = { write: () => true };
  const code = await runCommand([image, "--out", out], {
    stdout: sink,
    stderr: sink,
    signal: AbortSignal.abort(),
  });
  expect(code).toBe(130);
  expect(existsSync(out)).toBe(false);
});
