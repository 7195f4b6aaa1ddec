import { spawn, type ChildProcess } from "node:child_process";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A command to run, with the names of the inputs of `local.Command`. */
export interface CommandRun {
  command: string;
  /** Program and arguments before the command; the system's shell when absent or empty. */
  interpreter?: string[];
  /** Working directory; the plugin's own, which is the program's, when absent. */
  dir?: string;
  /** Added to the plugin's own environment. */
  environment?: Record<string, string>;
  stdin?: string;
  /** What is shown while it runs; both when absent. */
  logging?: string;
  /** Kills the command and everything that it started. */
  signal: AbortSignal;
  onLine: (line: string) => void;
}

export interface CommandOutput {
  /** Without the last line feed. */
  stdout: string;
  stderr: string;
}

/** Lines of output that a failed command's error repeats. */
const linesInError = 30;
/** From the polite signal to the last one, in milliseconds. */
const grace = 3000;

const running = new Set<ChildProcess>();

/** @throws an error that holds the command's output, as far as `logging` lets standard output be seen */
export async function runCommand(run: CommandRun): Promise<CommandOutput> {
  run.signal.throwIfAborted();
  await checkDirectory(run.dir);
  const [program, ...args] = [...interpreter(run), run.command];
  const child = start(program, args, run);
  running.add(child);
  const stop = () => kill(child);
  run.signal.addEventListener("abort", stop, { once: true });
  try {
    const shown = { stdout: logs(run.logging, "stdout"), stderr: logs(run.logging, "stderr") };
    const seen: string[] = [];
    const [stdout, stderr, exit] = await Promise.all([
      collect(child.stdout, (line) => {
        if (!shown.stdout) return;
        seen.push(line);
        run.onLine(line);
      }),
      collect(child.stderr, (line) => {
        seen.push(line);
        if (shown.stderr) run.onLine(line);
      }),
      exitOf(child, program),
    ]);
    if (run.signal.aborted) throw new Error("The command was stopped, since the deployment was cancelled.");
    if (exit !== "exit code 0") throw new Error(failure(exit, seen, shown.stdout));
    return { stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") };
  } finally {
    run.signal.removeEventListener("abort", stop);
    running.delete(child);
  }
}

/** Kills whatever still runs, at once; for the plugin's own end. */
export function killAll(): void {
  for (const child of running) signalGroup(child, "SIGKILL");
}

function interpreter(run: CommandRun): string[] {
  if (run.interpreter && run.interpreter.length > 0) return run.interpreter;
  return process.platform === "win32" ? ["cmd", "/C"] : ["/bin/sh", "-c"];
}

function start(program: string, args: string[], run: CommandRun) {
  try {
    const child = spawn(program, args, {
      cwd: run.dir,
      env: { ...process.env, ...run.environment },
      // A process group of its own, so that what the command starts can be ended with it.
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    // A command need not read its input to the end.
    child.stdin.on("error", () => undefined);
    child.stdin.end(run.stdin ?? "");
    return child;
  } catch (error) {
    throw startFailure(error as NodeJS.ErrnoException, program);
  }
}

async function checkDirectory(dir: string | undefined): Promise<void> {
  if (dir === undefined) return;
  const isDirectory = await stat(dir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) {
    throw new Error(
      `The command's directory "${dir}" does not exist; correct "dir" (paths from the directory of Pulumi.yaml).`,
    );
  }
}

function exitOf(child: ChildProcess, program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(startFailure(error, program)));
    child.once("close", (code, signal) =>
      resolve(code === null ? `signal ${String(signal)}` : `exit code ${code}`),
    );
  });
}

function startFailure(error: NodeJS.ErrnoException, program: string): Error {
  if (error.code === "E2BIG") {
    return new Error(
      "The command could not be started, since its environment is too large for the system: set addPreviousOutputInEnv to false, or pass large values through stdin.",
    );
  }
  const problem =
    error.code === "ENOENT" ? "is not found" : `cannot be started (${error.code ?? error.message})`;
  return new Error(`The command's interpreter "${program}" ${problem}; correct "interpreter" or install it.`);
}

async function collect(stream: Readable, onLine: (line: string) => void): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) onLine(line);
  return Buffer.concat(chunks).toString("utf8");
}

function failure(exit: string, seen: string[], withStdout: boolean): string {
  const output = seen.slice(-linesInError).join("\n").trim();
  const from = withStdout ? "its output" : "its standard error";
  return `The command ended with ${exit}${output === "" ? `, and ${from} is empty.` : `; ${from} ends with:\n${output}`}`;
}

function logs(logging: string | undefined, stream: "stdout" | "stderr"): boolean {
  return logging === undefined || logging === stream || logging === "stdoutAndStderr";
}

function kill(child: ChildProcess): void {
  signalGroup(child, "SIGTERM");
  setTimeout(() => {
    if (running.has(child)) signalGroup(child, "SIGKILL");
  }, grace).unref();
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}
