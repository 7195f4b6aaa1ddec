import { debugOption, type ProjectContext, runProgram } from "../commandLine/program";

interface Options {
  stack?: string;
  compartment?: string;
  yes?: true;
  json?: true;
}

/** Runs `adopt` with its arguments; resolves with the exit code. */
export function runCommand(args: readonly string[], context: ProjectContext): Promise<number> {
  return runProgram("adopt", args, context, (program, exit) =>
    program
      .description("Makes what was set up by hand part of a stack; nothing changes in OCI.")
      .option("--stack <name>", "the stack that it becomes part of (default: the selected stack)")
      .option("--compartment <name or ocid>", "FotoGal's compartment (default: the program's name for it)")
      .option("--yes", "adopt, without asking")
      .option("--json", "print one JSON document instead of a table")
      .addOption(debugOption())
      .action(async (options: Options) => exit(await runAdopt(options, context))),
  );
}

/** @returns 1 where nothing can be adopted, or an update would change what was said to match */
async function runAdopt(
  { stack, compartment, yes, json }: Options,
  context: ProjectContext,
): Promise<number> {
  const { stdout, environment, folder, ask } = context;
  // Loaded here: a wrong argument is told at once.
  const [{ carryOut, plan }, { isAdopted }, { pulumiIn }, report] = await Promise.all([
    import("./adopt"),
    import("./match"),
    import("../stacks/pulumi"),
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
