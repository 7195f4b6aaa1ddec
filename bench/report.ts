import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import path from "node:path";
import { init, use } from "echarts/core";
import { BarChart } from "echarts/charts";
import { GridComponent, TitleComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import { projectRoot } from "../local/toolchain/paths";
import type { Measurement } from "./measure";

use([BarChart, GridComponent, TitleComponent, SVGRenderer]);

export interface Result extends Measurement {
  /** From the network. */
  bytesRead?: number;
  /** To the registry: of what it did not have. */
  bytesPushed?: number;
}

export interface Report {
  name: string;
  /** The command that made it. */
  command: string;
  title: string;
  /** What was measured → its median run. */
  results: Record<string, Result>;
  /** Other figures, with the unit in the name. */
  figures: Record<string, number>;
  /** Of the seconds in the picture; logarithmic where they differ too much for a linear one. */
  axis?: "value" | "log";
}

/** Writes bench/results/NAME.json and NAME.svg, and prints the figures. */
export function writeReport(report: Report): void {
  const folder = path.join(projectRoot, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const machine = {
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const rounded = JSON.stringify(
    { ...report, machine },
    (_key, value: unknown) => (typeof value === "number" ? Math.round(value * 1000) / 1000 : value),
    2,
  );
  writeFileSync(path.join(folder, `${report.name}.json`), `${rounded}\n`);
  writeFileSync(path.join(folder, `${report.name}.svg`), picture(report));
  for (const [what, result] of Object.entries(report.results)) console.log(`${what}: ${shown(result)}`);
  for (const [what, figure] of Object.entries(report.figures)) console.log(`${what}: ${figure.toFixed(2)}`);
}

function shown({ seconds, peakMiB, bytesRead, bytesPushed }: Result): string {
  const read = bytesRead === undefined ? "" : `, ${amount(bytesRead)} read`;
  const pushed = bytesPushed === undefined ? "" : `, ${amount(bytesPushed)} pushed`;
  return `${seconds.toFixed(2)} s, ${peakMiB.toFixed(0)} MiB${read}${pushed}`;
}

function amount(bytes: number): string {
  const kilobytes = bytes / 1000;
  return kilobytes < 1000 ? `${kilobytes.toFixed(1)} kB` : `${(kilobytes / 1000).toFixed(0)} MB`;
}

function picture(report: Report): string {
  const rows = Object.entries(report.results).reverse();
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 720, height: 90 + rows.length * 44 });
  chart.setOption({
    animation: false,
    title: { text: report.title, left: 8, top: 8, textStyle: { fontSize: 14 } },
    grid: { left: 230, right: 200, top: 44, bottom: 28 },
    xAxis:
      report.axis === "log"
        ? { type: "log", name: "s", min: 0.01, startValue: 0.01 }
        : { type: "value", name: "s" },
    yAxis: { type: "category", data: rows.map(([what]) => what) },
    series: [
      {
        type: "bar",
        data: rows.map(([, result]) => ({
          value: result.seconds,
          label: { show: true, position: "right", formatter: shown(result) },
        })),
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
