import type { Content } from "../results/contents";
import { ExtractError } from "../errors";
import { ancestorsOf, type ImagePath, isAtOrBelow, joinPath, nameOf, parentOf, shown } from "../imagePath";
import type { LayerEntry } from "../tar/tarEntries";

/** What lies at a path. An implicit directory was never described by an entry of its own. */
export type OverlayNode = { mode: number; mtime: number } & (
  | { kind: "directory"; implicit: boolean }
  | { kind: "file"; content: Content }
  | { kind: "symlink"; target: string }
  /** Not resolved yet: the file is at `target` as layer number `layer` and those below it have it. */
  | { kind: "hardLink"; target: ImagePath; layer: number }
  | { kind: "other"; what: string }
);

const whiteoutPrefix = ".wh.";
const opaqueMarker = ".wh..wh..opq";

/** The union of layers below a few roots, fed from the top: what a higher layer has or hides, a lower one cannot change. */
export class Overlay {
  /** Every visible path at or below a root, and the roots' ancestors. */
  readonly nodes = new Map<ImagePath, OverlayNode>();
  /** Paths of which lower layers can contribute nothing, nor below them. */
  readonly #hidden = new Set<ImagePath>();
  /** Directories below which lower layers can contribute nothing. */
  readonly #opaque = new Set<ImagePath>();
  readonly #roots: ReadonlySet<ImagePath>;
  readonly #ancestors: ReadonlySet<ImagePath>;

  constructor(roots: Iterable<ImagePath>) {
    this.#roots = new Set(roots);
    this.#ancestors = new Set([...this.#roots].flatMap(ancestorsOf));
  }

