import { canReach, isCommonLink, mayHaveFilled, mayHaveLinked, type Step } from "./history";
import { ancestorsOf, type ImagePath, isAtOrBelow, shown } from "../imagePath";
import { smallLayer } from "./layerDownloads";
import type { LayerView } from "./overlay";

export interface Decision {
  read: boolean;
  reason: string;
}

/** Decides by the image's history which layers a walk from the top can leave out. */
export class Pruning {
  /** Where COPY and ADD wrote to without reaching the wanted paths, and the folders above: no symlink should be there. */
  readonly destinations: ReadonlySet<ImagePath>;
  readonly #skipped = new Set<number>();
  #end: string | undefined;

  /**
   * @param steps what made each layer, lowest first
   * @param roots the wanted paths
   */
  constructor(
    private readonly steps: readonly Step[],
    private readonly roots: readonly ImagePath[],
  ) {
    const elsewhere = steps.flatMap((step) =>
      step.kind === "copy" && !this.#mayTouch(step)
        ? [step.destination, ...ancestorsOf(step.destination)]
        : [],
    );
    this.destinations = new Set(elsewhere.filter((path) => path !== ""));
  }

  /** Whether to read the layer, of so many bytes, and why. */
  decide(number: number, size: number): Decision {
    const step = this.steps[number] ?? { kind: "unknown" };
    const decision = this.#decide(step, number, size);
    if (!decision.read && this.#end === undefined) this.#skipped.add(number);
    return decision;
  }

  /** Why the layer's content shows that the history cannot be trusted; undefined when it does not. */
  contradiction(number: number, view: LayerView): string | undefined {
    const step = this.steps[number];
    if (step === undefined) return undefined;
    const layer = `layer ${view.name}`;
    if (view.touched > 0 && (this.#end !== undefined || !this.#mayTouch(step))) {
      return `${layer} has what its history step cannot have made`;
    }
    for (const [link, target] of view.links) {
      if (isCommonLink(link, target)) continue;
      for (const skipped of this.#skipped) {
        const above = this.steps[skipped];
        if (above?.kind === "copy" && isAtOrBelow(above.destination, link)) {
          return `${layer} has the symlink ${shown(link)}, through which a ${above.instruction} went`;
        }
      }
    }
    return undefined;
  }

  /** Takes note of a layer that was read. */
  learn(number: number, view: LayerView): void {
    this.#end ??= this.#endOfWalk(number, view);
  }

  #decide(step: Step, number: number, size: number): Decision {
    if (size < smallLayer) return { read: true, reason: "small" };
    if (this.#end !== undefined) return { read: false, reason: this.#end };
    switch (step.kind) {
      case "copy": {
        const wanted = this.roots.map(shown).join(", ");
        const what = `${step.instruction} to ${shown(step.destination)}`;
        if (this.#mayTouch(step)) return { read: true, reason: `${what} may reach ${wanted}` };
        // The walk may end above the layer that has the link.
        return this.steps.slice(0, number).some((older) => mayHaveLinked(older, step.destination))
          ? { read: true, reason: `${what}, which an older RUN may have made a symlink` }
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

  #mayTouch(step: Step): boolean {
    if (step.kind === "copy") return this.roots.some((root) => canReach(step.destination, root));
    return true;
  }

  /** A WORKDIR whose layer has the directory made it: a WORKDIR that finds its directory changes nothing. */
  #endOfWalk(number: number, view: LayerView): string | undefined {
    const step = this.steps[number];
    if (step?.kind !== "workdir" || step.directory === "") return undefined;
    const { directory } = step;
    const made = view.nodes.get(directory);
    if (made?.kind !== "directory" || made.implicit) return undefined;
    if (!this.roots.every((root) => isAtOrBelow(root, directory))) return undefined;
    const older = this.steps.slice(0, number);
    if (older.some((earlier, index) => mayHaveFilled(earlier, directory, index === 0))) return undefined;
    return `below WORKDIR ${shown(directory)}, which made the directory`;
  }
}
