import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "../local/toolchain/failure";

export interface Measurement {
  /** Wall time in seconds. */
  seconds: number;
  /** Largest sum seen of what each of the command's processes has had resident at its most, in MiB; Linux only, 0 elsewhere. */
  peakMiB: number;
}

export interface MeasureOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** How often memory is looked at, which takes the machine some milliseconds; 25 by default, 0 for not at all. */
  sampleMilliseconds?: number;
}

/** Runs a whole command and measures it; its output is shown only when it fails. */
export async function measure(
  program: string,
  args: string[],
  { sampleMilliseconds = 25, ...options }: MeasureOptions,
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
    if (sampleMilliseconds > 0) peakMiB = Math.max(peakMiB, treeMemoryMiB(child.pid ?? 0, "VmHWM"));
    await delay(sampleMilliseconds || 5);
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

/** The median of each, run in turns, so that a slow moment of the machine does not fall on one alone. */
export async function inTurns(
  commands: Record<string, () => Promise<Measurement>>,
  repeats: number,
): Promise<Record<string, Measurement>> {
  const runs = Object.keys(commands).map((): Measurement[] => []);
  for (let count = 0; count < repeats; count++) {
    for (const [at, run] of Object.values(commands).entries()) runs[at]?.push(await run());
  }
  return Object.fromEntries(Object.keys(commands).map((name, at) => [name, median(runs[at] ?? [])]));
}

/** How much more resident memory in MiB a process and its descendants have at most while something goes on; Linux only, 0 elsewhere. */
export async function memoryGrowthMiB(pid: number, something: Promise<unknown>): Promise<number> {
  const before = treeMemoryMiB(pid);
  const state = { done: false };
  const end = (): void => void (state.done = true);
  something.then(end, end);
  let most = before;
  while (!state.done) {
    most = Math.max(most, treeMemoryMiB(pid));
    await delay(25);
  }
  return most - before;
}

/** What /proc tells of a process's resident memory: now, or at its most. */
type MemoryField = "VmRSS" | "VmHWM";

/** Resident memory in MiB of one process; Linux only, 0 elsewhere. */
export function processMemoryMiB(pid: number): number {
  return process.platform === "linux" ? residentMiB(pid, "VmRSS") : 0;
}

/** Resident memory in MiB of a process and all its descendants; Linux only, 0 elsewhere. */
export function treeMemoryMiB(root: number, field: MemoryField = "VmRSS"): number {
  if (process.platform !== "linux") return 0;
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  const belongs = (pid: number): boolean => {
    for (let at = pid; at > 1; at = parents.get(at) ?? 0) if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter(belongs).reduce((sum, pid) => sum + residentMiB(pid, field), 0);
}

/** 0 for a process that has ended. */
function residentMiB(pid: number, field: MemoryField): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
