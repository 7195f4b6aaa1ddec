import { readFileSync } from "node:fs";

/**
 * Whether the process runs and, on Linux, was started by a command that holds this word: a recorded process ID may be another
 * program's by now. In a container whose first process reaps nobody, one that has ended stays as a zombie, without a command.
 */
export function isRunning(pid: number, word: string): boolean {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word);
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
