import {
  chmod,
  lutimes,
  mkdir,
  mkdtemp,
  open,
  readdir,
  realpath,
  rename,
  rm,
  symlink,
  utimes,
} from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ExtractError, reasonOf } from "./errors";
import type { Extraction } from "./extractSource";
import { shown } from "./imagePath";

/**
 * Writes the extracted directory: beside its place first, then renamed, so that there is all of it or nothing.
 * @param replace whether a directory with files in it may be replaced
 * @throws ExtractError
 */
export async function writeDirectory(
  { root, tree, contents }: Pick<Extraction, "root" | "tree" | "contents">,
  target: string,
  replace = false,
): Promise<void> {
  const place = await realPlace(resolve(target));
  await checkPlace(place, target, replace);
  let partial: string | undefined;
  try {
    await mkdir(dirname(place), { recursive: true });
    partial = await mkdtemp(join(dirname(place), `.${basename(place)}.partial-`));
    await writeTree({ tree, contents }, partial);
    await chmod(partial, root.mode);
    await utimes(partial, root.mtime, root.mtime);
    await moveInto(place, partial);
    partial = undefined;
  } catch (error) {
    if (error instanceof ExtractError) throw error;
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

async function writeTree(
  { tree, contents }: Pick<Extraction, "tree" | "contents">,
  folder: string,
): Promise<void> {
  // Names are bytes. Links come last: nothing is written through one.
  const placeOf = (path: string): Buffer =>
    Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, "latin1")]);
  for (const [path, node] of tree) {
    if (node.kind === "directory") await mkdir(placeOf(path), 0o700);
    if (node.kind !== "file") continue;
    const file = await open(placeOf(path), "wx", 0o600);
    try {
      for await (const piece of contents.read(node.content)) await file.write(piece);
      await file.chmod(node.mode);
      await file.utimes(node.mtime, node.mtime);
    } finally {
      await file.close();
    }
  }
  for (const [path, node] of tree) {
    if (node.kind !== "symlink") continue;
    try {
      await symlink(Buffer.from(node.target, "latin1"), placeOf(path));
      await lutimes(placeOf(path), node.mtime, node.mtime);
    } catch (error) {
      throw new ExtractError(`The symlink ${shown(path)} cannot be made (${reasonOf(error)}).`);
    }
  }
  // Deepest first: writing into a directory changes its time and needs its write permission.
  for (const [path, node] of [...tree].reverse()) {
    if (node.kind !== "directory") continue;
    await chmod(placeOf(path), node.mode);
    await utimes(placeOf(path), node.mtime, node.mtime);
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
