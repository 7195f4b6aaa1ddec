import { runCommand } from "./command";

const { stdout, stderr, env: environment } = process;
void runCommand(process.argv.slice(2), { stdout, stderr, environment, folder: process.cwd() }).then(
  (code) => {
    // Not exit(): what was printed into a pipe must still get through.
    process.exitCode = code;
  },
);
