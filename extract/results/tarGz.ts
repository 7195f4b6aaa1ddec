import { constants, createGzip } from "node:zlib";
import { pipeline } from "node:stream/promises";
import { type Header, pack } from "tar-stream";
import type { ArchiveEntry } from "./archiveEntries";

/** A deterministic .tar.gz: the entries in their order, owner 0. */
export async function* tarGzOf(entries: Iterable<ArchiveEntry>): AsyncGenerator<Buffer, void, undefined> {
  const tar = pack();
  // Run-length matching alone: the faster strategies' output depends on the processor that Node was built for.
  const gzip = createGzip({ strategy: constants.Z_RLE, level: 9 });
  tar.pipe(gzip);
  tar.on("error", (error: Error) => gzip.destroy(error));
  const packed = addAll(tar, entries).catch((error: unknown) => tar.destroy(error as Error));
  let isFirst = true;
  for await (const piece of gzip as AsyncIterable<Buffer>) {
    // The header's system byte: "unknown", whatever system this is.
    if (isFirst) piece[9] = 255;
    isFirst = false;
    yield piece;
  }
  await packed;
}

async function addAll(tar: ReturnType<typeof pack>, entries: Iterable<ArchiveEntry>): Promise<void> {
  for (const entry of entries) {
    if (entry.kind === "file" && entry.size > 0) {
      await pipeline(entry.read(), tar.entry({ ...headerOf(entry), size: entry.size }));
    } else {
      await new Promise<void>((resolve, reject) => {
        tar.entry(headerOf(entry), Buffer.alloc(0), (error) => (error ? reject(error) : resolve()));
      });
    }
  }
  tar.finalize();
}

function headerOf(entry: ArchiveEntry): Partial<Header> & { name: string } {
  const { kind, name, mode, mtime } = entry;
  const header = { name, mode, mtime: new Date(mtime * 1000), uid: 0, gid: 0, type: kind };
  if (kind === "directory") return { ...header, name: `${name}/` };
  return kind === "symlink" ? { ...header, linkname: entry.target } : header;
}
