import { type Contents } from "../results/contents";
import type { Step } from "./history";
import type { ImagePath } from "../imagePath";
import { LayerView, Overlay } from "./overlay";
import { Pruning } from "./pruning";
import type { Descriptor } from "../registry/registryClient";
import type { EntryVisitor } from "../tar/tarEntries";

/** Whether a layer was read, and why. */
export interface LayerReport {
  digest: string;
  /** Bytes, as the registry holds them. */
  size: number;
  read: boolean;
  reason: string;
  /** Bytes that came over the network. */
  bytesRead: number;
}

export interface LayerSource {
  /** Lowest first. */
  layers: readonly Descriptor[];
  /**
   * Reads one layer's entries, everything that the visitor takes verified at the end.
   * @param begin gives the visitor; called again when the entries come anew from the first
   * @returns a note for the report, to follow the reason why the layer was read
   */
  readEntries: (layer: Descriptor, begin: () => EntryVisitor) => Promise<string>;
  /** Bytes of the layer that came over the network so far. */
  received: (layer: Descriptor) => number;
  contents: Contents;
}

export interface WalkOptions {
  /** Paths to read, each with everything below it. */
  roots: readonly ImagePath[];
  /** Number of the layer to begin with; the top one when left out. */
  from?: number;
  /** What made each layer; undefined to read them without asking. */
  steps: readonly Step[] | undefined;
  /** For the report: why they are read without asking. */
  withoutSteps: string;
  /** Reads also the layers that those above hide. */
  everyLayer?: boolean;
  /** What an earlier walk with the same roots read, by layer number; read layers are added. */
  views?: Map<number, LayerView>;
}

export interface Walk {
  overlay: Overlay;
  /** Lowest first. */
  reports: LayerReport[];
  /** Why the history cannot be trusted, so that the walk must be repeated without it. */
  contradiction?: string;
}

/** Reads layers from the top until nothing below can matter, without those that the image's history rules out. */
export async function walkLayers(source: LayerSource, options: WalkOptions): Promise<Walk> {
  const { roots, steps, views = new Map<number, LayerView>() } = options;
  const overlay = new Overlay(roots);
  const pruning = steps && new Pruning(steps, roots);
  const reports: LayerReport[] = [];
  for (let number = options.from ?? source.layers.length - 1; number >= 0; number--) {
    const layer = source.layers[number];
    if (layer === undefined) continue;
    const hidden = options.everyLayer !== true && overlay.isComplete();
    const decision = hidden
      ? { read: false, reason: "hidden by the layers above" }
      : (pruning?.decide(number, layer.size) ?? { read: true, reason: options.withoutSteps });
    const report = { digest: layer.digest, size: layer.size, ...decision, bytesRead: 0 };
    reports.unshift(report);
    if (decision.read) {
      const view = views.get(number) ?? (await readLayer(source, layer, number, overlay, pruning));
      views.set(number, view);
      if (view.touched > 0) report.reason += `; has ${view.touched} of the wanted entries`;
      report.reason += view.note;
      const contradiction = pruning?.contradiction(number, view);
      if (contradiction !== undefined) return { overlay, reports, contradiction };
      overlay.addBelow(view);
      pruning?.learn(number, view);
    }
    report.bytesRead = source.received(layer);
  }
  return { overlay, reports };
}

async function readLayer(
  { contents, readEntries }: LayerSource,
  layer: Descriptor,
  number: number,
  overlay: Overlay,
  pruning: Pruning | undefined,
): Promise<LayerView> {
  const newView = (): LayerView => new LayerView(overlay, number, layer.digest, pruning?.destinations);
  let view = newView();
  const note = await readEntries(layer, () => {
    const current = (view = newView());
    return (entry, content) => {
      if (!current.needsContent(entry)) {
        current.add(entry);
        return undefined;
      }
      return contents.add(content).then((stored) => current.add(entry, stored));
    };
  });
  view.note = note;
  return view;
}
