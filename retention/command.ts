import { debugOption, type ProjectContext, runProgram } from "../commandLine/program";
import type { PruneOptions } from "./prune";

interface Options {
  stack?: string;
  keep?: string;
  yes?: true;
  json?: true;
}

/** Runs `images` with its arguments; resolves with the exit code. */
export function runCommand(args: readonly string[], context: ProjectContext): Promise<number> {
  return runProgram("images", args, context, (program, exit) =>
    program
      .description("The images in a stack's container repositories.")
      .command("prune")
      .description("show the old versions that would be deleted; --yes deletes them")
      .copyInheritedSettings(program)
      .option("--stack <name>", "whose repositories (default: the selected stack)")
      .option("--keep <n>", "versions that stay in each repository (default: the stack's keepLast)")
      .option("--yes", "delete")
      .option("--json", "print one JSON document instead of a table")
      .addOption(debugOption())
      .action(async (options: Options) => exit((await runPrune(options, context)) ? 1 : 0)),
  );
}

/** @returns whether a deletion failed */
async function runPrune(
  { stack, keep, yes, json }: Options,
  { stdout, stderr, environment, folder }: ProjectContext,
): Promise<boolean> {
  // Loaded here: a wrong argument is told at once.
  const [{ prune, wholeNumber }, { pulumiIn }, { outcomeDocument, planTable, summaryOf }] = await Promise.all(
    [import("./prune"), import("../stacks/pulumi"), import("./report")],
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
