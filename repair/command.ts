import { spawn } from "node:child_process";
import { once } from "node:events";
import { debugOption, type ProjectContext, runProgram } from "../commandLine/program";
import { RepairError } from "./errors";

interface Options {
  stack?: string;
  id: string[];
  yes?: true;
  up?: true;
}

/** Runs `repair` with its arguments; resolves with the exit code. */
export function runCommand(args: readonly string[], context: ProjectContext): Promise<number> {
  return runProgram("repair", args, context, (program, exit) =>
    program
      .description("Repairs a stack whose update was interrupted.")
      .option("--stack <name>", "which one (default: the selected stack)")
      .option(
        "--id <urn=id>",
        "what a pending creation made, for what cannot be looked for; without an ID it made nothing",
        (value: string, before: string[]) => [...before, value],
        [],
      )
      .option("--yes", "repair, without asking")
      .option("--up", "go on with `pulumi up`")
      .addOption(debugOption())
      .action(async (options: Options) => exit(await runRepair(options, context))),
  );
}

/** @returns 1 where the stack stays as it is although it needs repair */
async function runRepair({ stack, id, yes, up }: Options, context: ProjectContext): Promise<number> {
  const { stdout, environment, folder, ask } = context;
  const given = givenIds(id);
  // Loaded here: a wrong argument is told at once.
  const [
    { carryOut, planned, refuse },
    { describeInterruption, isInterrupted },
    { describePlan },
    { pulumiIn },
  ] = await Promise.all([
    import("./repair"),
    import("./interruption"),
    import("./plan"),
    import("../stacks/pulumi"),
  ]);
  const run = { pulumi: pulumiIn(folder, environment), environment, folder };
  const options = { ...(stack !== undefined && { stack }), given };
  const repair = await planned(options, run);
  const { interruption, decisions } = repair;
  if (isInterrupted(interruption)) {
    stdout.write(describeInterruption(interruption));
    if (decisions.length > 0) stdout.write(`The repair does with it:\n${describePlan(decisions)}`);
    refuse(repair);
    const question = `Take the lock away and repair stack ${interruption.stack}? Its update must go on nowhere.`;
    if (yes !== true && (ask === undefined || !(await ask(question)))) {
      stdout.write("Nothing was changed; --yes repairs.\n");
      return 1;
    }
    await carryOut(repair, run, (step) => stdout.write(`… ${step}\n`));
    stdout.write(`Stack ${interruption.stack} is repaired.\n`);
  } else {
    stdout.write(`Stack ${interruption.stack} needs no repair: nobody locks it, and nothing is pending.\n`);
  }
  const update = ["up", "--stack", interruption.stack, ...(yes === true ? ["--yes", "--skip-preview"] : [])];
  if (up !== true) {
    const next =
      interruption.stack === "local" ? "npm run pulumi -- up" : `pulumi up --stack ${interruption.stack}`;
    stdout.write(`Next: ${next}\n`);
    return 0;
  }
  const child = spawn("pulumi", update, { cwd: folder, env: environment, stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}

/**
 * An ID may have "=" in it, a URN has none.
 * @throws RepairError for a URN alone: that nothing was made has to be said, since what was made would be made again
 */
function givenIds(pairs: readonly string[]): Map<string, string> {
  const alone = pairs.filter((pair) => !/^[^=]+=/.test(pair));
  if (alone.length > 0) {
    throw new RepairError(
      `--id ${alone.join(", ")} is no URN=ID; write the ID of what was made behind "=", or nothing behind it where nothing was made.`,
    );
  }
  return new Map(
    pairs.map((pair) => {
      const [urn = "", ...id] = pair.split("=");
      return [urn, id.join("=")];
    }),
  );
}
