/** A tar header block's fields; texts are byte strings (one character a byte), cut at their NUL. */
export interface TarHeader {
  name: string;
  linkName: string;
  /** The type flag's character. */
  type: string;
  mode: number;
  /** Bytes. */
  size: number;
  /** Seconds since 1970. */
  mtime: number;
  /** Whether blocks that map a sparse file follow. */
  hasSparseMap: boolean;
}

export const blockSize = 512;

/**
 * Reads a header block: V7, POSIX (ustar), GNU or STAR.
 * @returns undefined for a block of zeros, which ends an archive
 * @throws Error when the checksum or a number is wrong
 */
export function decodeHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (!hasRightChecksum(block)) throw new Error("it is no tar archive, or a damaged one");
  const name = textIn(block, 0, 100);
  const magic = block.toString("latin1", 257, 263);
  const isStar = block.toString("latin1", 508, 512) === "tar\0";
  const prefix = magic === "ustar\0" ? textIn(block, 345, isStar ? 131 : 155) : "";
  const type = String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    linkName: textIn(block, 157, 100),
    type,
    mode: numberIn(block, 100, 8, "mode"),
    size: numberIn(block, 124, 12, "size"),
    mtime: numberIn(block, 136, 12, "time"),
    hasSparseMap: type === "S" && block[482] === 1,
  };
}

/**
 * Reads the records of a PAX header, each `LENGTH KEY=VALUE\n`; names and values are byte strings.
 * @throws Error when one is malformed
 */
export function decodePax(data: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const length = data.toString("latin1", at, Math.max(at, space));
    const end = at + Number(length);
    if (!/^[0-9]{1,9}$/.test(length) || end > data.length || end <= space || data[end - 1] !== 0x0a) {
      throw new Error("a PAX record is malformed");
    }
    const equals = data.indexOf(0x3d, space);
    if (equals < 0 || equals >= end) throw new Error("a PAX record has no value");
    records.set(data.toString("latin1", space + 1, equals), data.toString("latin1", equals + 1, end - 1));
    at = end;
  }
  return records;
}

function hasRightChecksum(block: Buffer): boolean {
  const stored = parseInt(block.toString("latin1", 148, 156).replace(/^[ \0]+/, ""), 8);
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < blockSize; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    // Some old programs summed signed bytes.
    signed += byte < 128 ? byte : byte - 256;
  }
  return stored === unsigned || stored === signed;
}

function textIn(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("latin1", 0, end < 0 ? length : end);
}

/** Octal digits, or in base 256 when the first bit is set. */
function numberIn(block: Buffer, start: number, length: number, what: string): number {
  const field = block.subarray(start, start + length);
  if ((field[0] ?? 0) & 0x80) return base256(field, what);
  const digits = field.toString("latin1").replace(/^[ \0]+|[ \0].*$/gs, "");
  if (!/^[0-7]*$/.test(digits)) throw new Error(`a header's ${what} is no octal number`);
  return digits === "" ? 0 : parseInt(digits, 8);
}

/** A two's complement number, big end first, whose first bit is only a mark. */
function base256(field: Buffer, what: string): number {
  const isNegative = ((field[0] ?? 0) & 0x40) !== 0;
  let value = 0n;
  for (const [at, byte] of field.entries()) value = (value << 8n) | BigInt(at === 0 ? byte & 0x7f : byte);
  if (isNegative) value -= 1n << BigInt(field.length * 8 - 1);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`a header's ${what} is too large`);
  return number;
}
