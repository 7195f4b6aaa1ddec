import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { PublishError } from "./errors";

/** The first of the names that is a program on PATH, with its path. */
export function findProgram<Name extends string>(
  names: readonly Name[],
  { PATH = "" }: NodeJS.ProcessEnv,
): { name: Name; path: string } | undefined {
  for (const name of names) {
    for (const folder of PATH.split(delimiter)) {
      const path = join(folder, name);
      if (folder !== "" && isProgram(path)) return { name, path };
    }
  }
  return undefined;
}

/**
 * Runs a program to its end, its standard output dropped.
 * @throws PublishError with the last lines of its standard error, when it fails
 */
export function runProgram(
  path: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-linesLength)));
    child.once("error", (error) => reject(new PublishError(`${path} cannot be started (${error.message}).`)));
    child.once("close", (code, signal) => {
      if (code === 0) {
        resolve();
        return;
      }
      const end = code === null ? `signal ${String(signal)}` : `exit code ${code}`;
      const lines = said.trim().split("\n").slice(-lastLines).join("\n");
      reject(new PublishError(`${path} ended with ${end}${lines === "" ? "." : `:\n${lines}`}`));
    });
  });
}

const lastLines = 15;
const linesLength = 16 * 1024;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
