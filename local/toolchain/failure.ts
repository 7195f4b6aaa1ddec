/** Something the user can mend: shown as one sentence, without a stack trace. */
export class Failure extends Error {
  override name = "Failure";
}

/** Runs a command's main function; an error becomes one line on stderr and exit code 1 (DEBUG=1 shows the stack). */
export function runCommand(main: () => Promise<number | undefined>): void {
  main().then(
    (code) => {
      process.exitCode = code ?? 0;
    },
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${message}\n`);
      if (process.env.DEBUG && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
      process.exitCode = 1;
    },
  );
}
