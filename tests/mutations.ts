/** A small generator of pseudo-random numbers (mulberry32): the same seed gives the same numbers. Test support. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)] as Value;
  }
}

/** Up to eight changes of bits, bytes and stretches anywhere. */
export function mutateBytes(source: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(source);
  for (let changes = 1 + random.below(8); changes > 0; changes--) {
    if (bytes.length === 0) break;
    const at = random.below(bytes.length);
    const length = random.below(random.pick([2, 16, 600, 5000]));
    const stretch = bytes.subarray(at, at + length);
    switch (random.below(6)) {
      case 0:
        bytes.fill((bytes[at] ?? 0) ^ (1 << random.below(8)), at, at + 1);
        break;
      case 1:
        bytes.fill(random.pick([0, 0xff, 0x2f, 0x2e, random.below(256)]), at, at + stretch.length);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), stretch, bytes.subarray(at)]);
        break;
      case 4:
        stretch.copy(bytes, random.below(bytes.length));
        break;
      default:
        bytes = random.below(4) === 0 ? bytes.subarray(0, at) : bytes;
    }
  }
  return bytes;
}

const names = [
  "..",
  "../x",
  "/",
  "",
  ".",
  "function",
  "function/",
  "function/a.py",
  "function/a.py/x",
  "function/link/x",
  "function/sub/../../../x",
  "function/.wh.",
  "function/.wh..wh..opq",
  ".wh.function",
  "function/.wh.a.py",
  "function/again/x",
  "function/\xff\n",
];
const kinds = ["0", "\0", "1", "2", "3", "4", "5", "6", "7", "g", "x", "L", "K", "S", "V", "Z"];

/** Where a header has mode, size and time. */
const numbers: [number, number][] = [
  [100, 108],
  [124, 136],
  [124, 126],
  [136, 148],
];

/** Changes headers' fields and sets their checksums right, so that readers go on; or just bytes. */
export function mutateTar(source: Buffer, random: Random): Buffer {
  if (random.below(4) === 0) return mutateBytes(source, random);
  const bytes = Buffer.from(source);
  const headers: number[] = [];
  for (let at = 0; at < bytes.length; at += 512) {
    if (bytes.toString("latin1", at + 257, at + 262) === "ustar") headers.push(at);
  }
  for (let changes = 1 + random.below(5); changes > 0; changes--) {
    const header = bytes.subarray(random.pick(headers));
    switch (random.below(6)) {
      case 0:
        header.fill(0, 0, 100).write(random.pick(names), "latin1");
        break;
      case 1:
        header.fill(0, 157, 257).write(random.pick(names), 157, "latin1");
        break;
      case 2:
        header.write(random.pick(kinds), 156, "latin1");
        break;
      case 3:
        header.fill(random.pick([0, 0x20, 0x37, 0x80, 0xff]), ...random.pick(numbers));
        break;
      case 4:
        header.write(
          random
            .below(8 ** 6)
            .toString(8)
            .padStart(11, "0"),
          124,
          "latin1",
        );
        break;
      default:
        header.fill(random.below(256), 345, 345 + random.below(155));
    }
    header.fill(" ", 148, 156);
    const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  }
  return bytes;
}

const oddValues = [
  null,
  true,
  0,
  -1,
  1e300,
  "",
  "x",
  "sha256:",
  "../..",
  [],
  [null],
  {},
  { digest: 5 },
  "\u0000",
  "\ud800",
];

/** One value anywhere in the document replaced, removed or doubled. */
export function mutateJson(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.below(5) === 0) return random.pick(oddValues);
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const at = random.below(items.length);
    const changed = mutateJson(items[at], random);
    return items.length === 0 || random.below(4) === 0 ? [...items, changed] : items.with(at, changed);
  }
  const key = random.pick(Object.keys(value));
  const { [key]: old, ...rest } = value as Record<string, unknown>;
  return random.below(5) === 0 ? rest : { ...value, [key]: mutateJson(old, random) };
}
