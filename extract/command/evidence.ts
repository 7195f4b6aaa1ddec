import { alignColumns } from "../../formats/table";
import type { LayerReport } from "../layers/walkLayers";

const units = ["B", "kB", "MB", "GB", "TB"];

/** Bytes as people read them, in powers of 1000, as registries count. */
export function readableSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ""}`;
}

/** The layers as a table, the lowest first: which were read, and why. */
export function evidenceTable(layers: readonly LayerReport[], colours = false): string {
  const header = ["layer", "digest", "size", "", "bytes read", "reason"];
  const rows = layers.map(({ digest, size, read, reason, bytesRead }, index) => [
    String(index + 1),
    digest.replace(/^sha256:/, "").slice(0, 12),
    readableSize(size),
    read ? "read" : "skipped",
    bytesRead > 0 ? bytesRead.toLocaleString("en") : "-",
    reason,
  ]);
  const [title = "", ...lines] = alignColumns([header, ...rows], new Set([0, 2, 4]));
  const dim = (text: string): string => (colours ? `\x1b[2m${text}\x1b[22m` : text);
  const shown = lines.map((line, index) => (layers[index]?.read === true ? line : dim(line)));
  return [dim(title), ...shown, ""].join("\n");
}
