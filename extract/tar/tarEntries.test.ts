import { pack } from "tar-stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { type TestEntry, tarOf } from "../layers/layerTesting";
import { forEachEntry, type LayerEntry } from "./tarEntries";

async function entriesOf(layer: Buffer, take = true): Promise<[LayerEntry, string?][]> {
  const found: [LayerEntry, string?][] = [];
  await forEachEntry(inPieces(layer), "sha256:test", (entry, content) => {
    if (!take) {
      found.push([entry]);
      return undefined;
    }
    return textOf(content).then((text) => void found.push([entry, text]));
  });
  return found;
}

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString("latin1");
}

async function* inPieces(bytes: Buffer, size = 700): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const paths = (found: [LayerEntry, string?][]): string[] => found.map(([{ path }]) => path);

/** A header block with right checksum; `fields` are written at their offsets. */
function headerBlock(fields: Record<number, string | Buffer>): Buffer {
  const block = Buffer.alloc(512);
  const set = (at: number, value: string | Buffer): void =>
    void (typeof value === "string" ? Buffer.from(value, "latin1") : value).copy(block, at);
  set(100, "0000644\0");
  set(124, "00000000000\0");
  set(136, "00000000000\0");
  set(257, "ustar\x0000");
  for (const [at, value] of Object.entries(fields)) set(Number(at), value);
  set(148, "        ");
  const sum = block.reduce((total, byte) => total + byte, 0);
  set(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

/** An extended header of the type with this data. */
function extension(type: string, data: Buffer): Buffer {
  const size = `${data.length.toString(8).padStart(11, "0")}\0`;
  const padding = Buffer.alloc((512 - (data.length % 512)) % 512);
  return Buffer.concat([headerBlock({ 0: "PaxHeader", 124: size, 156: type }), data, padding]);
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`, "latin1");
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

const end = Buffer.alloc(1024);

test("entries of every kind, their contents taken or passed over, plain and gzipped", async () => {
  const long = `${"folder/".repeat(40)}file`;
  const entries: [string, TestEntry][] = [
    ["dir", null],
    ["dir/file", "content ".repeat(300)],
    [long, "long"],
    ["soft", { type: "symlink", linkname: "dir/file" }],
    ["hard", { type: "link", linkname: "./dir/file" }],
    ["fifo", { type: "fifo" }],
  ];
  const tar = await tarOf(entries);
  const expected = ["dir", "dir/file", long, "soft", "hard", "fifo"];
  for (const layer of [tar, gzipSync(tar)]) {
    const found = await entriesOf(layer);
    expect(paths(found)).toEqual(expected);
    expect(found[1]?.[1]).toBe("content ".repeat(300));
    expect(found.map(([{ type }]) => type)).toEqual([
      "directory",
      "file",
      "file",
      "symlink",
      "hardLink",
      "special",
    ]);
    expect(found.map(([{ target }]) => target)).toEqual(["", "", "", "dir/file", "dir/file", ""]);
    expect(paths(await entriesOf(layer, false))).toEqual(expected);
  }
});

test("names that are not UTF-8 stay as they are, also in PAX records", async () => {
  const tar = Buffer.concat([
    extension("x", Buffer.concat([paxRecord("path", "f\xff\xfe"), paxRecord("linkpath", "t\xe9")])),
    headerBlock({ 0: "short", 156: "2" }),
    headerBlock({ 0: "g\xe9" }),
    end,
  ]);
  const [one, two] = await entriesOf(tar);
  expect([one?.[0].path, one?.[0].target, two?.[0].path]).toEqual(["f\xff\xfe", "t\xe9", "g\xe9"]);
});

test("a GNU long name wins over a PAX path, and both hold for one entry only", async () => {
  const tar = Buffer.concat([
    extension("L", Buffer.from("long\0")),
    extension("x", paxRecord("path", "pax")),
    headerBlock({ 0: "short" }),
    headerBlock({ 0: "next" }),
    end,
  ]);
  expect(paths(await entriesOf(tar))).toEqual(["long", "next"]);
});

test("what Docker reads otherwise than tar programs: links with a size, global records, the archive's end", async () => {
  const tar = Buffer.concat([
    extension("g", paxRecord("path", "global")),
    headerBlock({ 0: "link", 124: "00000001000\0", 156: "1", 157: "target" }),
    headerBlock({ 0: "file" }),
    end,
    headerBlock({ 0: "behind" }),
    Buffer.from("garbage"),
  ]);
  expect(paths(await entriesOf(tar))).toEqual(["link", "file"]);
});

test("times that a file system may not take are 1970, others are whole seconds", async () => {
  const timed = (mtime: string): Buffer =>
    Buffer.concat([extension("x", paxRecord("mtime", mtime)), headerBlock({ 0: "f" })]);
  const times = ["-5", "1e300", "Infinity", "nonsense", "1700000000.999"];
  const found = await entriesOf(Buffer.concat([...times.map(timed), end]));
  expect(found.map(([{ mtime }]) => mtime)).toEqual([0, 0, 0, 0, 1700000000]);
});

test("sizes in base 256, and directories of old archives", async () => {
  const size = Buffer.alloc(12);
  size[0] = 0x80;
  size[11] = 3;
  const tar = Buffer.concat([
    headerBlock({ 0: "f", 124: size }),
    Buffer.from("abc").subarray(0, 3),
    Buffer.alloc(509),
    headerBlock({ 0: "old/", 156: "\0", 257: "\0\0\0\0\0\0\0\0" }),
    end,
  ]);
  const found = await entriesOf(tar);
  expect(found.map(([{ type, size: bytes }, text]) => [type, bytes, text])).toEqual([
    ["file", 3, "abc"],
    ["directory", 0, ""],
  ]);
});

const negative = Buffer.alloc(12, 0xff);
const huge = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(11, 0xff)]);
test.each([
  ["a PAX record of negative length", extension("x", Buffer.from("-5 ab")), /PAX record is malformed/],
  ["a PAX record that ends too late", extension("x", Buffer.from("99 a=b\n")), /PAX record is malformed/],
  ["a PAX record without value", extension("x", Buffer.from("5 ab\n")), /PAX record has no value/],
  ["a name with a NUL", extension("x", paxRecord("path", "a\0b")), /NUL byte/],
  ["a size that is no number", extension("x", paxRecord("size", "-1")), /no number of bytes/],
  ["a negative size", headerBlock({ 0: "f", 124: negative }), /no number of bytes/],
  ["a size beyond all bounds", headerBlock({ 0: "f", 124: huge }), /size is too large/],
  ["digits that are none", headerBlock({ 0: "f", 124: "99999999999\0" }), /size is no octal number/],
  ["a long name of a gigabyte", headerBlock({ 124: "10000000000\0", 156: "L" }), /extended header has/],
  ["zeros between entries", Buffer.alloc(512), /block of zeros/],
  ["half a header", headerBlock({ 0: "f" }).subarray(0, 100), /ends within a header/],
  ["half a file", headerBlock({ 0: "f", 124: "00000001000\0" }), /ends within a file/],
])("%s is one clear error", async (name, start, message) => {
  const cut = name.startsWith("half");
  const tar = cut ? start : Buffer.concat([start, headerBlock({ 0: "g" }), end]);
  for (const take of [true, false]) await expect(entriesOf(tar, take)).rejects.toThrow(message);
});

test("a sparse file is told apart, with its map passed over", async () => {
  const map = Buffer.alloc(512);
  const mapped = Buffer.alloc(512);
  mapped[504] = 1;
  const tar = Buffer.concat([
    headerBlock({ 0: "sparse", 156: "S", 482: "\x01" }),
    mapped,
    map,
    headerBlock({ 0: "next" }),
    end,
  ]);
  const found = await entriesOf(tar);
  expect(found.map(([{ path, type }]) => [path, type])).toEqual([
    ["sparse", "unsupported"],
    ["next", "file"],
  ]);
});

test("an empty layer has no entries", async () => {
  expect(await entriesOf(await buffer(emptyTar()))).toEqual([]);
  expect(await entriesOf(Buffer.alloc(0))).toEqual([]);
});

function emptyTar(): ReturnType<typeof pack> {
  const tar = pack();
  tar.finalize();
  return tar;
}
