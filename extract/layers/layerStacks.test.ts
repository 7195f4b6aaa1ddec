import fc from "fast-check";
import { Contents } from "../results/contents";
import { type BuildAction, buildLayers, type ModelNode } from "./layerModel";
import { stepsOfLayers } from "./history";
import { isAtOrBelow } from "../imagePath";
import { tarOf } from "./layerTesting";
import { type LayerSource, walkLayers } from "./walkLayers";
import { redirection, resolveHardLinks } from "./sourceTree";
import { forEachEntry } from "../tar/tarEntries";

/** Whole builds, with all that RUN, COPY and WORKDIR may do: the layers that the history leaves must tell the final file system. */

const root = "function";

/** What is at or below the root; undefined when a symlink leads there, which is the caller's matter. */
async function read(
  source: LayerSource,
  history: object[] | undefined,
): Promise<Map<string, string> | undefined> {
  const steps = history && stepsOfLayers(history, source.layers.length);
  const walk = await walkLayers(source, { roots: [root], steps, withoutSteps: "" });
  const missing = !walk.overlay.nodes.has(root);
  if (steps !== undefined && (walk.contradiction !== undefined || missing)) return read(source, undefined);
  if (redirection(walk.overlay, root) !== undefined) return undefined;
  await resolveHardLinks(source, walk.overlay, root);
  const found = new Map<string, string>();
  for (const [path, node] of walk.overlay.nodes) {
    if (!isAtOrBelow(path, root)) continue;
    const text = node.kind === "file" ? (await source.contents.bytes(node.content)).toString() : "";
    found.set(path, shownNode(node.kind === "file" ? { ...node, content: text } : (node as ModelNode)));
  }
  return found;
}

function shownNode(node: ModelNode): string {
  if (node.kind === "directory") return `directory ${node.mode.toString(8)}`;
  return node.kind === "symlink" ? `-> ${node.target}` : `${node.mode.toString(8)} ${node.content}`;
}

const path = fc
  .tuple(
    fc.constantFrom("function", "function", "app"),
    fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
  )
  .map(([top, rest]) => [top, ...rest].join("/"));
const content = fc.stringMatching(/^[xyz]{0,5}$/);
const mode = fc.constantFrom(0o755, 0o700, 0o4711);

const change = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), path, content }),
  fc.record({ kind: fc.constant("makeDirectory" as const), path, mode }),
  fc.record({ kind: fc.constant("remove" as const), path }),
  fc.record({ kind: fc.constant("recreate" as const), path }),
  fc.record({ kind: fc.constant("chmod" as const), path, mode }),
  fc.record({
    kind: fc.constantFrom("symlink" as const, "hardLink" as const, "hardLink" as const),
    path,
    target: path,
  }),
);

const action: fc.Arbitrary<BuildAction> = fc.record({
  step: fc.oneof(
    fc.record({ kind: fc.constant("run" as const), changes: fc.array(change, { maxLength: 5 }) }),
    fc.record({
      kind: fc.constant("copy" as const),
      destination: path,
      files: fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "a/c", "b/a"), content), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("workdir" as const), directory: path }),
  ),
  style: fc.record({
    buildKit: fc.boolean(),
    opaque: fc.boolean(),
    parents: fc.boolean(),
    whiteoutsLast: fc.boolean(),
    linksAcrossLayers: fc.boolean(),
    emptyLayers: fc.boolean(),
  }),
});

test("any build reads as its final file system, with its history and without", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 7 }), fc.nat(), async (actions, sizes) => {
      const { state, layers, history, copiedThroughLink } = buildLayers(actions);
      const tars = await Promise.all(layers.map(tarOf));
      const contents = new Contents({ memory: 64, total: 1e6 });
      const source: LayerSource = {
        // Sizes decide which layers the history may leave out.
        layers: tars.map((_, index) => ({
          digest: String(index),
          size: (sizes >> index) % 4 === 0 ? 1 : 2e6,
        })),
        contents,
        received: () => 0,
        readEntries: async ({ digest }, begin) => {
          await forEachEntry(whole(tars[Number(digest)]), digest, begin());
          return "";
        },
      };
      try {
        const node = state.get(root);
        // Such a link is found only when its own layer is read.
        const withHistory = copiedThroughLink ? undefined : await read(source, history);
        const withoutHistory = await read(source, undefined);
        if (node?.kind === "symlink") {
          expect([withHistory, withoutHistory]).toEqual([undefined, undefined]);
          return;
        }
        const expected = [...state]
          .filter(([at]) => isAtOrBelow(at, root))
          .map(([at, it]) => [at, shownNode(it)]);
        expect([...(withoutHistory ?? [])].sort()).toEqual(expected.sort());
        if (!copiedThroughLink) expect([...(withHistory ?? [])].sort()).toEqual(expected);
      } finally {
        await contents.close();
      }
    }),
    { numRuns: Number(process.env.STACK_RUNS ?? 500) },
  );
});

async function* whole(bytes: Buffer = Buffer.alloc(0)): AsyncGenerator<Buffer, void, undefined> {
  yield await Promise.resolve(bytes);
}
