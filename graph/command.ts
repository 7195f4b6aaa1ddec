import { Option } from "commander";
import { writeFileSync } from "node:fs";
import { debugOption, type ProjectContext, runProgram } from "../commandLine/program";
import type { Change } from "./stackDocument";

interface Options {
  stack?: string;
  from: "state" | "preview";
  out?: string;
}

/** Runs `graph` with its arguments; resolves with the exit code. */
export function runCommand(args: readonly string[], context: ProjectContext): Promise<number> {
  return runProgram("graph", args, context, (program) =>
    program
      .description("Draws a stack as SVG: its resources, their dependencies, its components as boxes.")
      .option("--stack <name>", "whose resources (default: the selected stack)")
      .addOption(
        new Option("--from <source>", "what is there, or what an update would make of it")
          .choices(["state", "preview"])
          .default("state"),
      )
      .option("--out <file>", "where the picture goes (default: standard output)")
      .addOption(debugOption())
      .action((options: Options) => runGraph(options, context)),
  );
}

async function runGraph({ stack, from, out }: Options, context: ProjectContext): Promise<void> {
  if (out !== undefined && !/\.svg$/i.test(out)) {
    throw new Error(`--out ${out} is no SVG file; write --out ${out}.svg`);
  }
  // Loaded here: a wrong argument is told at once.
  const [{ pulumiIn }, { readExport, readPreview }, { drawStack }] = await Promise.all([
    import("../stacks/pulumi"),
    import("./stackDocument"),
    import("./draw"),
  ]);
  const pulumi = pulumiIn(context.folder, context.environment);
  const ofStack = stack === undefined ? [] : ["--stack", stack];
  const drawn =
    from === "state"
      ? readExport(await pulumi(["stack", "export", ...ofStack]))
      : readPreview(await pulumi(["preview", "--json", "--show-sames", ...ofStack]));
  const svg = await drawStack(drawn);
  if (out === undefined) {
    context.stdout.write(svg);
    return;
  }
  try {
    writeFileSync(out, svg);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new Error(`${out} cannot be written (${reason}); name a file in a folder that is there.`);
  }
  const changed = drawn.resources.filter(({ change }) => change !== undefined);
  const counts = (["create", "update", "replace", "delete"] satisfies Change[])
    .map((change) => [change, changed.filter((resource) => resource.change === change).length] as const)
    .filter(([, count]) => count > 0)
    .map(([change, count]) => `, ${count} to ${change}`);
  context.stdout.write(`${out}: ${drawn.resources.length} resources${counts.join("")}\n`);
}
