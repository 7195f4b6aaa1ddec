import { spawn } from "node:child_process";

export interface OlderHost {
  /** Where it listens on 127.0.0.1. */
  port: number;
  /** From now on what it prints is ours: the program's output, that is. */
  showOutput(): void;
}

/**
 * Starts the older host, and ends this process with it.
 * @returns once it has printed its port
 */
export function startHost(executable: string, args: string[]): Promise<OlderHost> {
  const child = spawn(executable, args, { stdio: ["ignore", "pipe", "inherit"] });
  child.on("exit", (code) => process.exit(code ?? 1));
  process.on("exit", () => child.kill());
  // The engine interrupts us to end us; what we have started is to end first.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${executable} could not be started: ${error.message}.`)));
    let printed = Buffer.alloc(0);
    const readPort = (chunk: Buffer) => {
      printed = Buffer.concat([printed, chunk]);
      const end = printed.indexOf("\n");
      if (end < 0) return;
      child.stdout.off("data", readPort).pause();
      child.stdout.unshift(printed.subarray(end + 1));
      resolve({
        port: Number(printed.subarray(0, end).toString()),
        showOutput: () => void child.stdout.pipe(process.stdout),
      });
    };
    child.stdout.on("data", readPort);
  });
}
