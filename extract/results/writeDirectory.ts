import {
  chmodSync,
  closeSync,
  fchmodSync,
  futimesSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Contents } from "./contents";
import { ExtractError, reasonOf } from "../errors";
import type { Extraction } from "../extractSource";
import { shown } from "../imagePath";
import { placeTogether, type Result } from "./placing";
import type { TreeNode } from "../layers/sourceTree";

type FileNode = Extract<TreeNode, { kind: "file" }>;

/** Between them, signals are heard. */
const filesWithoutPause = 256;

export interface WriteOptions {
  /** Whether a directory with files in it, or a file, may be replaced. Default false. */
  replace?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export type ExtractedDirectory = Pick<Extraction, "root" | "tree" | "contents">;

/**
 * Writes the extracted directory: beside its place first, then renamed, so that there is all of it or nothing.
 * @throws ExtractError
 */
export async function writeDirectory(
  extraction: ExtractedDirectory,
  target: string,
  { replace, signal }: WriteOptions = {},
): Promise<void> {
  await placeTogether([directoryResult(extraction, target, signal)], replace);
}

/** The extracted directory, to be placed together with other results. */
export function directoryResult(
  { root, tree, contents }: ExtractedDirectory,
  target: string,
  signal: AbortSignal | undefined,
): Result {
  const write = async (path: string): Promise<void> => {
    mkdirSync(path, 0o700);
    await writeTree({ tree, contents }, path, signal);
    chmodSync(path, root.mode);
    utimesSync(path, root.mtime, root.mtime);
  };
  return { target, kind: "directory", write };
}

/** Blocking calls: for small files, and a source has thousands, they take a tenth of the time of those that wait for a thread. */
async function writeTree(
  { tree, contents }: Pick<Extraction, "tree" | "contents">,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Names are bytes. Links come last: nothing is written through one.
  const placeOf = (path: string): Buffer =>
    Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, "latin1")]);
  let count = 0;
  for (const [path, node] of tree) {
    if (++count % filesWithoutPause === 0) await setImmediate();
    signal?.throwIfAborted();
    if (node.kind === "directory") mkdirSync(placeOf(path), 0o700);
    if (node.kind === "file") await writeFile(placeOf(path), node, contents);
  }
  for (const [path, node] of tree) {
    if (node.kind !== "symlink") continue;
    try {
      symlinkSync(Buffer.from(node.target, "latin1"), placeOf(path));
      lutimesSync(placeOf(path), node.mtime, node.mtime);
    } catch (error) {
      throw new ExtractError(`The symlink ${shown(path)} cannot be made (${reasonOf(error)}).`);
    }
  }
  // Deepest first: writing into a directory changes its time and needs its write permission.
  for (const [path, node] of [...tree].reverse()) {
    if (node.kind !== "directory") continue;
    chmodSync(placeOf(path), node.mode);
    utimesSync(placeOf(path), node.mtime, node.mtime);
  }
}

async function writeFile(
  place: Buffer,
  { content, mode, mtime }: FileNode,
  contents: Pick<Contents, "read">,
): Promise<void> {
  const file = openSync(place, "wx", 0o600);
  try {
    for await (const piece of contents.read(content)) {
      for (let done = 0; done < piece.length;) done += writeSync(file, piece, done);
    }
    fchmodSync(file, mode);
    futimesSync(file, mtime, mtime);
  } finally {
    closeSync(file);
  }
}
