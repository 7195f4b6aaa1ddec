import { spawn } from "node:child_process";
import { PreviewError } from "./errors";

export interface Place {
  folder: string;
  environment: NodeJS.ProcessEnv;
}

export interface Ended {
  code: number;
  /** The last lines of both outputs. */
  lastLines: string;
}

/** Ctrl-C, or an end by a signal: what is under way ends, and what it has made is cleaned up. */
export class Interrupted extends Error {
  constructor(readonly exitCode: number) {
    super("Interrupted.");
  }
}

const keptLines = 20;

/**
 * Runs programs in process groups of their own: a signal to this one ends a program with all that it has started, and leaves what cleans up
 * alone. Without standard input.
 */
export class Programs {
  private interrupted: Interrupted | undefined;
  private readonly groups = new Set<number>();
  private readonly listeners = {
    SIGHUP: () => this.end(129),
    SIGINT: () => this.end(130),
    SIGTERM: () => this.end(143),
  };

  /** @param onLine called with each line that a program prints */
  constructor(private readonly onLine: (line: string) => void = () => undefined) {
    for (const [signal, listener] of Object.entries(this.listeners)) process.on(signal, listener);
  }

  /** Signals do again what they did before. */
  close(): void {
    for (const [signal, listener] of Object.entries(this.listeners)) process.off(signal, listener);
  }

  /** @throws Interrupted, PreviewError where it cannot be started */
  async run(program: string, args: readonly string[], place: Place): Promise<Ended> {
    this.throwIfInterrupted();
    const ended = await this.runToEnd(program, args, place, this.groups);
    this.throwIfInterrupted();
    return ended;
  }

  /** The same for cleaning up, which a signal does not end. */
  async runToEnd(
    program: string,
    args: readonly string[],
    { folder, environment }: Place,
    groups = new Set<number>(),
  ): Promise<Ended> {
    const child = spawn(program, args, {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) this.listen(stream, lines);
    if (child.pid !== undefined) groups.add(child.pid);
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", (error) =>
        reject(
          new PreviewError(`${program} cannot be run (${error.message}): install it, or put it on PATH.`),
        ),
      );
      child.on("close", (code) => resolve(code ?? 1));
    });
    if (child.pid !== undefined) groups.delete(child.pid);
    return { code, lastLines: lines.join("\n") };
  }

  private throwIfInterrupted(): void {
    if (this.interrupted) throw this.interrupted;
  }

  private listen(stream: NodeJS.ReadableStream, lines: string[]): void {
    let rest = "";
    const keep = (line: string) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      this.onLine(line);
    };
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      parts.forEach(keep);
    });
    stream.on("end", () => rest !== "" && keep(rest));
  }

  private end(exitCode: number): void {
    // The engine ends in order at the first signal and at once at the second.
    for (const group of this.groups) signalGroup(group, this.interrupted ? "SIGKILL" : "SIGINT");
    this.interrupted ??= new Interrupted(exitCode);
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has just ended by itself.
  }
}
