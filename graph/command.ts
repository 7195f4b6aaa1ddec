import { Command, CommanderError, Option } from "commander";
import { writeFileSync } from "node:fs";
import type { Change } from "./stackDocument";

export interface CommandContext {
  stdout: { write: (text: string) => unknown };
  stderr: { write: (text: string) => unknown };
  environment: NodeJS.ProcessEnv;
  /** The project's, where Pulumi.yaml is. */
  folder: string;
}

interface Options {
  stack?: string;
  from: "state" | "preview";
  out?: string;
}

/** Runs `graph` with its arguments; resolves with the exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const { stderr } = context;
  try {
    await program(context).parseAsync(args, { from: "user" });
    return 0;
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

function program(context: CommandContext): Command {
  const { stdout, stderr } = context;
  return new Command("graph")
    .description("Draws a stack as SVG: its resources, their dependencies, its components as boxes.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) =>
        stderr.write(text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase())),
    })
    .option("--stack <name>", "whose resources (default: the selected stack)")
    .addOption(
      new Option("--from <source>", "what is there, or what an update would make of it")
        .choices(["state", "preview"])
        .default("state"),
    )
    .option("--out <file>", "where the picture goes (default: standard output)")
    .option("--debug", "show where in this program an error comes from")
    .action((options: Options) => runGraph(options, context));
}

async function runGraph({ stack, from, out }: Options, context: CommandContext): Promise<void> {
  if (out !== undefined && !/\.svg$/i.test(out)) {
    throw new Error(`--out ${out} is no SVG file; write --out ${out}.svg`);
  }
  // Loaded here: a wrong argument is told at once.
  const [{ pulumiIn }, { previewError, readExport, readPreview }, { drawStack }] = await Promise.all([
    import("../retention/pulumi"),
    import("./stackDocument"),
    import("./draw"),
  ]);
  const pulumi = pulumiIn(context.folder, context.environment);
  const ofStack = stack === undefined ? [] : ["--stack", stack];
  const drawn =
    from === "state"
      ? readExport(await pulumi(["stack", "export", ...ofStack]))
      : readPreview(await pulumi(["preview", "--json", "--show-sames", ...ofStack], previewError));
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
