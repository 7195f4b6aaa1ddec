import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { endedWithEngine } from "./endedWithEngine";
import { isRunning } from "./processes";

let folder: string;
let started: ChildProcessByStdio<null, Readable, null>[] = [];
let ends: { engine: number; plugin: number };

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ended-with-engine-"));
  const pipe = path.join(folder, "stdin");
  execFileSync("mkfifo", [pipe]);
  // Opened for one direction only, each end would wait for the other.
  const plugin = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  ends = { engine: openSync(pipe, "w"), plugin };
});

afterEach(() => {
  for (const { pid } of started) if (pid !== undefined && groupRuns(pid)) process.kill(-pid, "SIGKILL");
  started = [];
  rmSync(folder, { recursive: true });
});

function groupRuns(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false;
  }
}

/** Starts a host that starts a program, as the engine does: a pipe for its input, a process group of its own. */
async function start(command: string, stdin: number | "ignore" = ends.plugin) {
  const host = spawn("/bin/sh", ["-c", endedWithEngine(command)], {
    detached: true,
    stdio: [stdin, "pipe", "inherit"],
  }) as ChildProcessByStdio<null, Readable, null>;
  started.push(host);
  const printed: string[] = [];
  const lines = createInterface(host.stdout).on("line", (line) => printed.push(line));
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    host.on("close", (_code, signal) => resolve(signal));
  });
  await Promise.race([new Promise((resolve) => lines.once("line", resolve)), ended]);
  return { host, program: Number(printed[0]), ended };
}

/** Its number is told before it has become sleep. */
async function running(program: number): Promise<void> {
  while (!isRunning(program, "sleep")) await new Promise(setImmediate);
}

const hostWithProgram = `sh -c 'sleep 1000 & echo $!; wait'`;

test("the host and its program end with the engine", async () => {
  const { program, ended } = await start(hostWithProgram);
  await running(program);
  closeSync(ends.plugin);
  closeSync(ends.engine);
  expect(await ended).toBe("SIGKILL");
  while (isRunning(program, "sleep")) await new Promise(setImmediate);
});

test("a host that ends by itself is not held up", async () => {
  const { ended } = await start("echo 1");
  expect(await ended).toBeNull();
  closeSync(ends.plugin);
  closeSync(ends.engine);
});

test("without a pipe from an engine nothing is ended", async () => {
  const { host, program, ended } = await start(hostWithProgram, "ignore");
  await running(program);
  process.kill(-(host.pid ?? 0));
  expect(await ended).toBe("SIGTERM");
});
