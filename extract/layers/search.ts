import { ExtractError } from "../errors";
import { stepsOfLayers } from "./history";
import { type ImagePath, isAtOrBelow, shown } from "../imagePath";
import { type LayerSource, type Walk, walkLayers } from "./walkLayers";
import type { ImageConfig } from "../registry/manifest";
import type { LayerView, Overlay, OverlayNode } from "./overlay";
import { redirection } from "./sourceTree";

const maximumRedirections = 40;

/** What a search found: the wanted path, behind all symlinks, and what the layers have there. */
export interface Found {
  walk: Walk;
  root: ImagePath;
}

/** Looks for the wanted path in an image's layers. */
export class Search {
  /** What was read, by wanted path and layer number, so that no layer is read twice for the same path. */
  readonly #views = new Map<ImagePath, Map<number, LayerView>>();

  constructor(
    private readonly source: LayerSource,
    private readonly config: ImageConfig,
    /** Names the image in errors. */
    private readonly digest: string,
  ) {}

  /**
   * Walks the layers for the path, again from where a symlink leads, and again with every layer where the history errs.
   * @param exhaustive whether to read every layer, whatever the history says
   * @param warnings added to
   */
  async find(wanted: ImagePath, exhaustive: boolean, warnings: string[]): Promise<Found> {
    const { layers } = this.source;
    let root = wanted;
    let steps = exhaustive ? undefined : stepsOfLayers(this.config.history, layers.length);
    let withoutSteps = exhaustive
      ? "every layer is asked for"
      : "the image's history does not match its layers";
    for (let hop = 0; hop <= maximumRedirections;) {
      const walk = await walkLayers(this.source, {
        roots: [root],
        steps,
        withoutSteps,
        everyLayer: exhaustive,
        views: this.#viewsOf(root),
      });
      const next = redirection(walk.overlay, root);
      const missing = !walk.overlay.nodes.has(root);
      const skippedByHistory = steps !== undefined && missing && walk.reports.some(({ read }) => !read);
      if (walk.contradiction !== undefined) {
        warnings.push(`Read every layer: ${walk.contradiction}.`);
        steps = undefined;
        withoutSteps = "the image's history contradicts its layers";
      } else if (next !== undefined) {
        warnings.push(`Followed the symlink: ${shown(root)} is ${shown(next)}.`);
        root = next;
        hop++;
      } else if (skippedByHistory) {
        steps = undefined;
        withoutSteps = `${shown(root)} is not where the image's history allows it`;
      } else if (missing) {
        const workdir = this.config.config?.WorkingDir;
        const hint = workdir ? `; its working directory is ${workdir}` : "";
        throw new ExtractError(
          `The image ${this.digest} has no ${shown(root)}${hint}; name another with --path.`,
        );
      } else return { walk, root };
    }
    throw new ExtractError(`${shown(wanted)} leads through more than ${maximumRedirections} symlinks.`);
  }

  /** Paths at which a search by the history would have erred, after an exhaustive one found `exact`. */
  async differences(wanted: ImagePath, exact: Found): Promise<string[]> {
    const pruned = await this.find(wanted, false, []);
    if (pruned.root !== exact.root) return [shown(wanted)];
    const [one, other] = [exact, pruned].map(({ walk, root }) => below(walk.overlay, root));
    return [...new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])])]
      .filter((path) => !isSame(one?.get(path), other?.get(path)))
      .sort()
      .map(shown);
  }

  #viewsOf(root: ImagePath): Map<number, LayerView> {
    let views = this.#views.get(root);
    if (views === undefined) this.#views.set(root, (views = new Map<number, LayerView>()));
    return views;
  }
}

function below({ nodes }: Overlay, root: ImagePath): Map<ImagePath, OverlayNode> {
  return new Map([...nodes].filter(([path]) => isAtOrBelow(path, root)));
}

/** Both searches share what they read, so what is the same is the same object, but for directories that no entry describes. */
function isSame(one: OverlayNode | undefined, other: OverlayNode | undefined): boolean {
  if (one?.kind === "directory" && other?.kind === "directory") {
    return one.mode === other.mode && one.mtime === other.mtime;
  }
  return one === other;
}
