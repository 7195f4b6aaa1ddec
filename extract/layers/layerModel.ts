import {
  ancestorsOf,
  type ImagePath,
  isAtOrBelow,
  joinPath,
  nameOf,
  parentOf,
  resolveLink,
} from "../imagePath";
import type { TestEntry } from "./layerTesting";

/** A file in the model; two paths with the same object are hard links. */
export type ModelNode =
  /** `id` changes when the directory is made anew, not when its mode changes. */
  | { kind: "directory"; mode: number; id: object }
  | { kind: "file"; mode: number; content: string }
  | { kind: "symlink"; target: string };

type State = Map<ImagePath, ModelNode>;

export type ModelChange =
  | { kind: "write"; path: ImagePath; content: string }
  | { kind: "makeDirectory" | "chmod"; path: ImagePath; mode: number }
  | { kind: "remove" | "recreate"; path: ImagePath }
  | { kind: "symlink" | "hardLink"; path: ImagePath; target: ImagePath };

export interface BuildAction {
  step:
    | { kind: "run"; changes: ModelChange[] }
    | { kind: "copy"; destination: ImagePath; files: [string, string][] }
    | { kind: "workdir"; directory: ImagePath };
  /** Ways in which builders differ. */
  style: {
    buildKit: boolean;
    /** A directory that was made anew is opaque; otherwise each name that is gone has its whiteout. */
    opaque: boolean;
    /** Unchanged directories above a change are in the layer too. */
    parents: boolean;
    whiteoutsLast: boolean;
    /** A new hard link to an unchanged file is a link into the lower layers, not a file of its own. */
    linksAcrossLayers: boolean;
    /** A step without changes has an empty layer, not none. */
    emptyLayers: boolean;
  };
}

type Entries = [string, TestEntry][];

export interface ModelBuild {
  /** The final file system. */
  state: State;
  /** Lowest first. */
  layers: Entries[];
  history: object[];
  /** Whether a COPY went through a symlink, which its history does not tell. */
  copiedThroughLink: boolean;
}

/** Runs the steps on an empty file system and gives it, and the layers and history that a builder would make. Test support. */
export function buildLayers(actions: readonly BuildAction[]): ModelBuild {
  let state: State = new Map();
  const layers: Entries[] = [];
  const history: object[] = [];
  let copiedThroughLink = false;
  for (const { step, style } of actions) {
    const before = new Map(state);
    copiedThroughLink ||=
      step.kind === "copy" && realPlace(state, `${step.destination}/x`) !== `${step.destination}/x`;
    const command = apply(state, step);
    const layer = difference(before, state, style);
    const isEmpty = layer.length === 0 && !style.emptyLayers;
    if (!isEmpty) layers.push(layer);
    history.push({ ...historyOf(step, command, style.buildKit), ...(isEmpty && { empty_layer: true }) });
    state = new Map(state);
  }
  return { state, layers, history, copiedThroughLink };
}

function apply(state: State, step: BuildAction["step"]): string {
  if (step.kind === "workdir") makeDirectories(state, step.directory);
  if (step.kind === "copy") {
    const place = makeDirectories(state, step.destination);
    if (place === undefined) return "";
    for (const [name, content] of step.files) {
      // Builders go through a symlink that is the destination, not through those below it.
      const target = joinPath(place, name);
      if (realPlace(state, target) !== target || state.get(target)?.kind === "symlink") continue;
      if (state.get(target)?.kind === "directory" || makeDirectories(state, parentOf(target)) === undefined)
        continue;
      state.set(target, { kind: "file", mode: 0o644, content });
    }
  }
  if (step.kind !== "run") return "";
  return step.changes.map((change) => applyChange(state, change)).join(" && ");
}

/** @returns the command as a shell would get it, with absolute paths */
function applyChange(state: State, change: ModelChange): string {
  const command = `${change.kind} /${change.path}${"target" in change ? ` /${change.target}` : ""}`;
  if (change.kind !== "remove" && change.kind !== "chmod") makeDirectories(state, parentOf(change.path));
  const path = realPlace(state, change.path);
  if (path === undefined || (state.get(parentOf(path))?.kind !== "directory" && parentOf(path) !== ""))
    return command;
  const node = state.get(path);
  switch (change.kind) {
    case "write":
      if (node?.kind === "directory" || node?.kind === "symlink") break;
      state.set(path, { kind: "file", mode: 0o644, content: change.content });
      break;
    case "makeDirectory":
      if (node === undefined) state.set(path, { kind: "directory", mode: change.mode, id: {} });
      break;
    case "chmod":
      if (node !== undefined && node.kind !== "symlink") changeMode(state, node, change.mode);
      break;
    case "remove":
      remove(state, path);
      break;
    case "recreate":
      remove(state, path);
      state.set(path, { kind: "directory", mode: 0o755, id: {} });
      break;
    case "symlink":
      remove(state, path);
      state.set(path, { kind: "symlink", target: `/${change.target}` });
      break;
    case "hardLink": {
      const target = realPlace(state, change.target);
      const linked = target === undefined ? undefined : state.get(target);
      if (node === undefined && linked?.kind === "file") state.set(path, linked);
    }
  }
  return command;
}

