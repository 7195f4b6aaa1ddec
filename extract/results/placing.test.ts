import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPlaces, placeTogether, type Result } from "./placing";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "placing-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...parts: string[]): string => join(folder, ...parts);
const file = (name: string, text: string): Result => ({
  target: at(name),
  kind: "file",
  write: (path) => writeFile(path, text),
});
const directory = (name: string, inside: string): Result => ({
  target: at(name),
  kind: "directory",
  write: async (path) => {
    await mkdir(path);
    await writeFile(join(path, inside), "");
  },
});
const failing = (name: string): Result => ({
  target: at(name),
  kind: "file",
  write: async (path) => {
    await writeFile(path, "half");
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  },
});

test("all appear, without a trace of how", async () => {
  await placeTogether([directory("new/deep/src", "a"), file("new/deep/src.json", "{}"), file("x", "1")]);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
    "new",
    "new/deep",
    "new/deep/src",
    "new/deep/src.json",
    "new/deep/src/a",
    "x",
  ]);
});

test("one that cannot be written takes all back, the folders made for them too", async () => {
  writeFileSync(at("old"), "kept");
  const results = [file("old", "new"), directory("new/deep/src", "a"), failing("new/deep/x")];
  await expect(placeTogether(results, true)).rejects.toThrow(
    /^The file .*new\/deep\/x cannot be written \(no space left on device\)\.$/,
  );
  expect(readdirSync(folder)).toEqual(["old"]);
  expect(readFileSync(at("old"), "utf8")).toBe("kept");
});

test("one that cannot be moved to its place takes back those that were", async () => {
  mkdirSync(at("src"));
  writeFileSync(at("src", "mine"), "");
  const vanishing: Result = { target: at("x"), kind: "file", write: () => Promise.resolve() };
  await expect(placeTogether([directory("src", "theirs"), vanishing], true)).rejects.toThrow(
    "cannot be written",
  );
  expect(readdirSync(folder)).toEqual(["src"]);
  expect(readdirSync(at("src"))).toEqual(["mine"]);
});

test("every place is checked before anything is written", async () => {
  writeFileSync(at("taken"), "1");
  mkdirSync(at("full"));
  writeFileSync(at("full", "x"), "");
  const places = [directory("free", "a"), file("taken", "2")];
  await expect(placeTogether(places)).rejects.toThrow(/taken is already there; .*--replace/);
  expect(readdirSync(folder).sort()).toEqual(["full", "taken"]);
  await expect(checkPlaces([directory("full", "a")])).rejects.toThrow(/full is not empty; .*--replace/);
  await expect(checkPlaces([directory("taken", "a")], true)).rejects.toThrow("it is not a directory");
  await expect(checkPlaces([file("full", "a")], true)).rejects.toThrow("it is a directory");
  await expect(checkPlaces([file("taken/below", "a")])).rejects.toThrow("is not a directory");
});

test("replaces, even a directory whose modes forbid it, and through a symlink", async () => {
  mkdirSync(at("real", "closed"), { recursive: true });
  writeFileSync(at("real", "closed", "x"), "");
  chmodSync(at("real", "closed"), 0o500);
  symlinkSync("real", at("link"));
  await placeTogether([directory("link", "new")], true);
  expect(readdirSync(folder).sort()).toEqual(["link", "real"]);
  expect(readdirSync(at("real"))).toEqual(["new"]);
  expect(existsSync(at("link", "new"))).toBe(true);
});
