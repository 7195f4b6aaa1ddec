import { Command, CommanderError, Option } from "commander";

/** What a command has of the process that it runs in. */
export interface CommandContext {
  stdout: { write: (text: string) => unknown };
  stderr: { write: (text: string) => unknown };
  environment: NodeJS.ProcessEnv;
}

/** Of a command that works on the project's stacks. */
export interface ProjectContext extends CommandContext {
  /** The project's, where Pulumi.yaml is. */
  folder: string;
  /** Asks the user on a terminal; undefined where there is none. */
  ask?: (question: string) => Promise<boolean>;
}

/**
 * Runs a command with its arguments. An error is told on standard error in its own words; behind `--debug` with its stack trace.
 * @param name as its help shows it
 * @param define describes the command, its options and actions; an action that ends without an error may set the exit code (0 to 255)
 * @returns the exit code: 0 where no action sets another, 1 after an error
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  { stdout, stderr }: CommandContext,
  define: (program: Command, exit: (code: number) => void) => void,
): Promise<number> {
  const result = { code: 0 };
  const program = new Command(name).exitOverride().configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => stderr.write(text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase())),
  });
  define(program, (code) => (result.code = code));
  try {
    await program.parseAsync(args, { from: "user" });
    return result.code;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help is no failure; of the others Commander has told already.
      return error.exitCode;
    }
    const { message, stack } = error as Error;
    stderr.write(`${args.includes("--debug") ? (stack ?? message) : message}\n`);
    return 1;
  }
}

/** @param more what else it shows */
export function debugOption(more = ""): Option {
  return new Option("--debug", `show where in this program an error comes from${more}`);
}
