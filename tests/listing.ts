import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What lies at each path: permission and kind bits in octal, time in whole seconds, a file's bytes or a link's target as latin1. */
export type Listing = Map<string, { mode: string; time: number; content: string }>;

/** Everything at and below a path. Names are bytes, kept as latin1; the path itself is `""`. Test support. */
export function listing(root: string): Listing {
  const found: Listing = new Map();
  add(found, Buffer.from(root), "");
  return found;
}

function add(found: Listing, place: Buffer, name: string): void {
  const { mode, mtimeMs } = lstatSync(place);
  const kind = mode & 0o170000;
  let content = "";
  if (kind === 0o120000) content = readlinkSync(place, "latin1");
  if (kind === 0o100000) content = shortened(readFileSync(place));
  found.set(name, { mode: mode.toString(8), time: Math.floor(mtimeMs / 1000), content });
  if (kind !== 0o040000) return;
  for (const child of readdirSync(place, { encoding: "buffer" }).sort((one, other) => one.compare(other))) {
    const text = child.toString("latin1");
    add(found, Buffer.concat([place, Buffer.from("/"), child]), name === "" ? text : `${name}/${text}`);
  }
}

/** Long contents by their digest, so that a difference stays readable. */
function shortened(bytes: Buffer): string {
  if (bytes.length <= 100) return bytes.toString("latin1");
  return `${bytes.length} bytes, ${createHash("sha256").update(bytes).digest("hex")}`;
}
