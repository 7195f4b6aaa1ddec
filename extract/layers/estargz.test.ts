import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { ExtractError } from "../errors";
import { forEachTocEntry, type ReadRange } from "./estargz";
import { type EstargzOptions, estargzOf, type TestEstargz, type TocJsonEntry } from "./estargzTesting";
import { TocError } from "./estargzToc";
import type { TestEntry } from "./layerTesting";
import { type EntryVisitor, forEachEntry } from "../tar/tarEntries";

const time = new Date("2024-05-06T07:08:09Z");
const many = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);
const entries: [string, TestEntry][] = [
  ["python", null],
  ["python/before", many("before ", 5_000)],
  ["function", { type: "directory", mode: 0o1777, mtime: time }],
  ["function/func.py", { content: "import io\n", mode: 0o640, mtime: time }],
  ["function/empty", ""],
  ["function/long", many("0123456789abc", 4_000)],
  ["function/link", { type: "symlink", linkname: "../python/before", mode: 0o777 }],
  ["function/hard", { type: "link", linkname: "function/long", mode: 0o4755 }],
  ["function/.wh.gone", ""],
  ["function/pipe", { type: "fifo", mode: 0o600 }],
  ["python/after", many("after", 5_000)],
];

/** What a visitor that takes the wanted contents is given. */
function collector(wanted: (path: string) => boolean): { seen: unknown[]; visit: EntryVisitor } {
  const seen: unknown[] = [];
  const visit: EntryVisitor = (entry, content) => {
    if (!wanted(entry.path)) {
      seen.push(entry);
      return undefined;
    }
    return buffer(content).then((bytes) => void seen.push({ ...entry, content: bytes.toString("latin1") }));
  };
  return { seen, visit };
}

async function byTable(
  { bytes, tocDigest }: TestEstargz,
  wanted: (path: string) => boolean = () => true,
  readRange?: ReadRange,
): Promise<{ seen: unknown[]; bytesRead: number }> {
  let bytesRead = 0;
  const fromBytes: ReadRange = (start, length) => {
    bytesRead += length;
    return Promise.resolve(bytes.subarray(start, start + length));
  };
  const { seen, visit } = collector(wanted);
  await forEachTocEntry({ digest: "sha256:1", size: bytes.length }, tocDigest, readRange ?? fromBytes, visit);
  return { seen, bytesRead };
}

async function whole(bytes: Buffer): Promise<unknown[]> {
  const { seen, visit } = collector(() => true);
  const source = async function* (): AsyncGenerator<Buffer, void, undefined> {
    yield await Promise.resolve(bytes);
  };
  await forEachEntry(source(), "sha256:1", visit);
  return seen;
}

/** tar-stream gives entries without a time the present one; the table has none, which is the epoch. */
const dated = entries.map(([name, entry]): [string, TestEntry] => {
  if (entry === null) return [name, { type: "directory", mode: 0o755, mtime: time }];
  if (typeof entry === "string") return [name, { content: entry, mtime: time }];
  return [name, { mtime: time, ...entry }];
});

test.each<[string, EstargzOptions]>([
  ["a member for each content", { chunkSize: 1e6 }],
  ["contents in chunks", { chunkSize: 512 }],
  ["chunks that end with the content", { chunkSize: 2_000 }],
  ["one member for all contents", { sharedMember: true }],
  ["the footer of the first version", { legacyFooter: true }],
])("sees by the table what the whole layer has: %s", async (_what, options) => {
  const layer = await estargzOf(dated, options);
  expect((await byTable(layer)).seen).toEqual(await whole(layer.bytes));
});

test("reads only the table and the wanted contents", async () => {
  const large = randomBytes(600_000).toString("latin1");
  const layer = await estargzOf(
    [
      ["a/large", large],
      ["function/func.py", "import io\n"],
      ["b/large", large],
    ],
    { chunkSize: 1e9 },
  );
  const { seen, bytesRead } = await byTable(layer, (path) => path.startsWith("function/"));
  expect(seen[1]).toMatchObject({ path: "function/func.py", content: "import io\n" });
  expect(layer.bytes.length).toBeGreaterThan(1_000_000);
  expect(bytesRead).toBeLessThan(250_000);
});

