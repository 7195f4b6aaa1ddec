import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { endedWithEngine } from "./endedWithEngine";
import { isRunning } from "./processes";

let folder: string;
let ends: { engine: number; plugin: number };

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ended-with-engine-"));
  const pipe = path.join(folder, "stdin");
  execFileSync("mkfifo", [pipe]);
  // Opened for one direction only, each end would wait for the other.
  const plugin = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  ends = { engine: openSync(pipe, "w"), plugin };
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Starts a host that starts a program, as the engine does: a pipe for its input, a process group of its own. */
async function start(host: string, stdin: number | "ignore" = ends.plugin) {
  const started = spawn("/bin/sh", ["-c", endedWithEngine(host)], {
    detached: true,
    stdio: [stdin, "pipe", "inherit"],
  }) as ChildProcessByStdio<null, Readable, null>;
  const printed: string[] = [];
  const lines = createInterface(started.stdout).on("line", (line) => printed.push(line));
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    started.on("close", (_code, signal) => resolve(signal));
  });
  await Promise.race([new Promise((resolve) => lines.once("line", resolve)), ended]);
  return { host: started, program: Number(printed[0]), ended };
}

/** Prints the program's ID, once the program is what it will be: in the midst of an exec it has no command. */
const hostWithProgram = String.raw`sh -c 'sh -c "echo \$\$; sleep 1000; :"; :'`;

test("the host and its program end with the engine", async () => {
  const { program, ended } = await start(hostWithProgram);
  expect(isRunning(program, "sleep")).toBe(true);
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
  expect(isRunning(program, "sleep")).toBe(true);
  process.kill(-(host.pid ?? 0));
  expect(await ended).toBe("SIGTERM");
});
