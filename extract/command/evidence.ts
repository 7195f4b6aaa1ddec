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
  const rightAligned = new Set([0, 2, 4]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return rightAligned.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const dim = (text: string): string => (colours ? `\x1b[2m${text}\x1b[22m` : text);
  const lines = rows.map((row, index) => (layers[index]?.read === true ? line(row) : dim(line(row))));
  return [dim(line(header)), ...lines, ""].join("\n");
}