test("a table that is longer than what is read first", async () => {
  const files = Array.from({ length: 3_000 }, (_, at): [string, string] => [
    `function/${at}`,
    String(at * at),
  ]);
  const layer = await estargzOf(files);
  const { seen } = await byTable(layer, (path) => path === "function/7");
  expect(seen).toHaveLength(3_001);
  expect(seen[7]).toMatchObject({ path: "function/7", content: "49" });
});

const file = (toc: TocJsonEntry[]): TocJsonEntry => toc.find(({ name }) => name === "function/func.py") ?? {};
const chunk = (toc: TocJsonEntry[]): TocJsonEntry => toc.find(({ type }) => type === "chunk") ?? {};
test.each<[string, (toc: TocJsonEntry[]) => unknown]>([
  ["a chunk's digest is another's", (toc) => (file(toc).chunkDigest = chunk(toc).chunkDigest)],
  ["a file's digest is another's", (toc) => (file(toc).digest = chunk(toc).chunkDigest)],
  ["a content has no digest", (toc) => delete file(toc).chunkDigest],
  ["a digest is of another kind", (toc) => (file(toc).chunkDigest = "md5:d41d8cd98f00b204e9800998ecf8427e")],
  ["a file is longer than its chunks", (toc) => (file(toc).chunkSize = 4)],
  ["a file is longer than its content", (toc) => (file(toc).size = 100_000)],
  ["a file is shorter than its content", (toc) => (file(toc).size = 3)],
  ["a content is elsewhere", (toc) => (file(toc).offset = chunk(toc).offset)],
  ["a content is in the middle of a member", (toc) => (file(toc).offset = Number(file(toc).offset) + 3)],
  ["a content is behind the table", (toc) => (file(toc).offset = 10_000_000)],
  ["a content has a negative place", (toc) => (file(toc).offset = -1)],
  ["a chunk is missing", (toc) => toc.splice(toc.indexOf(chunk(toc)), 1)],
  ["a chunk is twice", (toc) => toc.splice(toc.indexOf(chunk(toc)), 0, chunk(toc))],
  ["a chunk has no file", (toc) => toc.unshift(chunk(toc))],
  ["an entry is of unknown kind", (toc) => (file(toc).type = "constructor")],
  ["an entry leads out of the image", (toc) => (file(toc).name = "../func.py")],
  ["a name was not UTF-8", (toc) => (file(toc).name = "function/\ufffd")],
  ["a name is no text", (toc) => (file(toc).name = 7)],
  ["a time is none", (toc) => (file(toc).modtime = "yesterday")],
  ["a mode is none", (toc) => (file(toc).mode = 0.5)],
])("gives the table up: %s", async (_what, change) => {
  await expect(byTable(await estargzOf(dated, { change }))).rejects.toThrow(TocError);
});

test("gives up a table that is not the manifest's", async () => {
  const { bytes } = await estargzOf(dated);
  const { tocDigest } = await estargzOf(dated.slice(1));
  await expect(byTable({ bytes, tocDigest })).rejects.toThrow(/digest is not the one in the manifest/);
});

test("gives up where the registry has no parts, or others than asked for", async () => {
  const layer = await estargzOf(dated);
  const answers: [Buffer | undefined, RegExp][] = [
    [undefined, /does not serve parts/],
    [layer.bytes.subarray(0, 20), /sent another part/],
  ];
  for (const [answer, message] of answers) {
    await expect(byTable(layer, undefined, () => Promise.resolve(answer))).rejects.toThrow(message);
  }
});

test("a registry that fails is not the table's fault", async () => {
  const layer = await estargzOf([["large", randomBytes(100_000).toString("latin1")]]);
  let requests = 0;
  const fails: ReadRange = (start, length) =>
    ++requests === 1
      ? Promise.resolve(layer.bytes.subarray(start, start + length))
      : Promise.reject(new ExtractError("The registry failed."));
  await expect(byTable(layer, undefined, fails)).rejects.toThrow(new ExtractError("The registry failed."));
});

test("damaged bytes never give another result", async () => {
  const layer = await estargzOf(dated);
  const expected = (await byTable(layer)).seen;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(layer.bytes.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (at, difference, cut) => {
        const bytes = Buffer.from(cut ? layer.bytes.subarray(0, at) : layer.bytes);
        if (!cut) bytes[at] = (bytes[at] ?? 0) ^ difference;
        const result = await byTable({ ...layer, bytes }).catch((error: unknown) => error);
        if (!(result instanceof TocError)) expect(result).toMatchObject({ seen: expected });
      },
    ),
  );
});
