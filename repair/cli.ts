import { createInterface } from "node:readline/promises";
import { runCommand } from "./command";

const { stdin, stdout, stderr } = process;

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} (yes/no) `)).trim());
  } finally {
    terminal.close();
  }
}

/** Stack `local` is in the local cloud, unless the environment has another backend. */
async function environmentFor(args: readonly string[]): Promise<NodeJS.ProcessEnv> {
  const named = args.find((arg, index) => /^--stack=/.test(arg) || args[index - 1] === "--stack");
  if (named?.replace(/^--stack=/, "") !== "local") return process.env;
  const { localStackEnvironment } = await import("../local/toolchain/localEnvironment");
  return localStackEnvironment();
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const environment = await environmentFor(args);
  const context = { stdout, stderr, environment, folder: process.cwd() };
  return runCommand(args, { ...context, ...(stdin.isTTY && stdout.isTTY && { ask }) });
}

main().then(
  (code) => {
    // Not exit(): what was printed into a pipe must still get through.
    process.exitCode = code;
  },
  (error: unknown) => {
    stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  },
);
