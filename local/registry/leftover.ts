import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

import type { RegistryPaths } from "./storage";

const patience = 3_000;

/**
 * Ends the registry that a killed cloud process left behind, since two must not share one directory. When its cloud
 * still runs it is left alone, and the answer says so in one sentence.
 */
export async function endLeftover(paths: RegistryPaths): Promise<string | undefined> {
  const leftover = findLeftover(paths);
  if (leftover === undefined) return undefined;
  const { pid, owner, parent } = leftover;
  if (parent === owner && owner !== process.pid) {
    return `The registry in ${paths.directory} belongs to another local cloud, process ${owner}: stop that one first.`;
  }
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    process.kill(pid, signal);
    for (let waited = 0; waited < patience; waited += 50) {
      if (findLeftover(paths) === undefined) return undefined;
      await delay(50);
    }
  }
  return `The registry of an earlier local cloud, process ${pid}, does not end: end it by hand.`;
}

interface Leftover {
  pid: number;
  /** The cloud process that started it; while that one lives it is the parent too. */
  owner: number;
  parent: number;
}

function findLeftover(paths: RegistryPaths): Leftover | undefined {
  try {
    const [pid = 0, owner = 0] = readFileSync(paths.pid, "utf8").split(" ").map(Number);
    const { parent, command } = processOf(pid);
    // The number may belong to another program by now.
    return command.includes(paths.config) ? { pid, owner, parent } : undefined;
  } catch {
    return undefined;
  }
}

/** Throws when there is no such process. */
function processOf(pid: number): { parent: number; command: string } {
  if (existsSync("/proc/self/stat")) {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // `PID (NAME) STATE PARENT …`, and the name may hold anything.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return { parent, command: readFileSync(`/proc/${pid}/cmdline`, "utf8") };
  }
  const line = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], {
    encoding: "utf8",
    stdio: "pipe",
  });
  return { parent: Number.parseInt(line, 10), command: line };
}