function changeMode(state: State, node: ModelNode, mode: number): void {
  for (const [path, other] of state) if (other === node) state.set(path, { ...node, mode } as ModelNode);
}

function remove(state: State, path: ImagePath): void {
  for (const other of [...state.keys()]) if (isAtOrBelow(other, path)) state.delete(other);
}

/** The path without symlinks above its last part; undefined when there is a circle. */
function realPlace(state: State, path: ImagePath): ImagePath | undefined {
  let place = path;
  for (let hops = 0; hops < 20; hops++) {
    const link = ancestorsOf(place).find((ancestor) => state.get(ancestor)?.kind === "symlink");
    if (link === undefined) return place;
    const node = state.get(link);
    const target = node?.kind === "symlink" ? resolveLink(link, node.target) : "";
    place = target + place.slice(link.length);
  }
  return undefined;
}

/** `mkdir -p`; undefined when a file is in the way. */
function makeDirectories(state: State, path: ImagePath): ImagePath | undefined {
  const place = realPlace(state, `${path}/x`);
  if (place === undefined) return undefined;
  const wanted = [...ancestorsOf(place).slice(1)];
  if (wanted.some((ancestor) => state.has(ancestor) && state.get(ancestor)?.kind !== "directory"))
    return undefined;
  for (const ancestor of wanted) {
    if (!state.has(ancestor)) state.set(ancestor, { kind: "directory", mode: 0o755, id: {} });
  }
  return parentOf(place);
}

function difference(before: State, after: State, style: BuildAction["style"]): Entries {
  const entries: Entries = [];
  const whiteouts: Entries = [];
  const here = new Map<ModelNode, ImagePath>();
  const opaque = new Set<ImagePath>();
  const changed = [...after.keys()].sort().filter((path) => before.get(path) !== after.get(path));
  const withParents = style.parents
    ? changed.flatMap((path) => [...ancestorsOf(path).slice(1), path])
    : changed;
  for (const path of [...new Set(withParents)].sort()) {
    const node = after.get(path);
    if (node === undefined) continue;
    const lower = [...before].find(([at, other]) => other === node && after.get(at) === node)?.[0];
    const linkname = here.get(node) ?? (style.linksAcrossLayers ? lower : undefined);
    if (node.kind === "file" && linkname !== undefined) entries.push([path, { type: "link", linkname }]);
    else entries.push([path, entryOf(node)]);
    if (node.kind === "file" && !here.has(node)) here.set(node, path);
    const old = before.get(path);
    const isNew = node.kind === "directory" && old?.kind === "directory" && old.id !== node.id;
    if (isNew && style.opaque) opaque.add(path);
  }
  for (const path of opaque) whiteouts.push([`${path}/.wh..wh..opq`, ""]);
  for (const path of before.keys()) {
    const parent = parentOf(path);
    if (ancestorsOf(path).some((ancestor) => opaque.has(ancestor))) continue;
    if (after.has(path) || (parent !== "" && after.get(parent)?.kind !== "directory")) continue;
    whiteouts.push([joinPath(parent, `.wh.${nameOf(path)}`), ""]);
  }
  return style.whiteoutsLast ? [...entries, ...whiteouts] : [...whiteouts, ...entries];
}

function entryOf(node: ModelNode): TestEntry {
  if (node.kind === "symlink") return { type: "symlink", linkname: node.target };
  if (node.kind === "directory") return { type: "directory", mode: node.mode };
  return { mode: node.mode, content: node.content };
}

function historyOf(step: BuildAction["step"], command: string, buildKit: boolean): object {
  const text = {
    run: `/bin/sh -c ${command}`,
    copy: step.kind === "copy" ? `COPY dir:0a in /${step.destination} ` : "",
    workdir: step.kind === "workdir" ? `WORKDIR /${step.directory}` : "",
  }[step.kind];
  if (!buildKit) return { created_by: step.kind === "run" ? text : `/bin/sh -c #(nop) ${text}` };
  const created = {
    run: `RUN ${text} # buildkit`,
    copy: step.kind === "copy" ? `COPY source /${step.destination} # buildkit` : "",
    workdir: text,
  }[step.kind];
  return { created_by: created, comment: "buildkit.dockerfile.v0" };
}
