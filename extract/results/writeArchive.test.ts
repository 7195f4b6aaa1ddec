import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { extract } from "tar-stream";
import type { ArchiveEntry } from "./archiveEntries";
import { type Extraction, extractSource } from "../extractSource";
import { functionFactsOf } from "./functionFacts";
import { imageOf, layerOf } from "../layers/layerTesting";
import { TestRegistry } from "../registry/registryTesting";
import { archiveFormat, archiveResult, writeArchive } from "./writeArchive";
import { zipOf } from "./zip";

const registry = new TestRegistry();
const seconds = 1_700_000_001;
let folder: string;
let extraction: Extraction;

beforeAll(async () => {
  await registry.start();
  const mtime = new Date(seconds * 1000);
  const layer = await layerOf([
    ["function", { type: "directory", mode: 0o750, mtime }],
    ["function/func.py", { content: "import io\n", mode: 0o604, mtime }],
    ["function/empty", { content: "", mode: 0o4755, mtime }],
    ["function/closed", { type: "directory", mode: 0o500, mtime }],
    ["function/largé", { content: "large ".repeat(200_000), mode: 0o644, mtime }],
    ["function/link", { type: "symlink", linkname: "func.py", mode: 0o777, mtime }],
  ]);
  extraction = await extractSource(registry.add(imageOf([layer])));
});
afterAll(async () => {
  await extraction.close();
  await registry.stop();
});
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "archive-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function write(name: string): Promise<Buffer> {
  await writeArchive(extraction, functionFactsOf(extraction), join(folder, name));
  return readFileSync(join(folder, name));
}

const expected = [
  ["function.json", 0o100644],
  ["function/", 0o040750],
  ["function/closed/", 0o040500],
  ["function/empty", 0o104755],
  ["function/func.py", 0o100604],
  ["function/largé", 0o100644],
  ["function/link", 0o120777],
];

test(".zip keeps names, contents, modes, links and times", async () => {
  const zip = await write("x.zip");
  expect(centralDirectory(zip).map(({ name, attributes }) => [name, attributes >>> 16])).toEqual(expected);
  for (const { madeBy, exactTime, localTime } of centralDirectory(zip)) {
    expect({ madeBy, exactTime }).toEqual({ madeBy: 3, exactTime: seconds });
    // Noon: the same in every time zone.
    expect(localTime).toBe(12 << 11);
  }
  const files = unzipSync(zip);
  const textOf = (name: string): string => Buffer.from(files[name] ?? []).toString();
  expect(textOf("function/func.py")).toBe("import io\n");
  expect(textOf("function/largé")).toBe("large ".repeat(200_000));
  expect(textOf("function/link")).toBe("func.py");
  expect(JSON.parse(textOf("function.json"))).toMatchObject({ path: "/function", hasFuncYaml: false });
  expect(zip.length).toBeLessThan(20_000);
});

test(".tar.gz, or .tgz, has the same", async () => {
  const found: unknown[] = [];
  const contents = new Map<string, string>();
  const reader = extract();
  reader.end(gunzipSync(await write("x.tgz")));
  for await (const entry of reader) {
    const { name, mode, type, mtime, linkname } = entry.header as Required<typeof entry.header>;
    const kind = type === "directory" ? 0o040000 : type === "symlink" ? 0o120000 : 0o100000;
    found.push([name, kind | mode]);
    expect(mtime.getTime()).toBe(seconds * 1000);
    contents.set(name, type === "symlink" ? linkname : (await buffer(entry)).toString());
    entry.resume();
  }
  expect(found).toEqual(expected);
  expect(contents.get("function/link")).toBe("func.py");
  expect(contents.get("function/largé")).toBe("large ".repeat(200_000));
});

test.each(["zip", "tar.gz"])("the same image gives the same .%s", async (ending) => {
  const first = await write(`first.${ending}`);
  expect((await write(`second.${ending}`)).equals(first)).toBe(true);
});

test("a name that tells no format is refused", () => {
  expect(archiveFormat("A.ZIP")).toBe("zip");
  expect(() => archiveFormat("source.rar")).toThrow('end "source.rar" in .zip or .tar.gz');
});

test.each(["zip", "tar.gz"])("a .%s that is interrupted or breaks is an error", async (ending) => {
  const facts = functionFactsOf(extraction);
  const stopped = archiveResult(extraction, facts, `x.${ending}`, AbortSignal.abort());
  await expect(stopped.write(join(folder, "x"))).rejects.toThrow(/abort/i);
  const broken = await extractSource(extraction.image, {});
  await broken.close();
  const read = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from("half");
    await Promise.reject(new Error("the spool is gone"));
  };
  const contents = Object.assign(Object.create(broken.contents) as typeof broken.contents, { read });
  const result = writeArchive({ ...broken, contents }, facts, join(folder, `broken.${ending}`));
  await expect(result).rejects.toThrow(/cannot be written \(the spool is gone\)/);
  expect(readdirSync(folder).filter((name) => name.includes("broken"))).toEqual([]);
});

test("what a .zip cannot hold is refused", async () => {
  const entries = function* (): Generator<ArchiveEntry> {
    for (let number = 0; number <= 65_535; number++) {
      yield { kind: "symlink", name: String(number), mode: 0o777, mtime: 0, target: "x" };
    }
  };
  await expect(buffer(zipOf(entries()))).rejects.toThrow(
    /no more than 65535 entries .*; make .* a \.tar\.gz/,
  );
});

interface ZipEntry {
  name: string;
  /** 3: Unix. */
  madeBy: number;
  attributes: number;
  /** Of the day, as the format has it. */
  localTime: number;
  /** Seconds in UTC. */
  exactTime: number;
}

/** Reads the list at a .zip's end. */
function centralDirectory(zip: Buffer): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(zip.length - 22 + 16);
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const nameEnd = at + 46 + zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.subarray(at + 46, nameEnd).toString("utf8"),
      madeBy: zip.readUInt8(at + 5),
      attributes: zip.readUInt32LE(at + 38),
      localTime: zip.readUInt16LE(at + 12),
      exactTime: zip.readInt32LE(nameEnd + 5),
    });
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}
