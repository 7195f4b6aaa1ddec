import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "../local/toolchain/failure";

export interface Measurement {
  /** Wall time in seconds. */
  seconds: number;
  /** Largest sum of the resident memory of the command's processes seen, in MiB; Linux only, 0 elsewhere. */
  peakMiB: number;
}

const sampleMilliseconds = 25;

/** Runs a whole command and measures it; its output is shown only when it fails. */
export async function measure(
  program: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Measurement> {
  const started = process.hrtime.bigint();
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const result = { code: undefined as number | null | undefined, seconds: 0 };
  child.on("close", (code) => {
    result.seconds = Number(process.hrtime.bigint() - started) / 1e9;
    result.code = code;
  });
  let peakMiB = 0;
  while (result.code === undefined) {
    peakMiB = Math.max(peakMiB, treeMemoryMiB(child.pid ?? 0));
    await delay(sampleMilliseconds);
  }
  if (result.code !== 0) {
    throw new Failure(`\`${program} ${args.join(" ")}\` failed:\n${Buffer.concat(output).toString("utf8")}`);
  }
  return { seconds: result.seconds, peakMiB };
}

/** The median run by wall time. */
export function median(runs: Measurement[]): Measurement {
  const sorted = [...runs].sort((a, b) => a.seconds - b.seconds);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (!middle) throw new Error("The median of no runs was asked for.");
  return middle;
}

/** Resident memory in MiB of one process; Linux only, 0 elsewhere. */
export function processMemoryMiB(pid: number): number {
  if (process.platform !== "linux") return 0;
  return toMiB(residentPages(pid));
}

/** Resident memory in MiB of a process and all its descendants; Linux only, 0 elsewhere. */
export function treeMemoryMiB(root: number): number {
  if (process.platform !== "linux") return 0;
  const processes = new Map<number, { parent: number; pages: number }>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      processes.set(Number(entry), { parent, pages: residentPages(Number(entry)) });
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  const belongs = (pid: number): boolean => {
    for (let at = pid; at > 1; at = processes.get(at)?.parent ?? 0) if (at === root) return true;
    return false;
  };
  let pages = 0;
  for (const [pid, info] of processes) if (belongs(pid)) pages += info.pages;
  return toMiB(pages);
}

function residentPages(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
}

function toMiB(pages: number): number {
  return (pages * 4096) / 1024 / 1024;
}
