import { createInterface } from "node:readline/promises";
import { runCommand } from "./command";

const { stdin, stdout, stderr, env: environment } = process;

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} (yes/no) `)).trim());
  } finally {
    terminal.close();
  }
}

const context = { stdout, stderr, environment, folder: process.cwd() };
const asking = stdin.isTTY && stdout.isTTY ? { ask } : {};
void runCommand(process.argv.slice(2), { ...context, ...asking }).then((code) => {
  // Not exit(): what was printed into a pipe must still get through.
  process.exitCode = code;
});
