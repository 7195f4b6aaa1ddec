import { fstatSync, writeFileSync } from "node:fs";
import { runCommand } from "./command";
import { ExtractError } from "../errors";

const abort = new AbortController();
// Each time, not once: npm hands a terminal's Ctrl-C on, so that it comes twice, and what was begun must be taken back.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => abort.abort(name));

const { stdout, stderr } = process;
// A reader that has seen enough closes its pipe.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") stderr.write(`${cannotBeWritten(error).message}\n`);
  process.exitCode = 1;
});

/** Into a file not by the stream, which on a full disk writes a part and calls that success. */
function writeToFile(text: string): void {
  try {
    writeFileSync(stdout.fd, text);
  } catch (error) {
    throw cannotBeWritten(error as Error);
  }
}

function cannotBeWritten({ message }: Error): ExtractError {
  return new ExtractError(`Standard output cannot be written (${message}).`);
}

const output = fstatSync(stdout.fd).isFile() ? { write: writeToFile } : stdout;
void runCommand(process.argv.slice(2), { stdout: output, stderr, signal: abort.signal }).then((code) => {
  // Not exit(): what was printed into a pipe must still get through.
  process.exitCode ||= code;
});
