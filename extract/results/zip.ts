import { Zip, ZipDeflate, ZipPassThrough } from "fflate";
import type { ArchiveEntry } from "./archiveEntries";
import { ExtractError } from "../errors";

/** Beyond these the format needs an extension that not every program reads, nor this library writes. */
const maximumEntries = 0xffff;
const maximumSize = 0xffffffff;
const unix = 3;
const kinds = { directory: 0o040000, file: 0o100000, symlink: 0o120000 };

/**
 * A deterministic .zip: the entries in their order with their modes, symlinks among them. The compression is JavaScript:
 * zlib's output depends on the processor that Node was built for.
 * @throws ExtractError when a .zip cannot hold the entries
 */
export async function* zipOf(entries: Iterable<ArchiveEntry>): AsyncGenerator<Buffer, void, undefined> {
  let pieces: Buffer[] = [];
  let failure: Error | undefined;
  const zip = new Zip((error, piece) => {
    failure ??= error ?? undefined;
    pieces.push(Buffer.from(piece));
  });
  let count = 0;
  let size = 0;
  const made = function* (): Generator<Buffer> {
    if (failure !== undefined) throw failure;
    for (const piece of pieces) {
      size += piece.length;
      yield piece;
    }
    pieces = [];
    if (size > maximumSize || count > maximumEntries) {
      throw new ExtractError(
        `A .zip holds no more than ${maximumEntries} entries and 4 GiB; make the archive a .tar.gz.`,
      );
    }
  };
  for (const entry of entries) {
    count++;
    const file = fileOf(entry);
    zip.add(file);
    if (entry.kind === "file") {
      for await (const piece of entry.read()) {
        file.push(piece);
        yield* made();
      }
    }
    file.push(Buffer.from(entry.kind === "symlink" ? entry.target : ""), true);
    yield* made();
  }
  zip.end();
  yield* made();
}

function fileOf(entry: ArchiveEntry): ZipDeflate | ZipPassThrough {
  const { kind, name, mode, mtime } = entry;
  const file =
    kind === "file" ? new ZipDeflate(name, { level: 9 }) : new ZipPassThrough(folderName(kind, name));
  file.os = unix;
  file.attrs = (((kinds[kind] | mode) << 16) | (kind === "directory" ? 0x10 : 0)) >>> 0;
  file.mtime = dosTime(mtime);
  file.extra = { 0x5455: timestamp(mtime) };
  return file;
}

function folderName(kind: ArchiveEntry["kind"], name: string): string {
  return kind === "directory" ? `${name}/` : name;
}

/**
 * The format's own time is local and only for programs that don't read the exact one below: the right day, at a time that is
 * the same everywhere.
 */
function dosTime(mtime: number): Date {
  const date = new Date(mtime * 1000);
  const year = Math.min(2099, Math.max(1980, date.getUTCFullYear()));
  return new Date(year, date.getUTCMonth(), date.getUTCDate(), 12);
}

/** The "universal timestamp" that Info-ZIP added: seconds in UTC. */
function timestamp(mtime: number): Uint8Array {
  const field = Buffer.alloc(5);
  field.writeUInt8(1);
  field.writeInt32LE(Math.min(0x7fffffff, Math.max(-0x80000000, mtime)), 1);
  return field;
}
