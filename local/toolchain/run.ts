import { type SpawnOptions, spawn } from "node:child_process";
import { Failure } from "./failure";

export interface RunOptions extends Pick<SpawnOptions, "cwd" | "env"> {
  /** Text for the program's standard input. */
  input?: string;
  /** Called with each line of either output as it comes. */
  onLine?: (line: string) => void;
}

/** Runs a program to its end and resolves with its stdout; a failure carries the last lines it printed. */
export async function run(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  const lines: string[] = [];
  const listen = (stream: NodeJS.ReadableStream, keep?: (text: string) => void) => {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      keep?.(text);
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        if (lines.length > 20) lines.shift();
        options.onLine?.(line);
      }
    });
    stream.on("end", () => rest && lines.push(rest));
  };
  listen(child.stdout, (text) => (stdout += text));
  listen(child.stderr);
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(new Failure(`${program} could not be started: ${error.message}.`)));
    child.on("close", resolve);
  });
  if (code !== 0) {
    throw new Failure(
      `\`${program} ${args.join(" ")}\` failed with exit code ${String(code)}:\n${lines.join("\n")}`,
    );
  }
  return stdout;
}

/** Runs a program on this terminal and resolves with its exit code; signals reach it as the terminal sends them. */
export function runAttached(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<number> {
  const child = spawn(program, args, { cwd, env, stdio: "inherit" });
  const ignore = () => undefined;
  const end = () => child.kill("SIGTERM");
  process.on("SIGINT", ignore);
  process.on("SIGTERM", end);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Failure(`${program} could not be started: ${error.message}.`)));
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", end);
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}
