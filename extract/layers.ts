import { type Contents } from "./contents";
import { canReach, mayHaveFilled, type Step } from "./history";
import { type ImagePath, isAtOrBelow, shown } from "./imagePath";
import { LayerView, Overlay } from "./overlay";
import type { Descriptor } from "./registryClient";
import type { EntryVisitor } from "./tarEntries";

/** Whether a layer was read, and why. */
export interface LayerReport {
  digest: string;
  /** Bytes, as the registry holds them. */
  size: number;
  read: boolean;
  reason: string;
}

export interface LayerSource {
  /** Lowest first. */
  layers: readonly Descriptor[];
  /** Streams through one layer, verified at its end. */
  forEachEntry: (layer: Descriptor, visit: EntryVisitor) => Promise<void>;
  contents: Contents;
}

export interface WalkOptions {
  /** Paths to read, each with everything below it. */
  roots: readonly ImagePath[];
  /** Number of the layer to begin with; the top one when left out. */
  from?: number;
  /** What made each layer; undefined to read them all. */
  steps: readonly Step[] | undefined;
  /** For the report: why all are read. */
  withoutSteps: string;
}

export interface Walk {
  overlay: Overlay;
  /** Lowest first. */
  reports: LayerReport[];
  /** Why the history cannot be trusted, so that the walk must be repeated without it. */
  contradiction?: string;
}

/** Skipping a smaller layer gains less than reading it proves. */
const smallLayer = 1024 * 1024;

/** Reads layers from the top until nothing below can matter, without those that the image's history rules out. */
export async function walkLayers(source: LayerSource, options: WalkOptions): Promise<Walk> {
  const overlay = new Overlay(options.roots);
  const reports: LayerReport[] = [];
  let end: string | undefined;
  for (let number = options.from ?? source.layers.length - 1; number >= 0; number--) {
    const layer = source.layers[number];
    if (layer === undefined) continue;
    const { digest, size } = layer;
    const decision = decide(layer, number, overlay, options, end);
    if (!decision.read) {
      reports.unshift({ digest, size, ...decision });
      continue;
    }
    const view = await readLayer(source, layer, number, overlay);
    const found = view.touched === 0 ? "" : `; has ${view.touched} of the wanted entries`;
    reports.unshift({ digest, size, read: true, reason: decision.reason + found });
    const step = options.steps?.[number];
    if (view.touched > 0 && step !== undefined && (end !== undefined || !mayTouch(step, options.roots))) {
      return {
        overlay,
        reports,
        contradiction: `layer ${digest} has what its history step cannot have made`,
      };
    }
    overlay.addBelow(view);
    end ??= endOfWalk(view, number, options);
  }
  return { overlay, reports };
}

function decide(
  { size }: Descriptor,
  number: number,
  overlay: Overlay,
  { roots, steps, withoutSteps }: WalkOptions,
  end: string | undefined,
): { read: boolean; reason: string } {
  if (overlay.isComplete()) return { read: false, reason: "hidden by the layers above" };
  const step = steps?.[number];
  if (step === undefined) return { read: true, reason: withoutSteps };
  if (size < smallLayer) return { read: true, reason: "small" };
  if (end !== undefined) return { read: false, reason: end };
  switch (step.kind) {
    case "copy": {
      const wanted = roots.map(shown).join(", ");
      const what = `${step.instruction} to ${shown(step.destination)}`;
      return mayTouch(step, roots)
        ? { read: true, reason: `${what} may reach ${wanted}` }
        : { read: false, reason: `${what} cannot reach ${wanted}` };
    }
    case "workdir":
      return { read: true, reason: `WORKDIR ${shown(step.directory)}` };
    case "run":
      return { read: true, reason: "RUN may write anywhere" };
    case "unknown":
      return { read: true, reason: "its history step is not understood" };
  }
}

function mayTouch(step: Step, roots: readonly ImagePath[]): boolean {
  if (step.kind === "copy") return roots.some((root) => canReach(step.destination, root));
  return true;
}

/** A WORKDIR whose layer has the directory made it: a WORKDIR that finds its directory changes nothing. */
function endOfWalk(view: LayerView, number: number, { roots, steps }: WalkOptions): string | undefined {
  const step = steps?.[number];
  if (steps === undefined || step?.kind !== "workdir" || step.directory === "") return undefined;
  const { directory } = step;
  const made = view.nodes.get(directory);
  if (made?.kind !== "directory" || made.implicit) return undefined;
  if (!roots.every((root) => isAtOrBelow(root, directory))) return undefined;
  const older = steps.slice(0, number);
  if (older.some((earlier, index) => mayHaveFilled(earlier, directory, index === 0))) return undefined;
  return `below WORKDIR ${shown(directory)}, which made the directory`;
}

async function readLayer(
  { contents, forEachEntry }: LayerSource,
  layer: Descriptor,
  number: number,
  overlay: Overlay,
): Promise<LayerView> {
  const view = new LayerView(overlay, number, layer.digest);
  await forEachEntry(layer, (entry, content) => {
    if (!view.needsContent(entry)) {
      view.add(entry);
      return undefined;
    }
    return contents.add(content).then((stored) => view.add(entry, stored));
  });
  return view;
}
