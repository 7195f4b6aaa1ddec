import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import { decompressorFor } from "./decompress";
import { ExtractError, reasonOf } from "./errors";
import { bytesOf, cleanPath, type ImagePath, shown } from "./imagePath";

export type EntryType = "file" | "directory" | "symlink" | "hardLink" | "special" | "unsupported";

/** One entry of a layer. */
export interface LayerEntry {
  path: ImagePath;
  type: EntryType;
  /** Permission bits, set-user-ID, set-group-ID and sticky bit. */
  mode: number;
  /** Seconds since 1970. */
  mtime: number;
  /** Bytes. */
  size: number;
  /** A symlink's target as stored, or a hard link's target as a path; `""` for the others. */
  target: string;
}

/** Takes an entry's content, or passes on it by returning nothing. */
export type EntryVisitor = (entry: LayerEntry, content: AsyncIterable<Buffer>) => Promise<void> | undefined;

const types: Partial<Record<string, EntryType>> = {
  file: "file",
  "contiguous-file": "file",
  directory: "directory",
  symlink: "symlink",
  link: "hardLink",
  "character-device": "special",
  "block-device": "special",
  fifo: "special",
};

/** Streams through a layer (tar, plain or compressed), one entry after the other. */
export async function forEachEntry(
  layer: AsyncGenerator<Buffer, void, undefined>,
  name: string,
  visit: EntryVisitor,
): Promise<void> {
  // Names are bytes: latin1 keeps them as they are.
  const options = { filenameEncoding: "latin1", allowUnknownFormat: true };
  // The package's types leave its own options out.
  const tar = extract(options as Parameters<typeof extract>[0]);
  let failure: unknown;
  tar.on("entry", (header, body, next) => {
    // The visitor's error, or the tar's own, is the one that counts.
    body.on("error", () => undefined);
    const fail = (error: unknown): void => {
      failure ??= error;
      next(error as Error);
    };
    try {
      const taken = visit(entryOf(header, name), body as AsyncIterable<Buffer>);
      if (taken !== undefined) {
        taken.then(() => next(), fail);
        return;
      }
      body.on("end", next);
      body.resume();
    } catch (error) {
      fail(error);
    }
  });
  try {
    const { start, rest } = await peek(layer, 4);
    await pipeline(Readable.from(rest, { objectMode: false }), decompressorFor(start), tar);
  } catch (stopped) {
    const error = failure ?? stopped;
    if (error instanceof ExtractError || (error as Error).name === "AbortError") throw error;
    throw new ExtractError(`Layer ${name} cannot be unpacked (${reasonOf(error)}).`);
  } finally {
    await layer.return();
  }
}

function entryOf(header: Header, layer: string): LayerEntry {
  const pax = (header.pax ?? {}) as Partial<Record<string, string>>;
  // PAX texts are decoded already, the others are bytes.
  const rawName = pax.path === undefined ? header.name : bytesOf(header.name);
  // For some kinds of entry there is none, whatever the types say.
  const link = (header.linkname as string | null) ?? "";
  const rawTarget = pax.linkpath === undefined ? link : bytesOf(link);
  const path = cleanPath(rawName);
  if (path === undefined || rawName.includes("\0")) {
    throw new ExtractError(`Layer ${layer} has an entry that leads out of the image (${shown(rawName)}).`);
  }
  const sparse = Object.keys(pax).some((key) => key.startsWith("GNU.sparse."));
  const type = sparse ? "unsupported" : (types[header.type] ?? "unsupported");
  let target = type === "symlink" ? rawTarget : "";
  if (type === "hardLink") {
    const cleaned = cleanPath(rawTarget);
    if (cleaned === undefined) {
      throw new ExtractError(
        `Layer ${layer} has a hard link ${shown(path)} that leads out of the image (${shown(rawTarget)}).`,
      );
    }
    target = cleaned;
  }
  const seconds = pax.mtime === undefined ? NaN : Math.floor(Number(pax.mtime));
  return {
    path,
    type,
    mode: header.mode & 0o7777,
    mtime: Number.isNaN(seconds) ? Math.floor(header.mtime.getTime() / 1000) : seconds,
    size: header.size,
    target,
  };
}

/** The first bytes, and everything again from the start. */
async function peek(
  source: AsyncGenerator<Buffer, void, undefined>,
  count: number,
): Promise<{ start: Buffer; rest: AsyncGenerator<Buffer> }> {
  let start = Buffer.alloc(0);
  while (start.length < count) {
    const { value, done } = await source.next();
    if (done === true) break;
    start = Buffer.concat([start, value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (start.length > 0) yield start;
    yield* source;
  }
  return { start, rest: all() };
}
