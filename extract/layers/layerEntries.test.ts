import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { sha256 } from "../registry/digest";
import { type EstargzOptions, estargzOf } from "./estargzTesting";
import { readEntries } from "./layerEntries";
import type { EntryVisitor } from "../tar/tarEntries";

const large = randomBytes(1_200_000).toString("latin1");

interface ReadOptions extends EstargzOptions {
  whole?: boolean;
  content?: string;
  ranges?: boolean;
  /** In the layer's annotation. */
  tocDigest?: unknown;
}

/** Reads a layer for func.py's content from a registry that answers as told. */
async function read(options: ReadOptions = {}): Promise<{ func: string[]; note: string; parts: boolean[] }> {
  const { bytes, tocDigest } = await estargzOf(
    [
      ["python/large", options.content ?? large],
      ["function/func.py", "import io\n"],
    ],
    { chunkSize: 1e9, ...options },
  );
  // For each request, whether it was for a part.
  const parts: boolean[] = [];
  const downloads = {
    range: (_layer: unknown, start: number, length: number) => {
      parts.push(true);
      return Promise.resolve(options.ranges === false ? undefined : bytes.subarray(start, start + length));
    },
    read: async function* () {
      parts.push(false);
      yield await Promise.resolve(bytes);
    },
  };
  const annotation = options.tocDigest ?? tocDigest;
  const layer = {
    digest: sha256(bytes),
    size: bytes.length,
    annotations: { "containerd.io/snapshot/stargz/toc.digest": annotation as string },
  };
  let func: string[] = [];
  const begin = (): EntryVisitor => {
    const found: string[] = [];
    func = found;
    return (entry, content) =>
      entry.path === "function/func.py"
        ? buffer(content).then((all) => void found.push(all.toString()))
        : undefined;
  };
  const note = await readEntries(downloads, layer, begin, { whole: options.whole === true });
  return { func, note, parts };
}

test("reads parts of a large layer by its table of contents", async () => {
  expect(await read()).toEqual({
    func: ["import io\n"],
    note: "; only what its table of contents names",
    parts: [true],
  });
});

test.each<[string, ReadOptions]>([
  ["every layer is asked for", { whole: true }],
  ["it is small", { content: "small" }],
])("reads the whole layer when %s", async (_what, options) => {
  expect(await read(options)).toEqual({ func: ["import io\n"], note: "", parts: [false] });
});

const wrong = `sha256:${"0".repeat(64)}`;
test.each<[string, ReadOptions, string]>([
  [
    "a content is not the table's",
    { change: (toc) => ((toc.at(-1) ?? {}).digest = wrong) },
    "the content of /function/func.py is not what it says",
  ],
  ["the table is not the manifest's", { tocDigest: wrong }, "its digest is not the one in the manifest"],
  ["the annotation is no digest", { tocDigest: 7 }, "its digest is not the one in the manifest"],
  ["the registry has no ranges", { ranges: false }, "the registry does not serve parts of a layer"],
])("starts again with the whole layer when %s", async (_what, options, reason) => {
  expect(await read(options)).toEqual({
    func: ["import io\n"],
    note: `; whole, because its table of contents is of no use: ${reason}`,
    parts: [true, false],
  });
});
