/** Tar bytes exactly as told, right or wrong. Test support. */

export interface RawHeader {
  /** One character; "0" (file) when left out. */
  type?: string;
  mode?: number;
  mtime?: number;
  linkname?: string | Buffer;
  /** The size field's bytes when they are not the content's length in octal. */
  size?: Buffer;
  magic?: string;
  /** Bytes of the header to overwrite, by offset. */
  patches?: Record<number, Buffer>;
}

/** An entry: header, content, padding. */
export function rawEntry(
  name: string | Buffer,
  content: string | Buffer = "",
  header: RawHeader = {},
): Buffer {
  const bytes = Buffer.from(content);
  const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
  return Buffer.concat([rawHeader(name, bytes.length, header), bytes, padding]);
}

export function rawHeader(name: string | Buffer, size: number, header: RawHeader = {}): Buffer {
  const block = Buffer.alloc(512);
  const { type = "0", mode = 0o644, mtime = 0, linkname = "", magic = "ustar\x0000", patches = {} } = header;
  Buffer.from(name).copy(block, 0, 0, 100);
  octal(mode, 8).copy(block, 100);
  octal(0, 8).copy(block, 108);
  octal(0, 8).copy(block, 116);
  (header.size ?? octal(size, 12)).copy(block, 124, 0, 12);
  octal(mtime, 12).copy(block, 136);
  block.write(type, 156, 1, "latin1");
  Buffer.from(linkname).copy(block, 157, 0, 100);
  block.write(magic, 257, 8, "latin1");
  for (const [offset, bytes] of Object.entries(patches)) bytes.copy(block, Number(offset));
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
  return block;
}

/** A header of PAX records for the next entry. */
export function rawPax(records: Record<string, string | Buffer>, type = "x"): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")]);
    let length = rest.length + 1;
    while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
    return Buffer.concat([Buffer.from(String(length)), rest]);
  });
  return rawEntry("pax", Buffer.concat(lines), { type });
}

/** GNU tar's way to give the next entry a long name ("L") or link target ("K"). */
export function rawLong(type: "L" | "K", text: string): Buffer {
  return rawEntry("././@LongLink", `${text}\0`, { type, magic: "ustar  \0" });
}

export function rawTar(...parts: Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** A number too large for octal, or negative, as GNU tar writes it. */
export function base256(value: bigint): Buffer {
  const bytes = Buffer.alloc(12, value < 0n ? 0xff : 0);
  bytes.writeBigInt64BE(value, 4);
  bytes[0] = value < 0n ? 0xff : 0x80;
  return bytes;
}

function octal(value: number, width: number): Buffer {
  return Buffer.from(`${value.toString(8).padStart(width - 1, "0")}\0`);
}
