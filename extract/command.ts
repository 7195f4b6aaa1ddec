import { Command, CommanderError } from "commander";
import type { Extraction, ExtractOptions } from "./extractSource";

/** Where the command writes, and what stops it. */
export interface CommandContext {
  stdout: { write: (text: string) => unknown; isTTY?: boolean };
  stderr: { write: (text: string) => unknown };
  signal?: AbortSignal;
}

interface CommandOptions extends ExtractOptions {
  out?: string;
  json?: boolean;
  replace?: boolean;
  debug?: boolean;
}

/** Runs `extract` with its arguments; resolves with the exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const { stdout, stderr, signal } = context;
  const program = newProgram().configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text.replace(/^error: /, "")),
  });
  try {
    program.parse(args, { from: "user" });
    await run(program.args[0] ?? "", program.opts<CommandOptions>(), context);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    if (signal?.aborted === true) {
      stderr.write("Stopped; nothing was written.\n");
      return 130;
    }
    const { message, stack } = error as Error;
    stderr.write(`${program.opts<CommandOptions>().debug === true ? (stack ?? message) : message}\n`);
    return 1;
  }
}

function newProgram(): Command {
  return new Command("extract")
    .description("Recovers a deployed function's source from its image, straight from the registry.")
    .argument("<image>", "host/repository:tag, host/repository@sha256:digest, or both")
    .option("--out <directory>", "write the source there; it must not exist, or be empty")
    .option("--replace", "replace what --out has")
    .option("--json", "print one JSON document: with --out a summary, without it everything")
    .option("--path <path>", "directory or file in the image", "/function")
    .option("--platform <platform>", "of a multi-platform image (default: linux/amd64, or the only one)")
    .option("--exhaustive", "read every layer, whatever the image's history says")
    .option("--debug", "show where in this program an error comes from")
    .exitOverride();
}

// Each part is loaded when it is needed: a wrong argument is told at once.
async function run(
  image: string,
  options: CommandOptions,
  { stdout, stderr, signal }: CommandContext,
): Promise<void> {
  const { out, json, replace } = options;
  const { ExtractError } = await import("./errors");
  if (out === undefined && json !== true) {
    throw new ExtractError("Say where the source goes: --out DIRECTORY, or --json for standard output.");
  }
  const { checkPlace, writeDirectory } = await import("./writeDirectory");
  if (out !== undefined) await checkPlace(out, out, replace);
  const { extractSource } = await import("./extractSource");
  const extraction = await extractSource(image, { ...options, registry: signal ? { signal } : {} });
  try {
    const { makeDocument, makeSummary } = await import("./document");
    const document = out === undefined ? await makeDocument(extraction) : makeSummary(extraction);
    signal?.throwIfAborted();
    if (out !== undefined) await writeDirectory(extraction, out, { replace, signal });
    for (const warning of document.warnings) stderr.write(`Warning: ${warning}\n`);
    if (json === true) stdout.write(`${JSON.stringify(document)}\n`);
    else if (stdout.isTTY === true) stdout.write(summaryFor(extraction, out ?? ""));
  } finally {
    await extraction.close();
  }
}

function summaryFor({ tree, layers, image, digest }: Extraction, out: string): string {
  const files = [...tree.values()].flatMap((node) => (node.kind === "file" ? [node.content.size] : []));
  const sum = (sizes: number[]): string =>
    sizes.reduce((total, size) => total + size, 0).toLocaleString("en");
  const read = layers.filter((layer) => layer.read);
  return (
    `${files.length} files, ${sum(files)} bytes, from ${image} (${digest}) in ${out}\n` +
    `Read ${read.length} of ${layers.length} layers, ${sum(read.map(({ size }) => size))} of ` +
    `${sum(layers.map(({ size }) => size))} bytes.\n`
  );
}
