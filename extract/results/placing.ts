import { randomBytes } from "node:crypto";
import { chmod, lstat, mkdir, readdir, realpath, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ExtractError, reasonOf } from "../errors";

/** A place of the file system that gets a directory or file. */
export interface Place {
  /** As the user names it. */
  target: string;
  kind: "directory" | "file";
}

export interface Result extends Place {
  /** Makes it at a path where nothing is. */
  write: (path: string) => Promise<void>;
}

/** A result written beside its place. */
interface Staged {
  target: string;
  place: string;
  partial: string;
  /** Where what the place had is meanwhile. */
  old?: string;
  /** The topmost folder that was made for it. */
  madeFolder?: string;
}

/** @throws ExtractError when a place is taken; asked before anything is downloaded. */
export async function checkPlaces(places: readonly Place[], replace = false): Promise<void> {
  for (const place of places) await checkPlace(place, replace);
}

/**
 * Makes all results, or none: each is written beside its place first, then all are renamed.
 * @param replace whether what the places have may be replaced
 * @throws ExtractError
 */
export async function placeTogether(results: readonly Result[], replace = false): Promise<void> {
  await checkPlaces(results, replace);
  const staged: Staged[] = [];
  let placed = 0;
  try {
    for (const result of results) {
      await cannotBeWritten(result, () => stage(result, staged));
    }
    for (const [index, one] of staged.entries()) {
      const { kind = "file" } = results[index] ?? {};
      await cannotBeWritten({ target: one.target, kind }, () => moveIntoPlace(one));
      placed++;
    }
  } catch (error) {
    for (const { place, old } of staged.slice(0, placed).reverse()) {
      await remove(place);
      if (old !== undefined) await rename(old, place);
    }
    for (const { partial } of staged) await remove(partial);
    for (const { place, madeFolder } of staged.reverse()) await removeFolders(dirname(place), madeFolder);
    throw error;
  }
  for (const { target, old } of staged) {
    if (old === undefined) continue;
    await remove(old).catch((error: unknown) => {
      throw new ExtractError(
        `${target} is replaced, but what it had is still in ${old} (${reasonOf(error)}); remove it by hand.`,
      );
    });
  }
}

async function checkPlace({ target, kind }: Place, replace: boolean): Promise<void> {
  const refuse = (reason: string): never => {
    throw new ExtractError(`The ${kind} ${target} cannot be written (${reason}).`);
  };
  let isDirectory: boolean;
  let isEmpty = false;
  try {
    isDirectory = (await lstat(await realPlace(target))).isDirectory();
    if (isDirectory) isEmpty = (await readdir(target)).length === 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    return refuse(code === "ENOTDIR" ? "it is below something that is not a directory" : reasonOf(error));
  }
  if (isDirectory !== (kind === "directory")) {
    refuse(isDirectory ? "it is a directory" : "it is not a directory");
  }
  if (replace || isEmpty) return;
  const state = kind === "directory" ? "is not empty" : "is already there";
  throw new ExtractError(
    `The ${kind} ${target} ${state}; name another, remove it, or replace it with --replace.`,
  );
}

async function stage({ target, write }: Result, staged: Staged[]): Promise<void> {
  const place = await realPlace(target);
  const folder = dirname(place);
  const madeFolder = await mkdir(folder, { recursive: true });
  const partial = join(folder, `.${basename(place)}.partial-${randomBytes(6).toString("hex")}`);
  staged.push({ target, place, partial, ...(madeFolder !== undefined && { madeFolder }) });
  await write(partial);
}

async function moveIntoPlace(staged: Staged): Promise<void> {
  const { place, partial } = staged;
  const old = `${partial}-old`;
  try {
    await rename(place, old);
    staged.old = old;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  try {
    await rename(partial, place);
  } catch (error) {
    if (staged.old !== undefined) await rename(old, place);
    throw error;
  }
}

/** Where a symlink given as target leads, since renaming would replace the link itself. */
async function realPlace(target: string): Promise<string> {
  const place = resolve(target);
  return realpath(place).catch(() => place);
}

async function cannotBeWritten({ target, kind }: Place, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const isOurs = error instanceof ExtractError || (error as Error).name === "AbortError";
    if (isOurs) throw error;
    throw new ExtractError(`The ${kind} ${target} cannot be written (${reasonOf(error)}).`);
  }
}

/** Removes a file or a directory, even one whose own mode forbids it. */
async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
    await makeWritable(Buffer.from(path));
    await rm(path, { recursive: true, force: true });
  }
}

async function makeWritable(folder: Buffer): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { encoding: "buffer", withFileTypes: true })) {
    const name = entry.name as unknown as Buffer;
    if (entry.isDirectory()) await makeWritable(Buffer.concat([folder, Buffer.from("/"), name]));
  }
}

/** Removes the folders that were made, as far as they are empty. */
async function removeFolders(folder: string, topmost: string | undefined): Promise<void> {
  if (topmost === undefined) return;
  for (let at = folder; at.length >= topmost.length; at = dirname(at)) {
    await rmdir(at).catch(() => undefined);
  }
}
