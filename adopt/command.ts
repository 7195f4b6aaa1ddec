import { Command, CommanderError } from "commander";

export interface CommandContext {
  stdout: { write: (text: string) => unknown };
  stderr: { write: (text: string) => unknown };
  environment: NodeJS.ProcessEnv;
  /** The project's, where Pulumi.yaml is. */
  folder: string;
  /** Asks the user on a terminal; undefined where there is none. */
  ask?: (question: string) => Promise<boolean>;
}

interface Options {
  stack?: string;
  compartment?: string;
  yes?: true;
  json?: true;
}

/** Runs `adopt` with its arguments; resolves with the exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const { stdout, stderr } = context;
  const result = { code: 0 };
  const program = new Command("adopt")
    .description("Makes what was set up by hand part of a stack; nothing changes in OCI.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) =>
        stderr.write(text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase())),
    })
    .option("--stack <name>", "the stack that it becomes part of (default: the selected stack)")
    .option("--compartment <name or ocid>", "FotoGal's compartment (default: the program's name for it)")
    .option("--yes", "adopt, without asking")
    .option("--json", "print one JSON document instead of a table")
    .option("--debug", "show where in this program an error comes from")
    .action(async (options: Options) => {
      result.code = await runAdopt(options, context);
    });
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

/** @returns 1 where nothing can be adopted, or an update would change what was said to match */
async function runAdopt(
  { stack, compartment, yes, json }: Options,
  context: CommandContext,
): Promise<number> {
  const { stdout, environment, folder, ask } = context;
  // Loaded here: a wrong argument is told at once.
  const [{ carryOut, plan }, { isAdopted }, { pulumiIn }, report] = await Promise.all([
    import("./adopt"),
    import("./match"),
    import("../retention/pulumi"),
    import("./report"),
  ]);
  const run = { pulumi: pulumiIn(folder, environment), environment, folder };
  const options = {
    ...(stack !== undefined && { stack }),
    ...(compartment !== undefined && { compartment }),
  };
  const planned = await plan(options, run);
  if (json !== true) stdout.write(`${report.planTable(planned)}${report.settingsText(planned)}\n`);
  const adoptable = planned.matches.filter(isAdopted).length;
  const question = `Make ${adoptable} resources part of stack ${planned.stack}? Nothing changes in OCI.`;
  const wanted =
    adoptable > 0 && (yes === true || (json !== true && ask !== undefined && (await ask(question))));
  const outlook = wanted ? await carryOut(planned, run) : undefined;
  if (json === true) stdout.write(`${JSON.stringify(report.documentOf(planned, outlook))}\n`);
  else {
    stdout.write(report.summaryOf(planned, outlook));
    if (outlook === undefined && adoptable > 0) stdout.write("Nothing was changed; --yes adopts.\n");
  }
  const known = planned.matches.some(({ status }) => status === "present");
  return (adoptable === 0 && !known) || (outlook?.unforeseen.length ?? 0) > 0 ? 1 : 0;
}
