import { Command, CommanderError } from "commander";
import type { PruneOptions } from "./prune";

export interface CommandContext {
  stdout: { write: (text: string) => unknown };
  stderr: { write: (text: string) => unknown };
  environment: NodeJS.ProcessEnv;
  /** The project's, where Pulumi.yaml is. */
  folder: string;
}

interface Options {
  stack?: string;
  keep?: string;
  yes?: true;
  json?: true;
}

/** Runs `images` with its arguments; resolves with the exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const { stderr } = context;
  const result = { failed: false };
  const action = async (options: Options): Promise<void> => {
    result.failed = await runPrune(options, context);
  };
  try {
    await program(context, action).parseAsync(args, { from: "user" });
    return result.failed ? 1 : 0;
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

function program({ stdout, stderr }: CommandContext, prune: (options: Options) => Promise<void>): Command {
  const root = new Command("images")
    .description("The images in a stack's container repositories.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) =>
        stderr.write(text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase())),
    });
  root
    .command("prune")
    .description("show the old versions that would be deleted; --yes deletes them")
    .copyInheritedSettings(root)
    .option("--stack <name>", "whose repositories (default: the selected stack)")
    .option("--keep <n>", "versions that stay in each repository (default: the stack's keepLast)")
    .option("--yes", "delete")
    .option("--json", "print one JSON document instead of a table")
    .option("--debug", "show where in this program an error comes from")
    .action(prune);
  return root;
}

/** @returns whether a deletion failed */
async function runPrune(
  { stack, keep, yes, json }: Options,
  { stdout, stderr, environment, folder }: CommandContext,
): Promise<boolean> {
  // Loaded here: a wrong argument is told at once.
  const [{ prune, wholeNumber }, { pulumiIn }, { outcomeDocument, planTable, summaryOf }] = await Promise.all(
    [import("./prune"), import("./pulumi"), import("./report")],
  );
  const options: PruneOptions = {
    ...(stack !== undefined && { stack }),
    ...(keep !== undefined && { keep: wholeNumber(keep, "--keep") }),
    yes: yes === true,
  };
  const outcome = await prune(options, {
    pulumi: pulumiIn(folder, environment),
    environment,
    warn: (message) => stderr.write(`Warning: ${message}\n`),
  });
  if (json === true) stdout.write(`${JSON.stringify(outcomeDocument(outcome))}\n`);
  else stdout.write(`${planTable(outcome.repositories)}\n${summaryOf(outcome)}`);
  for (const { repository, digest, message } of outcome.failures) {
    stderr.write(`${repository}@${digest} is not deleted: ${message}\n`);
  }
  return outcome.failures.length > 0;
}
