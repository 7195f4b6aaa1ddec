import fc from "fast-check";
import { Contents } from "../results/contents";
import { type LayerSource, walkLayers } from "./walkLayers";
import { tarOf, type TestEntry } from "./layerTesting";
import { resolveHardLinks, treeBelow } from "./sourceTree";
import { ancestorsOf, isAtOrBelow, nameOf } from "../imagePath";
import { forEachEntry } from "../tar/tarEntries";

type Entries = [string, TestEntry][];
type ModelNode = { mode: number } & ({ directory: true } | { content: string });
type Model = Map<string, ModelNode>;

async function read(layers: Entries[], root = "function"): Promise<{ tree: Model; warnings: string[] }> {
  const tars = await Promise.all(layers.map(tarOf));
  const contents = new Contents({ memory: 64, total: 1e6 });
  const source: LayerSource = {
    layers: tars.map(({ length }, index) => ({ digest: String(index), size: length })),
    contents,
    readEntries: async ({ digest }, begin) => {
      await forEachEntry(inPieces(tars[Number(digest)]), digest, begin());
      return "";
    },
    received: () => 0,
  };
  try {
    const { overlay } = await walkLayers(source, { roots: [root], steps: undefined, withoutSteps: "" });
    await resolveHardLinks(source, overlay, root);
    const warnings: string[] = [];
    const tree: Model = new Map();
    for (const [path, node] of treeBelow(overlay, root, warnings)) {
      const { mode } = node;
      if (node.kind === "directory") tree.set(path, { mode, directory: true });
      else if (node.kind === "symlink") tree.set(path, { mode: 0, content: `-> ${node.target}` });
      else tree.set(path, { mode, content: (await contents.bytes(node.content)).toString() });
    }
    return { tree, warnings };
  } finally {
    await contents.close();
  }
}

async function* inPieces(bytes: Buffer = Buffer.alloc(0)): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += 700) yield await Promise.resolve(bytes.subarray(at, at + 700));
}

/** Applies the layers from the bottom to one file system, as an unpacking daemon does; drops hard links without target. */
function model(layers: Entries[]): { state: Model; layers: Entries[] } {
  const state: Model = new Map();
  const remove = (path: string, self = true): void => {
    for (const other of [...state.keys()]) {
      if ((self && other === path) || other.startsWith(`${path}/`)) state.delete(other);
    }
  };
  const kept = layers.map((layer) => {
    for (const [path] of layer) {
      const folder = path.slice(0, path.lastIndexOf("/"));
      if (nameOf(path) === ".wh..wh..opq") remove(folder, false);
      else if (nameOf(path).startsWith(".wh.")) remove(path.replace(/\.wh\.([^/]*)$/, "$1"));
    }
    return layer.filter(([path, entry], index) => {
      const isWhiteout = nameOf(path).startsWith(".wh.");
      let node: ModelNode = { mode: 0o755, directory: true };
      if (typeof entry === "string") node = { mode: 0o644, content: entry };
      else if (entry !== null && entry.type !== "link") node = { mode: entry.mode ?? 0, directory: true };
      else if (entry !== null) {
        const target = state.get(entry.linkname ?? "");
        const linkname = entry.linkname ?? "";
        // Links to what the same layer changes afterwards are nobody's layers.
        const isLater = layer
          .slice(index)
          .some(([later]) => isAtOrBelow(later, linkname) || isAtOrBelow(linkname, later));
        if (target === undefined || "directory" in target || isLater) return false;
        node = target;
      }
      for (const ancestor of ancestorsOf(path).slice(1)) {
        const there = state.get(ancestor);
        if (there !== undefined && "directory" in there) continue;
        remove(ancestor);
        state.set(ancestor, { mode: 0o755, directory: true });
      }
      if (isWhiteout) return true;
      const there = state.get(path);
      if (!("directory" in node) || there === undefined || !("directory" in there)) remove(path);
      state.set(path, node);
      return true;
    });
  });
  return { state, layers: kept };
}

const path = fc
  .tuple(
    fc.constantFrom("function", "function", "function", "other"),
    fc.array(fc.constantFrom("a", "b"), { maxLength: 3 }),
  )
  .map(([top, rest]) => [top, ...rest].join("/"));

const entry: fc.Arbitrary<[string, TestEntry]> = fc.oneof(
  fc.tuple(path, fc.stringMatching(/^[xyz]{0,40}$/)),
  fc.tuple(path, fc.constantFrom(null, { type: "directory" as const, mode: 0o700 })),
  path.map((at): [string, TestEntry] => [at.replace(/([^/]*)$/, ".wh.$1"), ""]),
  path.map((at): [string, TestEntry] => [`${at}/.wh..wh..opq`, ""]),
  fc.tuple(path, path).map(([at, linkname]): [string, TestEntry] => [at, { type: "link", linkname }]),
);

