import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { runCommand } from "./command";
import { imageOf, layerOf } from "../layers/layerTesting";
import { TestRegistry } from "../registry/registryTesting";

const registry = new TestRegistry();
const config = {
  Entrypoint: ["/python/bin/fdk", "/function/func.py"],
  Cmd: null,
  WorkingDir: "/function",
  Env: ["PATH=/bin", "TOKEN=hunter2"],
  Labels: { team: "images" },
};
let folder: string;
let image: string;

beforeAll(async () => {
  await registry.start();
  folder = mkdtempSync(join(tmpdir(), "command-"));
  image = registry.add(
    imageOf(
      [
        await layerOf([
          ["function/func.py", "import io\n"],
          ["function/out", { type: "symlink", linkname: "/etc" }],
        ]),
      ],
      { config },
    ),
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
  [["--json"], /^Say what to extract: .*\n$/],
  [["IMAGE", "--archive", "x.rar"], /^The archive's format is told by its name; .*\n$/],
  [["IMAGE", "--out", "TAKEN/new", "--archive", "TAKEN/new/x.zip"], /would be in the directory .*\n$/],
  [["ocid1.fnapp.oc1.r.x", "--json"], /is not a function's OCID.*\n$/],
  [["not/An/image", "--json"], /^Image reference "not\/An\/image" has the bad path part "An".*\n$/],
  [["IMAGE", "--out", "TAKEN"], /^The directory .* is not empty.*\n$/],
  [["IMAGE", "--json", "--path", "/nowhere"], /^The image sha256:\w+ has no \/nowhere.*\n$/],
])("%j is one sentence and exit code 1", async (args, message) => {
  const taken = mkdtempSync(join(folder, "taken-"));
  await run(image, "--out", join(taken, "files"));
  const { code, out, error } = await run(
    ...args.map((arg) => arg.replace("IMAGE", image).replace("TAKEN", taken)),
  );
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(error).toMatch(message);
});

test("what the function needs beside its code goes beside the directory and into the archive", async () => {
  const out = join(folder, "beside");
  const archive = join(folder, "beside.zip");
  const { code, out: printed } = await run(image, "--out", `${out}/`, "--archive", archive, "--json");
  expect(code).toBe(0);
  expect(readdirSync(out).sort()).toEqual(["func.py"]);
  const beside = JSON.parse(readFileSync(`${out}.function.json`, "utf8")) as object;
  expect(beside).toEqual({
    image,
    digest: expect.stringMatching(/^sha256:/) as string,
    platform: "linux/amd64",
    path: "/function",
    entrypoint: ["/python/bin/fdk", "/function/func.py"],
    cmd: [],
    workingDirectory: "/function",
    environment: ["PATH", "TOKEN"],
    labels: { team: "images" },
    exposedPorts: [],
    hasFuncYaml: false,
  });
  expect(JSON.parse(printed)).toMatchObject({ function: beside });
  const files = unzipSync(readFileSync(archive));
  expect(Object.keys(files)).toEqual(["function.json", "function/", "function/func.py"]);
  expect(JSON.parse(Buffer.from(files["function.json"] ?? []).toString())).toEqual(beside);
});

test("--replace counts for each place, and without it one that is taken keeps all from being written", async () => {
  const out = join(folder, "places");
  writeFileSync(`${out}.function.json`, "mine");
  registry.requests.length = 0;
  await expect(run(image, "--out", out)).resolves.toMatchObject({
    code: 1,
    error: expect.stringContaining("places.function.json is already there") as string,
  });
  expect(registry.requests).toEqual([]);
  expect(existsSync(out)).toBe(false);
  await expect(run(image, "--out", out, "--replace")).resolves.toMatchObject({ code: 0 });
  expect(readFileSync(`${out}.function.json`, "utf8")).toContain('"/function"');
});

test("--evidence prints the layers: on standard output, or beside --json on standard error", async () => {
  const table = /^layer +digest .*\n +1 +\w{12} .* read .*\n$/m;
  await expect(run(image, "--evidence")).resolves.toMatchObject({
    code: 0,
    out: expect.stringMatching(table) as string,
  });
  const { out, error } = await run(image, "--evidence", "--json");
  expect(error).toMatch(table);
  expect(JSON.parse(out)).toMatchObject({ layers: [{ read: true }] });
});

test("--exhaustive says where the history would have misled, and fails", async () => {
  const big = randomBytes(1_100_000).toString("latin1");
  const misleading = registry.add(
    imageOf([
      await layerOf([["function/func.py", "1"]], "COPY . /function # buildkit"),
      await layerOf([["function/func.py", big]], "COPY . /elsewhere # buildkit"),
    ]),
    undefined,
    "misleading",
  );
  const { code, out, error } = await run(misleading, "--json", "--exhaustive");
  expect(code).toBe(1);
  expect(error).toMatch(/history would have misled .* at .*func\.py; this one is right/);
  expect(JSON.parse(out)).toMatchObject({ files: [{ path: "func.py", size: Buffer.byteLength(big) }] });
});

test("--debug tells where an error comes from", async () => {
  const { error } = await run(image, "--json", "--path", "/nowhere", "--debug");
  expect(error).toContain("    at ");
});

test("an interrupted run writes nothing, and its exit code tells the signal", async () => {
  const out = join(folder, "interrupted");
  const sink = { write: () => true };
  const code = await runCommand([image, "--out", out], {
    stdout: sink,
    stderr: sink,
    signal: AbortSignal.abort("SIGTERM"),
  });
  expect(code).toBe(143);
  expect(existsSync(out)).toBe(false);
});
