import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ByteCursor } from "./byteCursor";
import { decompressorFor } from "./decompress";
import { ExtractError, reasonOf } from "../errors";
import { cleanPath, type ImagePath, shown } from "../imagePath";
import { blockSize, decodeHeader, decodePax, type TarHeader } from "./tarHeader";

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
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": "hardLink",
  "2": "symlink",
  "3": "special",
  "4": "special",
  "5": "directory",
  "6": "special",
};

const largePiece = 256 * 1024;
/** Bytes of a header that extends the next; what Docker takes too. */
const maximumExtension = 1024 * 1024;

/** Bytes; Docker cannot unpack a longer one either. */
const longestPath = 4095;

/** What the headers before an entry say of it. */
interface Extensions {
  pax: Map<string, string>;
  longName?: string;
  longLink?: string;
}

/**
 * Streams through a layer (tar, plain or compressed), one entry after the other, as Docker reads it: up to the two blocks of
 * zeros, the blob itself to its end.
 * @throws ExtractError
 */
export async function forEachEntry(
  layer: AsyncGenerator<Buffer, void, undefined>,
  name: string,
  visit: EntryVisitor,
): Promise<void> {
  try {
    const { start, rest } = await peek(inLargePieces(layer), 4);
    const packed = Readable.from(rest, { objectMode: false, highWaterMark: 2 * largePiece });
    await pipeline(packed, decompressorFor(start, largePiece), (unpacked: AsyncIterable<Buffer>) =>
      readEntries(new ByteCursor(unpacked), name, visit),
    );
  } catch (error) {
    if (error instanceof ExtractError || (error as Error).name === "AbortError") throw error;
    throw new ExtractError(`Layer ${name} cannot be unpacked (${reasonOf(error)}).`);
  } finally {
    await layer.return();
  }
}

async function readEntries(tar: ByteCursor, layer: string, visit: EntryVisitor): Promise<void> {
  let extensions: Extensions = { pax: new Map() };
  for (;;) {
    const header = await nextHeader(tar);
    if (header === undefined) break;
    const { type, size } = header;
    if (type === "x" || type === "g" || type === "L" || type === "K") {
      if (size > maximumExtension) throw new Error(`an extended header has ${size} bytes`);
      const data = await exactly(tar, size);
      // Docker lets the global ones be.
      if (type === "x") extensions.pax = decodePax(data);
      if (type === "L") extensions.longName = textBeforeNul(data);
      if (type === "K") extensions.longLink = textBeforeNul(data);
      await skipPadding(tar, size);
      continue;
    }
    // Each block of the map says whether another follows.
    for (let more = header.hasSparseMap; more;) more = (await exactly(tar, blockSize))[504] === 1;
    const entry = entryOf(header, extensions, layer);
    extensions = { pax: new Map() };
    await visitEntry(tar, entry, visit);
  }
  await tar.skip(Infinity);
}

/** The next header that is one; undefined at the archive's end. */
async function nextHeader(tar: ByteCursor): Promise<TarHeader | undefined> {
  const block = await tar.take(blockSize);
  if (block.length === 0) return undefined;
  if (block.length < blockSize) throw new Error("it ends within a header");
  const header = decodeHeader(block);
  if (header !== undefined) return header;
  const second = await tar.take(blockSize);
  if (second.length === 0 || decodeHeader(second) === undefined) return undefined;
  throw new Error("a block of zeros stands between its entries");
}

async function visitEntry(tar: ByteCursor, entry: LayerEntry, visit: EntryVisitor): Promise<void> {
  const { size } = entry;
  let left = size;
  async function* content(): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of tar.pieces(size)) {
      left -= piece.length;
      yield piece;
    }
    if (left > 0) throw new Error("it ends within a file");
  }
  await visit(entry, content());
  if ((await tar.skip(left)) < left) throw new Error("it ends within a file");
  await skipPadding(tar, size);
}

function entryOf(header: TarHeader, { pax, longName, longLink }: Extensions, layer: string): LayerEntry {
  const rawName = longName ?? (pax.get("path") || header.name);
  const rawTarget = longLink ?? (pax.get("linkpath") || header.linkName);
  const isOldDirectory = header.type === "\0" && rawName.endsWith("/");
  const isSparse = header.type === "S" || [...pax.keys()].some((key) => key.startsWith("GNU.sparse."));
  const type = isSparse
    ? "unsupported"
    : isOldDirectory
      ? "directory"
      : (types[header.type] ?? "unsupported");
  if (rawName.includes("\0") || rawTarget.includes("\0")) throw new Error("a name has a NUL byte in it");
  const path = cleanPath(rawName);
  if (path === undefined) {
    throw new ExtractError(`Layer ${layer} has an entry that leads out of the image (${shown(rawName)}).`);
  }
  if (path.length > longestPath) {
    throw new ExtractError(
      `Layer ${layer} has an entry of ${path.length} bytes' path, more than the ${longestPath} that Linux takes.`,
    );
  }
  const target = type === "hardLink" ? cleanPath(rawTarget) : type === "symlink" ? rawTarget : "";
  if (target === undefined) {
    throw new ExtractError(
      `Layer ${layer} has a hard link ${shown(path)} that leads out of the image (${shown(rawTarget)}).`,
    );
  }
  const size = sizeOf(pax.get("size"), header.size);
  const hasContent = type === "file" || type === "unsupported";
  return {
    path,
    type,
    mode: header.mode & 0o7777,
    mtime: timeOf(pax.get("mtime"), header.mtime),
    size: hasContent ? size : 0,
    target,
  };
}

function sizeOf(record: string | undefined, field: number): number {
  const size = record === undefined || record === "" ? field : /^\d+$/.test(record) ? Number(record) : -1;
  if (!Number.isSafeInteger(size) || size < 0) throw new Error("an entry's size is no number of bytes");
  return size;
}

/** As Docker has it: times that a file system may not take are 1970. */
function timeOf(record: string | undefined, field: number): number {
  const seconds = record === undefined || record === "" ? field : Math.floor(Number(record));
  const latest = 2 ** 63 / 1e9;
  return seconds >= 0 && seconds < latest ? seconds : 0;
}

function textBeforeNul(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString("latin1", 0, end < 0 ? data.length : end);
}

async function exactly(tar: ByteCursor, size: number): Promise<Buffer> {
  const data = await tar.take(size);
  if (data.length < size) throw new Error("it ends within a header");
  return data;
}

async function skipPadding(tar: ByteCursor, size: number): Promise<void> {
  await tar.skip((blockSize - (size % blockSize)) % blockSize);
}

/** Joins what comes from the network, so that the decompressor's thread works long stretches alone. */
async function* inLargePieces(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of source) {
    pieces.push(piece);
    size += piece.length;
    if (size < largePiece) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pieces);
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
