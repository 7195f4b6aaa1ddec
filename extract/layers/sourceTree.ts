import type { Content } from "../results/contents";
import { ExtractError } from "../errors";
import { type ImagePath, isAtOrBelow, parentOf, resolveLink, shown } from "../imagePath";
import { type LayerSource, walkLayers } from "./walkLayers";
import type { Overlay, OverlayNode } from "./overlay";

/** What the extracted directory has at a path below it. */
export type TreeNode = { mode: number; mtime: number } & (
  { kind: "directory" } | { kind: "file"; content: Content } | { kind: "symlink"; target: string }
);

/** The extracted directory: paths relative to it, sorted by bytes, so that directories come before what they hold. */
export type SourceTree = Map<ImagePath, TreeNode>;

const maximumLinkHops = 40;

/** Cuts the wanted directory (or file) out of the overlay; what cannot be kept is left out with a warning. */
export function treeBelow(overlay: Overlay, root: ImagePath, warnings: string[]): SourceTree {
  const tree: SourceTree = new Map();
  const rootIsDirectory = overlay.nodes.get(root)?.kind === "directory";
  const prefix = rootIsDirectory ? root : parentOf(root);
  const paths = [...overlay.nodes.keys()].filter(
    (path) => isAtOrBelow(path, root) && !(rootIsDirectory && path === root),
  );
  for (const path of paths.sort()) {
    const node = overlay.nodes.get(path);
    const relative = prefix === "" ? path : path.slice(prefix.length + 1);
    const kept = node === undefined ? undefined : keep(node, path, root, warnings);
    if (kept !== undefined) tree.set(relative, kept);
  }
  for (const [path, node] of tree) {
    if (node.kind !== "symlink" || staysInside(tree, path, node.target)) continue;
    tree.delete(path);
    warnings.push(`Left out the symlink /${path}: its target ${node.target} is outside the directory.`);
  }
  return tree;
}

function keep(node: OverlayNode, path: ImagePath, root: ImagePath, warnings: string[]): TreeNode | undefined {
  const { mode, mtime } = node;
  switch (node.kind) {
    case "directory":
      return { kind: "directory", mode, mtime };
    case "file":
      return { kind: "file", mode, mtime, content: node.content };
    case "symlink": {
      const target = node.target.startsWith("/") ? resolveLink(path, node.target) : undefined;
      if (target === undefined || !isAtOrBelow(target, root)) {
        return { kind: "symlink", mode, mtime, target: node.target };
      }
      // As stored it would lead to the same path of this machine.
      const relative = relativeTarget(path, target);
      warnings.push(`Made the symlink ${shown(path)} relative: ${node.target} is now ${relative}.`);
      return { kind: "symlink", mode, mtime, target: relative };
    }
    case "other":
      warnings.push(`Left out ${shown(path)}: it is a ${node.what}.`);
      return undefined;
    case "hardLink":
      throw new ExtractError(`The hard link ${shown(path)} was not resolved.`);
  }
}

function relativeTarget(link: ImagePath, target: ImagePath): string {
  const from = link.split("/").slice(0, -1);
  const to = target.split("/");
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => ".."), ...to.slice(common)].join("/") || ".";
}

/** Follows the link, and links on its way, as the system would in the extracted directory. */
function staysInside(tree: SourceTree, link: ImagePath, target: string): boolean {
  const place = link.split("/").slice(0, -1);
  const rest = target.split("/");
  if (target.startsWith("/")) return false;
  for (let hops = 0; rest.length > 0;) {
    const part = rest.shift() ?? "";
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (place.pop() === undefined) return false;
      continue;
    }
    place.push(part);
    const node = tree.get(place.join("/"));
    if (node?.kind !== "symlink") continue;
    // A circle leads nowhere, so not outside either.
    if (++hops > maximumLinkHops) return true;
    if (node.target.startsWith("/")) return false;
    place.pop();
    rest.unshift(...node.target.split("/"));
  }
  return true;
}

/** Where the wanted path really is when it, or a directory above it, is a symlink; undefined when none is. */
export function redirection(overlay: Overlay, root: ImagePath): ImagePath | undefined {
  let path = "";
  const parts = root === "" ? [] : root.split("/");
  for (const [index, part] of parts.entries()) {
    path = path === "" ? part : `${path}/${part}`;
    const node = overlay.nodes.get(path);
    if (node?.kind === "symlink") {
      return [resolveLink(path, node.target), ...parts.slice(index + 1)].filter((piece) => piece).join("/");
    }
  }
  return undefined;
}

/**
 * Gives every hard link below the root its file, which another place of the image, or a lower layer, may hold. What a link shares
 * is the file as it was when the link was made, so the search starts at the link's own layer.
 */
export async function resolveHardLinks(
  source: LayerSource,
  overlay: Overlay,
  root: ImagePath,
): Promise<void> {
  for (let hop = 0; ; hop++) {
    const pending = new Map<number, ImagePath[]>();
    for (const [path, node] of overlay.nodes) {
      if (node.kind !== "hardLink" || !isAtOrBelow(path, root)) continue;
      pending.set(node.layer, [...(pending.get(node.layer) ?? []), path]);
    }
    if (pending.size === 0) return;
    for (const [layer, paths] of pending) {
      const targets = paths.map((path) => targetOf(overlay.nodes.get(path)));
      const options = {
        roots: targets,
        from: layer,
        steps: undefined,
        withoutSteps: "holds a hard link's file",
      };
      const search = await walkLayers(source, options);
      for (const [index, path] of paths.entries()) {
        const target = targets[index] ?? "";
        const found = search.overlay.nodes.get(target);
        if (found === undefined || found.kind === "directory" || target === path || hop > maximumLinkHops) {
          throw new ExtractError(
            `The hard link ${shown(path)} leads to ${shown(target)}, which is no file in its layer or below; the image is damaged.`,
          );
        }
        overlay.nodes.set(path, found);
      }
    }
  }
}

function targetOf(node: OverlayNode | undefined): ImagePath {
  return node?.kind === "hardLink" ? node.target : "";
}
