import { bytesOf, cleanPath, shown } from "../imagePath";
import type { EntryType, LayerEntry } from "../tar/tarEntries";

/** A layer's table of contents cannot be used, for the reason in the message; reading the whole layer still can. */
export class TocError extends Error {
  override name = "TocError";
}

/** A stretch of a file's content: a part of what the layer's bytes unpack to from `offset` on. */
export interface Chunk {
  offset: number;
  /** Where the next gzip member begins. */
  end: number;
  /** Unpacked bytes before the chunk's own. */
  skip: number;
  /** Bytes, unpacked. */
  size: number;
  digest: string;
}

export interface TocEntry {
  entry: LayerEntry;
  chunks: Chunk[];
  /** Of a file's whole content, where the table has it. */
  digest: string | undefined;
}

type RawEntry = Partial<Record<string, unknown>>;

const types = new Map<unknown, EntryType>([
  ["reg", "file"],
  ["dir", "directory"],
  ["symlink", "symlink"],
  ["hardlink", "hardLink"],
  ["char", "special"],
  ["block", "special"],
  ["fifo", "special"],
]);

/**
 * Reads an eStargz table of contents.
 * @param end where the table begins in the layer, and so the contents end
 * @throws TocError when it is not exactly as the format demands
 */
export function parseToc(json: Buffer, end: number): TocEntry[] {
  const { version, entries } = parseObject(json);
  if (version !== 1 || !Array.isArray(entries)) throw new TocError("it is of an unknown version");
  const found: TocEntry[] = [];
  let filled = 0;
  let offset = 0;
  for (const raw of entries as unknown[]) {
    if (typeof raw !== "object" || raw === null) throw new TocError("it is malformed");
    const { type, ...fields } = raw as RawEntry;
    if (type !== "chunk") {
      checkFilled(found.at(-1), filled);
      found.push(tocEntry(type, fields));
      filled = 0;
    }
    const last = found.at(-1);
    if (last?.entry.type !== "file") {
      if (type === "chunk") throw new TocError("it has a chunk of no file");
      continue;
    }
    if (last.entry.size === 0 && type !== "chunk") continue;
    const chunk = chunkOf(last, fields, filled);
    if (chunk.offset < offset || chunk.offset >= end) throw misplaced(last);
    ({ offset } = chunk);
    filled += chunk.size;
    last.chunks.push(chunk);
  }
  checkFilled(found.at(-1), filled);
  setEnds(found, end);
  return found;
}

function parseObject(json: Buffer): RawEntry {
  try {
    const value: unknown = JSON.parse(json.toString("utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below, with other values that are no object.
  }
  throw new TocError("it is not a JSON object");
}

function tocEntry(rawType: unknown, fields: RawEntry): TocEntry {
  const name = textOf(fields, "name");
  const path = cleanPath(bytesOf(name));
  const type = types.get(rawType);
  const link = textOf(fields, "linkName");
  const target = type === "hardLink" ? cleanPath(bytesOf(link)) : type === "symlink" ? bytesOf(link) : "";
  if (path === undefined || type === undefined || target === undefined) {
    throw new TocError(`it has an entry that cannot be (${name})`);
  }
  const entry: LayerEntry = {
    path,
    type,
    mode: numberOf(fields, "mode") & 0o7777,
    mtime: timeOf(fields),
    size: type === "file" ? numberOf(fields, "size") : 0,
    target,
  };
  const digest = fields.digest === undefined ? undefined : digestOf(fields.digest);
  return { entry, chunks: [], digest };
}

function chunkOf(file: TocEntry, fields: RawEntry, filled: number): Chunk {
  const rest = file.entry.size - filled;
  const size = numberOf(fields, "chunkSize") || rest;
  if (numberOf(fields, "chunkOffset") !== filled || size <= 0 || size > rest) throw misplaced(file);
  return {
    offset: numberOf(fields, "offset"),
    end: 0,
    skip: numberOf(fields, "innerOffset"),
    size,
    digest: digestOf(fields.chunkDigest),
  };
}

function checkFilled(file: TocEntry | undefined, filled: number): void {
  if (file !== undefined && filled !== file.entry.size) throw misplaced(file);
}

/** Several chunks may share a gzip member. */
function setEnds(entries: readonly TocEntry[], end: number): void {
  const chunks = entries.flatMap((entry) => entry.chunks).reverse();
  let next = end;
  let last = end;
  for (const chunk of chunks) {
    if (chunk.offset < last) next = last;
    chunk.end = next;
    last = chunk.offset;
  }
}

function misplaced({ entry }: TocEntry): TocError {
  return new TocError(`its places for the content of ${shown(entry.path)} do not fit together`);
}

/** A name that is not UTF-8 has been replaced by the writer, whose JSON cannot hold it. */
function textOf(fields: RawEntry, key: string): string {
  const value = fields[key] ?? "";
  if (typeof value !== "string" || /[\0\ufffd]/.test(value)) throw new TocError(`it has a damaged ${key}`);
  return value;
}

function numberOf(fields: RawEntry, key: string): number {
  const value = fields[key] ?? 0;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new TocError(`it has a damaged ${key}`);
  }
  return value;
}

function timeOf(fields: RawEntry): number {
  const text = textOf(fields, "modtime");
  const seconds = text === "" ? 0 : Math.floor(Date.parse(text) / 1000);
  if (Number.isNaN(seconds)) throw new TocError("it has a damaged modtime");
  return seconds;
}

function digestOf(value: unknown): string {
  if (typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value)) return value;
  throw new TocError("it has a content without a sha256 digest");
}
