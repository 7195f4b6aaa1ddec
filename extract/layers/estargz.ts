import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { sha256 } from "../registry/digest";
import { ExtractError, reasonOf } from "../errors";
import { type Chunk, parseToc, TocError, type TocEntry } from "./estargzToc";
import { shown } from "../imagePath";
import { type EntryVisitor, forEachEntry, type LayerEntry } from "../tar/tarEntries";

/** Reads a part of a layer; undefined when the registry does not serve parts. */
export type ReadRange = (start: number, length: number) => Promise<Buffer | undefined>;

const tocName = "stargz.index.json";
/** Bytes of a table's JSON; more would not fit the memory that an extraction may take. */
const maximumToc = 16 * 1024 * 1024;
/** The footer, with it the table of contents unless the layer has hundreds of files. */
const tailLength = 64 * 1024;
/** A request takes about as long as so many bytes, and what follows a wanted file is often wanted too. */
const readAhead = 128 * 1024;
const largestRead = 4 * 1024 * 1024;

/**
 * Visits a layer's entries as its eStargz table of contents lists them, and reads from the registry only the contents that the
 * visitor takes. The table must have the digest in the manifest, every content its digest in the table.
 * @param tocDigest of the table, as the layer's annotation in the manifest has it
 * @throws TocError when the layer must be read whole; entries may have been visited by then
 */
export async function forEachTocEntry(
  layer: { digest: string; size: number },
  tocDigest: string,
  readRange: ReadRange,
  visit: EntryVisitor,
): Promise<void> {
  const parts = new Parts(readRange);
  const toc = await readToc(parts, layer, tocDigest);
  for (const listed of parseToc(toc.json, toc.offset)) {
    await visit(listed.entry, contentOf(listed, parts, toc.offset));
  }
  // In the tar the table is a file like any other, but it does not list itself.
  await visit(toc.entry, Readable.from([toc.json]));
}

interface Toc {
  /** Where it begins in the layer, and so the contents end. */
  offset: number;
  json: Buffer;
  entry: LayerEntry;
}

async function readToc(
  parts: Parts,
  { digest, size }: { digest: string; size: number },
  expectedDigest: string,
): Promise<Toc> {
  const tailStart = Math.max(0, size - tailLength);
  const tail = await parts.read(tailStart, size);
  const { offset, footerLength } = footerOf(tail);
  const end = size - footerLength;
  if (offset >= end || end - offset > maximumToc)
    throw new TocError("its place in the layer cannot be right");
  const missing = offset < tailStart ? await parts.read(offset, tailStart) : Buffer.alloc(0);
  const packed = Buffer.concat([missing, tail.subarray(Math.max(0, offset - tailStart), end - tailStart)]);
  const toc = { offset, ...(await unpackToc(packed, digest)) };
  if (sha256(toc.json) !== expectedDigest) throw new TocError("its digest is not the one in the manifest");
  return toc;
}

/** The start of the footer's extra field, today's and the one before the field had a header of its own. */
const extraStarts = [Buffer.from("\x1a\0SG\x16\0", "latin1"), Buffer.from("\x16\0", "latin1")];

/** The footer is an empty gzip member whose extra field has the table's place. */
function footerOf(tail: Buffer): { offset: number; footerLength: number } {
  for (const start of extraStarts) {
    const footerLength = 10 + start.length + 22 + 13;
    const extra = tail.subarray(-footerLength).subarray(10, -13);
    const place = /^([0-9a-f]{16})STARGZ$/.exec(extra.toString("latin1", start.length))?.[1];
    if (place !== undefined && extra.subarray(0, start.length).equals(start)) {
      return { offset: parseInt(place, 16), footerLength };
    }
  }
  throw new TocError("the layer does not end with its place");
}

/** The table is packed as a tar of one file. */
async function unpackToc(packed: Buffer, layer: string): Promise<{ json: Buffer; entry: LayerEntry }> {
  let toc: { json: Buffer; entry: LayerEntry } | undefined;
  const read = async (entry: LayerEntry, content: AsyncIterable<Buffer>): Promise<void> => {
    if (entry.path !== tocName || entry.size > maximumToc) throw new TocError("it is too large or misnamed");
    toc = { json: await buffer(content), entry };
  };
  try {
    await forEachEntry(inOnePiece(packed), layer, read);
  } catch (error) {
    throw new TocError(`it cannot be unpacked: ${reasonOf(error).replace(/\.$/, "")}`);
  }
  if (toc === undefined) throw new TocError("it is not where the layer's end says");
  return toc;
}

async function* contentOf(
  { entry, chunks, digest }: TocEntry,
  parts: Parts,
  limit: number,
): AsyncGenerator<Buffer, void, undefined> {
  const whole = createHash("sha256");
  for (const chunk of chunks) {
    const part = createHash("sha256");
    for await (const piece of unpacked(parts.between(chunk.offset, chunk.end, limit), chunk)) {
      part.update(piece);
      whole.update(piece);
      yield piece;
    }
    if (`sha256:${part.digest("hex")}` !== chunk.digest) throw wrongContent(entry);
  }
  if (digest !== undefined && `sha256:${whole.digest("hex")}` !== digest) throw wrongContent(entry);
}

function wrongContent({ path }: LayerEntry): TocError {
  return new TocError(`the content of ${shown(path)} is not what it says`);
}

/** The chunk's own bytes of what the source unpacks to. */
async function* unpacked(
  source: AsyncIterable<Buffer>,
  { skip, size }: Chunk,
): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip();
  // Its errors come out of the stream below.
  const feeding = pipeline(source, gunzip).catch(() => undefined);
  let at = 0;
  try {
    for await (const bytes of gunzip as AsyncIterable<Buffer>) {
      const piece = bytes.subarray(Math.max(0, skip - at), Math.max(0, skip + size - at));
      at += bytes.length;
      if (piece.length > 0) yield piece;
      if (at >= skip + size) return;
    }
  } catch (error) {
    if (
      error instanceof TocError ||
      error instanceof ExtractError ||
      (error as Error).name === "AbortError"
    ) {
      throw error;
    }
    throw new TocError(`a content cannot be unpacked (${reasonOf(error)})`);
  } finally {
    gunzip.destroy();
    await feeding;
  }
  throw new TocError("a content is shorter than it says");
}

/** The parts of a layer that were asked for; the last one is kept, since neighbours are often wanted next. */
class Parts {
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(private readonly readRange: ReadRange) {}

  async read(start: number, end: number): Promise<Buffer> {
    const bytes = await this.readRange(start, end - start);
    if (bytes === undefined) throw new TocError("the registry does not serve parts of a layer");
    if (bytes.length !== end - start)
      throw new TocError("the registry sent another part than it was asked for");
    this.#start = start;
    this.#bytes = bytes;
    return bytes;
  }

  /** The bytes in pieces; where they must be read, some that follow are read with them, up to the limit. */
  async *between(start: number, end: number, limit: number): AsyncGenerator<Buffer, void, undefined> {
    for (let at = start; at < end;) {
      const offset = at - this.#start;
      if (offset < 0 || offset >= this.#bytes.length) {
        const length = Math.min(Math.max(end - at, readAhead), largestRead, limit - at);
        await this.read(at, at + length);
        continue;
      }
      const piece = this.#bytes.subarray(offset, offset + end - at);
      at += piece.length;
      yield piece;
    }
  }
}

async function* inOnePiece(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield await Promise.resolve(bytes);
}
