import { createInterface } from "node:readline/promises";
import type { ProjectContext } from "./program";

/** The arguments that the process was started with. */
export const args: readonly string[] = process.argv.slice(2);

/** This process, in the folder that it was started in. It can ask where a terminal is at both ends. */
export function processContext(environment: NodeJS.ProcessEnv = process.env): ProjectContext {
  const { stdin, stdout, stderr } = process;
  const context = { stdout, stderr, environment, folder: process.cwd() };
  return stdin.isTTY && stdout.isTTY ? { ...context, ask } : context;
}

/** Ends the process with this exit code as soon as nothing is under way any more. */
export function exitWith(code: Promise<number>): void {
  code.then(
    (code) => {
      // Not exit(): what was printed into a pipe must still get through.
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${(error as Error).message}\n`);
      process.exitCode = 1;
    },
  );
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} (yes/no) `)).trim());
  } finally {
    terminal.close();
  }
}
