import { gzipSync } from "node:zlib";
import { sha256 } from "../registry/digest";
import { tarOf, type TestEntry } from "./layerTesting";

/** One entry of a table of contents, as its JSON has it. Test support. */
export type TocJsonEntry = Record<string, unknown>;

export interface TestEstargz {
  bytes: Buffer;
  tocDigest: string;
}

export interface EstargzOptions {
  /** Bytes of content in one gzip member; a longer content is cut into chunks. */
  chunkSize?: number;
  /** Puts all contents into one gzip member, so that the table has to tell places in what it unpacks to. */
  sharedMember?: boolean;
  /** The footer that the format's first version had. */
  legacyFooter?: boolean;
  /** Changes the table before it is written. */
  change?: (entries: TocJsonEntry[]) => unknown;
}

const types: Record<string, string> = {
  directory: "dir",
  symlink: "symlink",
  link: "hardlink",
  fifo: "fifo",
};

/** An eStargz layer of the entries, whose names must be shorter than 100 bytes. Test support. */
export async function estargzOf(
  entries: readonly (readonly [string, TestEntry])[],
  { chunkSize = 1000, sharedMember = false, legacyFooter = false, change }: EstargzOptions = {},
): Promise<TestEstargz> {
  const tar = (await tarOf(entries)).subarray(0, -1024);
  const members: Buffer[] = [];
  let written = 0;
  let cut = 0;
  const endMember = (at: number): void => {
    const member = gzipSync(tar.subarray(cut, at));
    members.push(member);
    written += member.length;
    cut = at;
  };
  const toc: TocJsonEntry[] = [];
  let position = 0;
  for (const [name, entry] of entries) {
    const { content, header } = parts(entry);
    const common = {
      name,
      mode: header.mode,
      modtime: header.mtime?.toISOString(),
      linkName: header.linkname,
    };
    position += 512;
    const bytes = tar.subarray(position, position + content.length);
    const file = { ...common, type: "reg", size: content.length, digest: sha256(bytes) };
    if (header.type !== undefined) toc.push({ ...common, type: types[header.type] });
    else if (content.length === 0) toc.push(file);
    for (let at = 0; at < content.length; at += chunkSize) {
      const chunk = bytes.subarray(at, at + chunkSize);
      const isLast = at + chunkSize >= content.length;
      if (!sharedMember) endMember(position + at);
      toc.push({
        ...(at === 0 ? file : { name, type: "chunk", chunkOffset: at }),
        offset: written,
        innerOffset: position + at - cut,
        chunkSize: isLast ? undefined : chunkSize,
        chunkDigest: sha256(chunk),
      });
    }
    position += Math.ceil(content.length / 512) * 512;
  }
  endMember(position);
  change?.(toc);
  const json = Buffer.from(JSON.stringify({ version: 1, entries: toc }));
  const table = gzipSync(await tarOf([["stargz.index.json", json.toString()]]));
  return {
    bytes: Buffer.concat([...members, table, footer(written, legacyFooter)]),
    tocDigest: sha256(json),
  };
}

function parts(entry: TestEntry): { content: Buffer; header: Exclude<TestEntry, string | null> } {
  if (entry === null) return { content: Buffer.alloc(0), header: { type: "directory", mode: 0o755 } };
  if (typeof entry === "string") return { content: Buffer.from(entry), header: { mode: 0o644 } };
  return { content: Buffer.from(entry.content ?? ""), header: { mode: 0o644, ...entry } };
}

/** An empty gzip member with the table's place in its extra field. */
function footer(place: number, legacy: boolean): Buffer {
  const text = `${place.toString(16).padStart(16, "0")}STARGZ`;
  const field = Buffer.from(legacy ? text : `SG\x16\0${text}`, "latin1");
  return Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, field.length, 0]),
    field,
    Buffer.from([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);
}