  /** Whether the path is a root or below one. */
  isWanted(path: ImagePath): boolean {
    if (this.#roots.size > 8) return [path, ...ancestorsOf(path)].some((place) => this.#roots.has(place));
    for (const root of this.#roots) if (isAtOrBelow(path, root)) return true;
    return false;
  }

  /** Whether the path is above a root. */
  isAncestor(path: ImagePath): boolean {
    return this.#ancestors.has(path);
  }

  /** Whether an entry of a lower layer at this path could still be seen. */
  isOpen(path: ImagePath): boolean {
    if (this.#hidden.has(path)) return false;
    return !ancestorsOf(path).some((ancestor) => this.#hidden.has(ancestor) || this.#opaque.has(ancestor));
  }

  /** Whether no lower layer can change what is seen at or below the roots. */
  isComplete(): boolean {
    return [...this.#roots].every((root) => !this.isOpen(root));
  }

  /** Lays a layer below those laid before. */
  addBelow(layer: LayerView): void {
    const hidden: ImagePath[] = [...layer.whiteouts];
    for (const [path, node] of layer.nodes) {
      if (!this.isOpen(path)) continue;
      const above = this.nodes.get(path);
      if (node.kind !== "directory") hidden.push(path);
      if (above === undefined) this.nodes.set(path, node);
      else if (above.kind === "directory" && above.implicit && node.kind === "directory") {
        this.nodes.set(path, node);
      }
    }
    // Only now: a layer hides what lies below it, not what it brings itself.
    for (const path of hidden) this.#hidden.add(path);
    for (const path of layer.opaque) this.#opaque.add(path);
  }
}

/** One layer's part in an overlay, collected entry by entry. */
export class LayerView {
  readonly nodes = new Map<ImagePath, OverlayNode>();
  readonly whiteouts = new Set<ImagePath>();
  readonly opaque = new Set<ImagePath>();
  /** Entries and whiteouts at or below a root. */
  touched = 0;
  /** For the report: how the layer was read. */
  note = "";
  /** Symlinks among the watched paths, with their targets. */
  readonly links = new Map<ImagePath, string>();
  readonly #children = new Map<ImagePath, Set<ImagePath>>();

  constructor(
    private readonly overlay: Overlay,
    private readonly number: number,
    readonly name: string,
    private readonly watched: ReadonlySet<ImagePath> = new Set(),
  ) {}

  /** Whether the entry's content is needed. */
  needsContent({ path, type }: LayerEntry): boolean {
    return (
      type === "file" &&
      this.overlay.isWanted(path) &&
      !nameOf(path).startsWith(whiteoutPrefix) &&
      !this.overlay.nodes.has(path) &&
      this.overlay.isOpen(path)
    );
  }

  /** Takes an entry. `content` is there when it is needed and the entry is a file. */
  add(entry: LayerEntry, content?: Content): void {
    const { path } = entry;
    if (entry.type === "symlink" && this.watched.has(path)) this.links.set(path, entry.target);
    const name = nameOf(path);
    if (name.startsWith(whiteoutPrefix)) {
      this.#addWhiteout(parentOf(path), name);
      return;
    }
    const wanted = this.overlay.isWanted(path);
    if (wanted) this.touched++;
    if (!wanted && !this.overlay.isAncestor(path)) {
      this.#implyParents(path);
      return;
    }
    this.#implyParents(path);
    const node = this.#nodeOf(entry, content);
    if (node.kind !== "directory" || this.nodes.get(path)?.kind !== "directory") this.#remove(path);
    this.#set(path, node);
  }

  #addWhiteout(folder: ImagePath, name: string): void {
    const target = name === opaqueMarker ? folder : joinPath(folder, name.slice(whiteoutPrefix.length));
    // Other names with a second prefix are some builders' own notes.
    if (name !== opaqueMarker && name.startsWith(whiteoutPrefix + whiteoutPrefix)) return;
    if (this.overlay.isWanted(target)) this.touched++;
    else if (!this.overlay.isAncestor(target)) return;
    this.#implyParents(joinPath(folder, name));
    if (name === opaqueMarker) this.opaque.add(target);
    else this.whiteouts.add(target);
  }

  #nodeOf(entry: LayerEntry, content: Content | undefined): OverlayNode {
    const { mode, mtime, type, target, path } = entry;
    switch (type) {
      case "directory":
        return { kind: "directory", mode, mtime, implicit: false };
      case "symlink":
        return { kind: "symlink", mode, mtime, target };
      case "hardLink": {
        const linked = this.nodes.get(target);
        const isHere = linked?.kind === "file" || linked?.kind === "symlink";
        return isHere ? linked : { kind: "hardLink", mode, mtime, target, layer: this.number };
      }
      case "file":
        // Without content it is hidden by a higher layer, but still hides what lies below.
        return content === undefined
          ? { kind: "other", mode, mtime, what: "file above the wanted path" }
          : { kind: "file", mode, mtime, content };
      case "special":
        return { kind: "other", mode, mtime, what: "device or pipe" };
      case "unsupported":
        if (!this.overlay.isWanted(path)) return { kind: "other", mode, mtime, what: "unknown" };
        throw new ExtractError(
          `Layer ${this.name} has ${shown(path)} as a sparse file or an entry of unknown kind, which cannot be read.`,
        );
    }
  }

  /** An entry makes the directories above it, as far as they matter here. */
  #implyParents(path: ImagePath): void {
    for (const ancestor of ancestorsOf(path)) {
      if (!this.overlay.isAncestor(ancestor) && !this.overlay.isWanted(ancestor)) return;
      const node = this.nodes.get(ancestor);
      if (node === undefined) {
        this.#set(ancestor, { kind: "directory", mode: 0o755, mtime: 0, implicit: true });
      } else if (node.kind !== "directory") {
        const what = node.kind === "symlink" ? "the symlink" : "the file";
        throw new ExtractError(
          `Layer ${this.name} writes ${shown(path)} through ${what} ${shown(ancestor)}; refused.`,
        );
      }
    }
  }

  #set(path: ImagePath, node: OverlayNode): void {
    this.nodes.set(path, node);
    if (path === "") return;
    const parent = parentOf(path);
    const siblings = this.#children.get(parent);
    if (siblings === undefined) this.#children.set(parent, new Set([path]));
    else siblings.add(path);
  }

  #remove(path: ImagePath): void {
    this.nodes.delete(path);
    const children = this.#children.get(path);
    this.#children.delete(path);
    for (const child of children ?? []) this.#remove(child);
  }
}
