import { gzipSync } from "node:zlib";
import { imageOf } from "../extract/layers/layerTesting";
import { TestRegistry } from "../extract/registry/registryTesting";
import { attempt, type Outcome } from "./attempt";
import { base256, rawEntry, rawHeader, rawLong, rawPax, rawTar } from "./rawTar";

/** Layers that nobody's builder makes: the right result or one clear error, and nothing written beside the target. */

const registry = new TestRegistry();
jest.setTimeout(60_000);
beforeAll(() => registry.start());
afterAll(() => registry.stop());

/** Layers' tars, lowest first. */
async function extract(...layers: Buffer[]): Promise<Outcome> {
  return attempt(registry.add(imageOf(layers.map((bytes) => ({ bytes: gzipSync(bytes, { level: 1 }) })))));
}

const file = rawEntry("function/a", "a");
const directory = (name: string, mode = 0o755): Buffer => rawEntry(`${name}/`, "", { type: "5", mode });
const symlink = (name: string, linkname: string): Buffer => rawEntry(name, "", { type: "2", linkname });
const hardLink = (name: string, linkname: string): Buffer => rawEntry(name, "", { type: "1", linkname });
const repeated = (text: string, times: number): string => text.repeat(times);

describe("give one clear error", () => {
  test.each<[string, Buffer[], RegExp]>([
    ["a name with ..", [rawTar(file, rawEntry("../evil", "x"))], /leads out of the image/],
    [
      "a name with .. in the middle",
      [rawTar(rawEntry("function/../../evil", "x"))],
      /leads out of the image/,
    ],
    ["a name with .. in a PAX record", [rawTar(rawPax({ path: "function/../../x" }), file)], /leads out/],
    [
      "a long GNU name with ..",
      [rawTar(rawLong("L", `${repeated("d/", 60)}${repeated("../", 61)}x`), file)],
      /leads out/,
    ],
    ["a name with a zero byte", [rawTar(rawPax({ path: "function/a\0b" }), file)], /leads out|cannot be/],
    [
      "writing through a symlink",
      [rawTar(symlink("function/l", "/tmp"), rawEntry("function/l/x", "x"))],
      /through the symlink/,
    ],
    ["writing through a file", [rawTar(file, rawEntry("function/a/x", "x"))], /through the file/],
    [
      "a hard link outside the image",
      [rawTar(hardLink("function/l", "../../etc/passwd"))],
      /leads out of the image/,
    ],
    [
      "a hard link to what only this machine has",
      [rawTar(hardLink("function/l", "/etc/passwd"))],
      /is no file/,
    ],
    ["a hard link to itself", [rawTar(hardLink("function/l", "function/l"))], /is no file/],
    [
      "hard links in a circle",
      [rawTar(hardLink("function/l", "function/m"), hardLink("function/m", "function/l"))],
      /is no file/,
    ],
    [
      "a hard link to a directory",
      [rawTar(directory("function/d"), hardLink("function/l", "function/d"))],
      /is no file/,
    ],
    [
      "a whiteout of the directory's parent",
      [rawTar(file), rawTar(rawEntry(".wh.function"))],
      /has no \/function/,
    ],
    ["a GNU sparse file", [rawTar(rawEntry("function/s", "x", { type: "S", magic: "ustar  \0" }))], /sparse/],
    [
      "a PAX sparse file",
      [rawTar(rawPax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0" }), file)],
      /sparse/,
    ],
    ["an unknown kind of entry", [rawTar(rawEntry("function/u", "", { type: "Z" }))], /unknown kind/],
    [
      "a negative size",
      [rawTar(rawEntry("function/a", "a", { size: base256(-512n) }))],
      /cannot be unpacked/,
    ],
    ["a negative size in a PAX record", [rawTar(rawPax({ size: "-1" }), file)], /cannot be unpacked/],
    [
      "a size that is no number",
      [rawTar(rawEntry("function/a", "a", { size: Buffer.from("9z9z9z9z9z9\0") }))],
      /cannot be/,
    ],
    [
      "a huge size",
      [rawTar(rawEntry("function/a", "a", { size: base256(2n ** 62n) }))],
      /cannot be unpacked|more than/,
    ],
    [
      "a huge size in a PAX record",
      [rawTar(rawPax({ size: "9".repeat(400) }), file)],
      /cannot be unpacked|more than/,
    ],
    ["PAX records of gigabytes", [rawTar(rawHeader("pax", 3e9, { type: "x" }), file)], /cannot be unpacked/],
    ["a GNU name of gigabytes", [rawTar(rawHeader("L", 3e9, { type: "L" }), file)], /cannot be unpacked/],
    [
      "a mode that is no number",
      [rawTar(rawEntry("function/a", "a", { patches: { 100: Buffer.from("zzzzzzz\0") } }))],
      /cannot be unpacked/,
    ],
    ["a header with a wrong checksum", [rawTar(Buffer.from(file).fill("9", 148, 152))], /cannot be unpacked/],
    ["a tar that ends in a header", [file.subarray(0, 300)], /cannot be unpacked/],
    ["a tar that ends in a content", [file.subarray(0, 512)], /cannot be unpacked/],
    ["no bytes", [Buffer.alloc(0)], /has no \/function/],
    [
      "only symlinks, in a circle",
      [rawTar(symlink("function", "loop"), symlink("loop", "function"))],
      /more than 40 symlinks/,
    ],
    [
      "a path of 5,000 directories",
      [rawTar(rawPax({ path: `function/${repeated("d/", 5000)}x` }), file)],
      /more than the 4095/,
    ],
    [
      "a path of 100,000 directories",
      [rawTar(rawPax({ path: `function/${repeated("d/", 100_000)}x` }), file)],
      /more than the 4095/,
    ],
    [
      "a name of 300 bytes",
      [rawTar(rawPax({ path: `function/${repeated("n", 300)}` }), file)],
      /too long|ENAMETOOLONG|cannot be/i,
    ],
  ])("%s", async (_name, layers, message) => {
    expect((await extract(...layers)).error ?? "no error").toMatch(message);
  });
});

describe("are read as Docker reads them", () => {
  test.each<[string, Buffer[], Record<string, string>]>([
    [
      "absolute names",
      [rawTar(rawEntry("/function/a", "a"), rawEntry("//function/./b", "b"))],
      { a: "a", b: "b" },
    ],
    ["inner ..", [rawTar(rawEntry("function/x/../a", "a"))], { a: "a" }],
    ["a file twice", [rawTar(file, rawEntry("function/a", "again"))], { a: "again" }],
    ["a file, then a directory", [rawTar(file, directory("function/a", 0o700))], { "a/": "0700" }],
    [
      "a directory, then a file",
      [rawTar(directory("function/a"), rawEntry("function/a/b", "b"), file)],
      { a: "a" },
    ],
    [
      "a symlink, then a directory",
      [rawTar(symlink("function/a", "/tmp"), directory("function/a"), rawEntry("function/a/b", "b"))],
      { "a/": "0755", "a/b": "b" },
    ],
    [
      "a lower layer's symlink, written through",
      [rawTar(symlink("function/l", "/tmp")), rawTar(rawEntry("function/l/x", "x"))],
      { "l/": "0755", "l/x": "x" },
    ],
    [
      "symlinks to outside",
      [rawTar(file, symlink("function/l", "/etc/passwd"), symlink("function/m", "../.."))],
      { a: "a" },
    ],
    ["a symlink to the root of the image", [rawTar(file, symlink("function/l", "/"))], { a: "a" }],
    [
      "devices and pipes",
      [rawTar(file, ...["3", "4", "6"].map((type) => rawEntry(`function/${type}`, "", { type })))],
      { a: "a" },
    ],
    [
      "a whiteout beside what it hides",
      [rawTar(file), rawTar(rawEntry("function/.wh.a"), rawEntry("function/a", "new"))],
      { a: "new" },
    ],
    [
      "a whiteout behind what it hides",
      [rawTar(file), rawTar(rawEntry("function/a", "new"), rawEntry("function/.wh.a"))],
      { a: "new" },
    ],
    [
      "whiteouts of nothing, of . and of ..",
      [
        rawTar(file),
        rawTar(...["", ".", "..", "none", "a."].map((name) => rawEntry(`function/.wh.${name}`))),
      ],
      { a: "a" },
    ],
    ["an opaque marker in the lowest layer", [rawTar(rawEntry("function/.wh..wh..opq"), file)], { a: "a" }],
    [
      "builders' own notes",
      [rawTar(file, rawEntry("function/.wh..wh.plnk", "x"), rawEntry(".wh..wh.aufs"))],
      { a: "a" },
    ],
    ["an empty layer above", [rawTar(file), rawTar()], { a: "a" }],
    ["a tar without an end", [file], { a: "a" }],
    ["more zeros behind the end", [Buffer.concat([rawTar(file), Buffer.alloc(100_000)])], { a: "a" }],
    [
      "entries behind the end",
      [Buffer.concat([rawTar(file), rawTar(rawEntry("function/b", "b"))])],
      { a: "a" },
    ],
    ["garbage behind the end", [Buffer.concat([rawTar(file), Buffer.alloc(2048, "x")])], { a: "a" }],
    [
      "a hard link with a size but no content",
      [
        rawTar(
          file,
          rawHeader("function/l", 5, { type: "1", linkname: "function/a" }),
          rawEntry("function/z", "z"),
        ),
      ],
      { a: "a", l: "a", z: "z" },
    ],
    [
      "a directory with a size but no content",
      [rawTar(rawHeader("function/d/", 512, { type: "5" }), file)],
      { a: "a", "d/": "0644" },
    ],
    [
      "a symlink with a size but no content",
      [rawTar(rawHeader("function/l", 7, { type: "2", linkname: "a" }), file)],
      { a: "a", l: "-> a" },
    ],
    [
      "GNU long names and links",
      [
        rawTar(
          rawLong("L", `function/${repeated("n", 200)}`),
          file,
          rawLong("K", repeated("./", 90) + "a"),
          symlink("function/l", "x"),
          file,
        ),
      ],
      { a: "a", l: `-> ${repeated("./", 90)}a`, [repeated("n", 200)]: "a" },
    ],
    [
      "PAX records with much to say",
      [rawTar(rawPax({ comment: repeated("c", 500_000), path: "function/p" }), file)],
      { p: "a" },
    ],
    [
      "PAX names that are not UTF-8",
      [rawTar(rawPax({ path: Buffer.from("function/f\xff\xfe", "latin1") }), file)],
      { "f\xff\xfe": "a" },
    ],
    [
      "global PAX records",
      [
        rawTar(
          rawPax({ path: "function/global" }, "g"),
          file,
          rawPax({ mtime: "5" }),
          rawEntry("function/b", "b"),
        ),
      ],
      { a: "a", b: "b" },
    ],
    ["a base-256 size", [rawTar(rawEntry("function/a", "abc", { size: base256(3n) }))], { a: "abc" }],
    [
      "a size with blanks",
      [rawTar(rawEntry("function/a", "abc", { size: Buffer.from("         3 \0") }))],
      { a: "abc" },
    ],
    [
      "times out of range",
      [
        rawTar(
          rawPax({ mtime: "1e300" }),
          file,
          rawPax({ mtime: "-99999999999999" }),
          rawEntry("function/b", "b"),
        ),
      ],
      { a: "a", b: "b" },
    ],
    ["an old tar's header", [rawTar(rawEntry("function/a", "a", { magic: "\0\0\0\0\0\0\0\0" }))], { a: "a" }],
    [
      "names like JavaScript's own",
      [rawTar(rawEntry("function/__proto__", "p"), rawEntry("function/constructor", "c"))],
      { ["__proto__"]: "p", constructor: "c" },
    ],
  ])("%s", async (_name, layers, files) => {
    const outcome = await extract(...layers);
    expect(outcome.error).toBeUndefined();
    expect(Object.entries(outcome.files ?? {}).sort()).toEqual(Object.entries(files).sort());
  });

  test("100,000 entries", async () => {
    const entries = Array.from({ length: 100_000 }, (_, index) =>
      rawHeader(`${index % 100 === 0 ? "function" : "other"}/${index % 1000}/${index}`, 0),
    );
    const { files, error } = await extract(rawTar(...entries));
    expect(error).toBeUndefined();
    expect(Object.keys(files ?? {}).length).toBe(1000 + 10);
  });
});
