import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contents } from "./contents";
import type { TreeNode } from "../layers/sourceTree";
import { writeDirectory } from "./writeDirectory";

let folder: string;
let contents: Contents;
const root = { mode: 0o750, mtime: 1_700_000_000 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "write-"));
  contents = new Contents({ memory: 4, total: 1000 });
});
afterEach(async () => {
  await contents.close();
  rmSync(folder, { recursive: true });
});

async function file(text: string, mode = 0o644): Promise<TreeNode> {
  async function* pieces(): AsyncGenerator<Buffer> {
    for (const piece of text) yield await Promise.resolve(Buffer.from(piece));
  }
  return { kind: "file", mode, mtime: 1_600_000_000, content: await contents.add(pieces()) };
}

test("writes names, bytes, modes, times and links as they are in the image", async () => {
  const tree = new Map<string, TreeNode>([
    ["closed", { kind: "directory", mode: 0o500, mtime: 1_500_000_000 }],
    ["closed/deep.py", await file("longer than memory", 0o604)],
    ["f\xff", await file("x", 0o4755)],
    ["link", { kind: "symlink", mode: 0o777, mtime: 1_400_000_000, target: "closed/deep.py" }],
  ]);
  const out = join(folder, "new", "out");
  await writeDirectory({ root, tree, contents }, out);
  const at = (path: string): string => join(out, path);
  expect(readFileSync(at("link"), "utf8")).toBe("longer than memory");
  expect(readlinkSync(at("link"))).toBe("closed/deep.py");
  expect(
    readdirSync(Buffer.from(out), { encoding: "buffer" }).map((name) => name.toString("latin1")),
  ).toContain("f\xff");
  const modes = ["", "closed", "closed/deep.py"].map((path) => lstatSync(at(path)).mode & 0o7777);
  expect(modes).toEqual([0o750, 0o500, 0o604]);
  const times = ["", "closed", "closed/deep.py", "link"].map((path) => lstatSync(at(path)).mtimeMs / 1000);
  expect(times).toEqual([1_700_000_000, 1_500_000_000, 1_600_000_000, 1_400_000_000]);
  expect(readdirSync(join(folder, "new"))).toEqual(["out"]);
});

test("takes an empty directory; replaces files only when told to", async () => {
  const out = join(folder, "out");
  mkdirSync(out);
  await writeDirectory({ root, tree: new Map([["a", await file("1")]]), contents }, out);
  const next = { root, tree: new Map([["b", await file("2")]]), contents };
  await expect(writeDirectory(next, out)).rejects.toThrow(/is not empty; .*--replace/);
  expect(readdirSync(out)).toEqual(["a"]);
  await writeDirectory(next, out, { replace: true });
  expect(readdirSync(out)).toEqual(["b"]);
  expect(readdirSync(folder)).toEqual(["out"]);
});

test("a failure leaves nothing behind", async () => {
  const good = await file("long enough for the spool file");
  await contents.close();
  const out = join(folder, "out");
  await expect(writeDirectory({ root, tree: new Map([["a", good]]), contents }, out)).rejects.toThrow(
    "cut short",
  );
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test("a target that is a file, or below one, is one clear error", async () => {
  writeFileSync(join(folder, "file"), "");
  const extraction = { root, tree: new Map<string, TreeNode>(), contents };
  await expect(writeDirectory(extraction, join(folder, "file"))).rejects.toThrow("it is not a directory");
  await expect(writeDirectory(extraction, join(folder, "file", "x"))).rejects.toThrow("cannot be written");
});
