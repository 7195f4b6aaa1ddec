import { createHash } from "node:crypto";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExtractError } from "../errors";

/** A stored file's content. */
export interface Content {
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
  /** Where the store keeps it. */
  place: Buffer | { offset: number };
}

export interface ContentLimits {
  /** Bytes kept in memory before contents go to a temporary file. */
  memory: number;
  /** Bytes in all; more is an error. */
  total: number;
}

/** Keeps the wanted files' contents: a little in memory, more in a temporary file that has no name on disk. */
export class Contents {
  #inMemory = 0;
  #total = 0;
  #spool: FileHandle | undefined;
  #spoolEnd = 0;

  constructor(private readonly limits: ContentLimits) {}

  /** Stores one content. Only one at a time may be under way. */
  async add(source: AsyncIterable<Buffer>): Promise<Content> {
    const hash = createHash("sha256");
    let chunks: Buffer[] = [];
    let size = 0;
    let offset: number | undefined;
    for await (const chunk of source) {
      size += chunk.length;
      this.#total += chunk.length;
      if (this.#total > this.limits.total) {
        throw new ExtractError(
          `The wanted files have more than ${this.limits.total} bytes; name a smaller directory, or allow more.`,
        );
      }
      hash.update(chunk);
      if (offset === undefined && this.#inMemory + size > this.limits.memory) {
        offset = this.#spoolEnd;
        for (const earlier of chunks) await this.#append(earlier);
        chunks = [];
      }
      if (offset === undefined) chunks.push(chunk);
      else await this.#append(chunk);
    }
    const sha256 = hash.digest("hex");
    if (offset !== undefined) return { size, sha256, place: { offset } };
    this.#inMemory += size;
    return { size, sha256, place: Buffer.concat(chunks) };
  }

  /** A stored content, in pieces. */
  async *read({ place, size }: Content): AsyncGenerator<Buffer, void, undefined> {
    if (Buffer.isBuffer(place)) {
      yield place;
      return;
    }
    for (let done = 0; done < size;) {
      const piece = Buffer.alloc(Math.min(256 * 1024, size - done));
      const { bytesRead } = (await this.#spool?.read(piece, 0, piece.length, place.offset + done)) ?? {};
      if (!bytesRead)
        throw new ExtractError("The temporary file of the extraction was cut short; try again.");
      yield piece.subarray(0, bytesRead);
      done += bytesRead;
    }
  }

  /** A stored content, whole. */
  async bytes(content: Content): Promise<Buffer> {
    if (Buffer.isBuffer(content.place)) return content.place;
    const pieces: Buffer[] = [];
    for await (const piece of this.read(content)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async close(): Promise<void> {
    await this.#spool?.close();
    this.#spool = undefined;
  }

  async #append(chunk: Buffer): Promise<void> {
    this.#spool ??= await openNameless();
    await this.#spool.write(chunk, 0, chunk.length, this.#spoolEnd);
    this.#spoolEnd += chunk.length;
  }
}

/** A temporary file that is removed at once: it goes away with its handle, however the process ends. */
async function openNameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), "extract-"));
  try {
    return await open(join(folder, "contents"), "wx+", 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}