/** A layer as builders write them: no path twice, nothing below what is no directory. */
const layer = fc.uniqueArray(entry, { maxLength: 6, selector: ([at]) => at }).map((entries) => {
  const solid = new Set(
    entries.flatMap(([at, what]) =>
      typeof what === "string" || (what !== null && what.type === "link") ? [at] : [],
    ),
  );
  return entries.filter(([at]) => !ancestorsOf(at).some((ancestor) => solid.has(ancestor)));
});

const sorted = (tree: Model): [string, ModelNode][] => [...tree].sort(([a], [b]) => (a < b ? -1 : 1));

test("any stack of layers reads as unpacking all of them from the bottom gives", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 4 }), async (stack) => {
      const { state, layers } = model(stack);
      const root = state.get("function");
      const expected: Model = new Map();
      for (const [at, node] of state) {
        if (at.startsWith("function/")) expected.set(at.slice("function/".length), node);
        else if (at === "function" && !("directory" in node)) expected.set("function", node);
      }
      if (root === undefined) expected.clear();
      const { tree } = await read(layers);
      expect(sorted(tree)).toEqual(sorted(expected));
    }),
    { numRuns: 400 },
  );
});

describe("hard links", () => {
  test("find a file outside the directory, in the same layer", async () => {
    const { tree } = await read([
      [
        ["shared/lib.py", "lib"],
        ["function/lib.py", { type: "link", linkname: "shared/lib.py" }],
      ],
    ]);
    expect(tree.get("lib.py")).toEqual({ mode: 0o644, content: "lib" });
  });

  test("keep the file of their own time when a higher layer replaces it", async () => {
    const { tree } = await read([
      [["function/a", "old"]],
      [["function/b", { type: "link", linkname: "function/a" }]],
      [["function/a", "new"]],
    ]);
    expect([...tree.values()]).toMatchObject([{ content: "new" }, { content: "old" }]);
  });

  test("without a file are an error", async () => {
    const layers: Entries[] = [[["function/b", { type: "link", linkname: "nowhere" }]]];
    await expect(read(layers)).rejects.toThrow("The hard link /function/b leads to /nowhere");
  });
});

describe("symlinks", () => {
  const link = (linkname: string): TestEntry => ({ type: "symlink", linkname });

  test("are kept inside, made relative when absolute, left out when they lead outside", async () => {
    const { tree, warnings } = await read([
      [
        ["function/deep/code.py", "code"],
        ["function/a", link("deep/code.py")],
        ["function/b", link("/function/deep/code.py")],
        ["function/c", link("../etc/passwd")],
        ["function/d", link("/etc/passwd")],
        ["function/deep/up", link("..")],
        ["function/deep/e", link("up/../../etc")],
        ["function/circle", link("circle")],
      ],
    ]);
    expect(Object.fromEntries(tree)).toEqual({
      deep: { mode: 0o755, directory: true },
      "deep/code.py": { mode: 0o644, content: "code" },
      "deep/up": { mode: 0, content: "-> .." },
      a: { mode: 0, content: "-> deep/code.py" },
      b: { mode: 0, content: "-> deep/code.py" },
      circle: { mode: 0, content: "-> circle" },
    });
    expect(warnings).toHaveLength(4);
  });
});

describe("evil layers", () => {
  test.each<[string, Entries, RegExp]>([
    ["a name with ..", [["function/../../etc/x", "x"]], /entry that leads out of the image/],
    [
      "writing through a symlink",
      [
        ["function/x", { type: "symlink", linkname: "/etc" }],
        ["function/x/passwd", "x"],
      ],
      /writes \/function\/x\/passwd through the symlink \/function\/x/,
    ],
    [
      "a hard link with ..",
      [["function/x", { type: "link", linkname: "../../etc/passwd" }]],
      /hard link \/function\/x that leads out/,
    ],
  ])("%s: one clear error", async (_name, entries, message) => {
    await expect(read([entries])).rejects.toThrow(message);
  });

  test("absolute names are names in the image; devices are left out; of duplicates the last counts", async () => {
    const { tree, warnings } = await read([
      [
        ["/function/a", "1"],
        ["./function/a", "2"],
        ["function/null", { type: "character-device", devmajor: 1, devminor: 3 }],
      ],
    ]);
    expect([...tree]).toEqual([["a", { mode: 0o644, content: "2" }]]);
    expect(warnings).toEqual([expect.stringContaining("/function/null")]);
  });

  test("a bomb stops at the limit", async () => {
    const contents = new Contents({ memory: 10, total: 100 });
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield await Promise.resolve(Buffer.alloc(30));
    }
    await expect(contents.add(endless())).rejects.toThrow("more than 100 bytes");
    await contents.close();
  });
});
