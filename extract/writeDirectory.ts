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
import { chmod, mkdir, mkdtemp, readdir, realpath, rename, rm, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Contents } from "./contents";
import { ExtractError, reasonOf } from "./errors";
import type { Extraction } from "./extractSource";
import { shown } from "./imagePath";
import type { TreeNode } from "./sourceTree";

type FileNode = Extract<TreeNode, { kind: "file" }>;

/** Between them, signals are heard. */
const filesWithoutPause = 256;

export interface WriteOptions {
  /** Whether a directory with files in it may be replaced. Default false. */
  replace?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Writes the extracted directory: beside its place first, then renamed, so that there is all of it or nothing.
 * @throws ExtractError
 */
export async function writeDirectory(
  { root, tree, contents }: Pick<Extraction, "root" | "tree" | "contents">,
  target: string,
  { replace = false, signal }: WriteOptions = {},
): Promise<void> {
  const place = await realPlace(resolve(target));
  await checkPlace(place, target, replace);
  let partial: string | undefined;
  try {
    await mkdir(dirname(place), { recursive: true });
    partial = await mkdtemp(join(dirname(place), `.${basename(place)}.partial-`));
    await writeTree({ tree, contents }, partial, signal);
    await chmod(partial, root.mode);
    await utimes(partial, root.mtime, root.mtime);
    await moveInto(place, partial);
    partial = undefined;
  } catch (error) {
    if (error instanceof ExtractError || signal?.aborted === true) throw error;
    throw new ExtractError(`The directory ${target} cannot be written (${reasonOf(error)}).`);
  } finally {
    if (partial !== undefined) await rm(partial, { recursive: true, force: true });
  }
}

/** @throws ExtractError when the directory cannot take the files; asked before anything is downloaded. */
export async function checkPlace(place: string, shownAs = place, replace = false): Promise<void> {
  let names: string[];
  try {
    names = await readdir(place);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    const reason = code === "ENOTDIR" ? "it is not a directory" : (code ?? reasonOf(error));
    throw new ExtractError(`The directory ${shownAs} cannot be written (${reason}).`);
  }
  if (names.length > 0 && !replace) {
    throw new ExtractError(
      `The directory ${shownAs} is not empty; name another, remove it, or replace it with --replace.`,
    );
  }
}

/** Where a symlink given as target leads, since renaming would replace the link itself. */
async function realPlace(place: string): Promise<string> {
  return realpath(place).catch(() => place);
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

async function moveInto(place: string, partial: string): Promise<void> {
  const old = `${partial}-old`;
  let hadOld = false;
  try {
    await rename(place, old);
    hadOld = true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  try {
    await rename(partial, place);
  } catch (error) {
    if (hadOld) await rename(old, place);
    throw error;
  }
  if (hadOld) await rm(old, { recursive: true, force: true });
}
