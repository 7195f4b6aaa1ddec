import { runCommand } from "./command";

const abort = new AbortController();
const stop = (): void => abort.abort();
process.once("SIGINT", stop).once("SIGTERM", stop);

const { stdout, stderr } = process;
void runCommand(process.argv.slice(2), { stdout, stderr, signal: abort.signal }).then((code) => {
  // Not exit(): what was printed into a pipe must still get through.
  process.exitCode = code;
});
