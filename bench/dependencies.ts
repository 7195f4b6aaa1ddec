import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Sources of one made-up package; each has a compiled form, and the package a native library. */
const modules = 20;
const blockLength = 8 * 1024 * 1024;

/**
 * Fills a folder with what `pip install --target` might leave: packages with thousands of small files and a few large ones, which
 * gzip to between a third and a quarter. The same length gives the same bytes.
 * @param length bytes of all files together
 */
export function writeDependencies(folder: string, length: number): void {
  const random = generator(20230315);
  const text = textBlock(random);
  const binary = binaryBlock(random);
  let rest = length;
  const write = (file: string, block: Buffer, size: number): void => {
    const start = Math.floor(random() * (block.length / 2));
    const parts: Buffer[] = [];
    for (let missing = Math.min(size, rest); missing > 0;) {
      const part = block.subarray(start, start + missing);
      parts.push(part);
      missing -= part.length;
      rest -= part.length;
    }
    writeFileSync(file, Buffer.concat(parts), { mode: 0o644 });
  };
  for (let number = 0; rest > 0; number++) {
    const root = path.join(folder, `package${number}`);
    mkdirSync(path.join(root, "__pycache__"), { recursive: true });
    for (let module = 0; module < modules && rest > 0; module++) {
      const size = between(random, 500, 40_000);
      write(path.join(root, `module${module}.py`), text, size);
      write(path.join(root, "__pycache__", `module${module}.cpython-311.pyc`), text, Math.ceil(size * 0.7));
    }
    write(path.join(root, "native.so"), binary, between(random, 100_000, 8_000_000));
  }
}

/** Between the two, small ones more often. */
function between(random: () => number, least: number, most: number): number {
  return Math.floor(least * (most / least) ** random());
}

/** As dense as source code. */
function textBlock(random: () => number): Buffer {
  const letters = "etaoinshrdlcumwfgypbvk_";
  const word = (): string =>
    Array.from({ length: 2 + Math.floor(random() * 9) }, () => letters[Math.floor(random() ** 2 * 23)]).join(
      "",
    );
  const words = Array.from({ length: 6_000 }, word);
  const pick = (): string => words[Math.floor(random() ** 5 * words.length)] ?? "";
  const lines: string[] = [];
  for (let length = 0; length < blockLength;) {
    const line = `${"    ".repeat(Math.floor(random() * 4))}${pick()}_${pick()} = self.${pick()}(${pick()}, ${pick()}=None)\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join(""));
}

/** As dense as machine code: instructions that come again and again, with operands that do not. */
function binaryBlock(random: () => number): Buffer {
  const byte = (): number => Math.floor(random() * 256);
  const instructions = Array.from({ length: 1_000 }, () =>
    Buffer.from(Array.from({ length: 3 + Math.floor(random() * 10) }, byte)),
  );
  const parts: Buffer[] = [];
  for (let length = 0; length < blockLength;) {
    const part = instructions[Math.floor(random() ** 7 * instructions.length)] ?? Buffer.alloc(0);
    parts.push(part);
    length += part.length;
    if (random() < 0.7) continue;
    parts.push(Buffer.from([byte()]));
    length++;
  }
  return Buffer.concat(parts);
}

/** Numbers from 0 to below 1 that are the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
