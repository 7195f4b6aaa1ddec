import { writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { resolve, sep } from "node:path";
import { ExtractError } from "../errors";
import type { Extraction } from "../extractSource";
import type { DeployedFunction } from "../functions/findFunction";
import {
  functionFactsOf,
  functionFileName,
  functionFileText,
  type FunctionFacts,
} from "../results/functionFacts";
import type { OciApiOptions } from "../functions/ociApi";
import { helpText, type Options, parseOptions } from "./options";
import { checkPlaces, type Place, placeTogether, type Result } from "../results/placing";
import { isLiveTerminal, ProgressLine } from "./progress";
import { type ExtractSummary, makeSummary } from "../results/summary";

interface Output {
  write: (text: string) => unknown;
  isTTY?: boolean;
}

/** Where the command writes, and what stops it. */
export interface CommandContext {
  stdout: Output;
  stderr: Output & { columns?: number };
  /** Its reason may be a signal's name, which decides the exit code. */
  signal?: AbortSignal;
  /** Default `process.env`. */
  environment?: NodeJS.ProcessEnv;
}

/** Runs `extract` with its arguments; resolves with the exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const { stdout, stderr, signal } = context;
  let debug = false;
  try {
    const options = parseOptions(args);
    debug = options.debug === true;
    if (options.help === true) stdout.write(helpText());
    else return await run(options, context);
    return 0;
  } catch (error) {
    if (signal?.aborted === true) {
      stderr.write("Stopped; nothing was written.\n");
      const numbers: Partial<Record<string, number>> = constants.signals;
      return 128 + (numbers[String(signal.reason)] ?? constants.signals.SIGINT);
    }
    const { message, stack } = error as Error;
    stderr.write(`${debug ? (stack ?? message) : message}\n`);
    return 1;
  }
}

// Each part is loaded when it is needed: a wrong argument is told at once.
async function run(options: Options, context: CommandContext): Promise<number> {
  const { stdout, stderr, signal, environment = process.env } = context;
  await checkPlaces(await placesOf(options), options.replace);
  const progress = new ProgressLine(stderr, environment);
  try {
    const transport = { environment, ...(signal && { signal }) };
    progress.tell("Looking the function up");
    const deployed = await findDeployed(options, transport);
    const tag =
      deployed && import("../functions/movedTag").then(({ movedTag }) => movedTag(deployed, transport));
    progress.tell("Resolving the image");
    const { extractSource } = await import("../extractSource");
    const platform = options.platform ?? deployed?.platform;
    const extraction = await extractSource(deployed?.reference ?? options.source ?? "", {
      path: options.path,
      platform,
      exhaustive: options.exhaustive,
      registry: transport,
      onProgress: (event) => progress.tellLayer(event),
    });
    try {
      const moved = await tag;
      if (moved !== undefined) extraction.warnings.unshift(moved);
      progress.tell("Writing");
      const document = await documentOf(extraction, deployed, options);
      await placeTogether(await resultsOf(extraction, document.function, options, signal), options.replace);
      progress.end();
      for (const warning of document.warnings) stderr.write(`Warning: ${warning}\n`);
      if (options.evidence === true) await tellEvidence(extraction, options, context);
      if (options.json === true) stdout.write(`${JSON.stringify(document)}\n`);
      else if (stdout.isTTY === true) stdout.write(summaryFor(extraction, options));
      if (extraction.differences.length === 0) return 0;
      stderr.write(differencesFor(extraction));
      return 1;
    } finally {
      await extraction.close();
    }
  } finally {
    progress.end();
  }
}

/** Where the results go. */
async function placesOf({ out, archive }: Options): Promise<Place[]> {
  const places: Place[] = [];
  if (out !== undefined) {
    places.push({ target: out, kind: "directory" }, { target: besideOf(out), kind: "file" });
  }
  if (archive !== undefined) {
    const { archiveFormat } = await import("../results/writeArchive");
    archiveFormat(archive);
    places.push({ target: archive, kind: "file" });
  }
  const [directory, ...files] = places.map(({ target }) => resolve(target));
  const inside = files.find((file) => file === directory || file.startsWith(`${directory ?? ""}${sep}`));
  if (out !== undefined && inside !== undefined) {
    throw new ExtractError(
      `The archive ${archive ?? ""} would be in the directory ${out}; put it elsewhere.`,
    );
  }
  return places;
}

/** The file beside the directory: never in it, so that the directory is what the image has. */
function besideOf(out: string): string {
  return `${resolve(out)}.${functionFileName}`;
}

async function findDeployed(
  { source, application, function: name, compartment }: Options,
  options: OciApiOptions,
): Promise<DeployedFunction | undefined> {
  if (source !== undefined && !source.startsWith("ocid1.")) return undefined;
  const { findFunction } = await import("../functions/findFunction");
  if (source !== undefined) return findFunction(source, options);
  const names = { application: application ?? "", function: name ?? "" };
  return findFunction({ ...names, ...(compartment !== undefined && { compartment }) }, options);
}

async function documentOf(
  extraction: Extraction,
  deployed: DeployedFunction | undefined,
  { out, archive, json }: Options,
): Promise<ExtractSummary> {
  const facts = functionFactsOf(extraction, deployed);
  if (json !== true || out !== undefined || archive !== undefined) return makeSummary(extraction, facts);
  const { makeDocument } = await import("../results/document");
  return makeDocument(extraction, facts);
}

async function resultsOf(
  extraction: Extraction,
  facts: FunctionFacts,
  { out, archive }: Options,
  signal: AbortSignal | undefined,
): Promise<Result[]> {
  const results: Result[] = [];
  if (out !== undefined) {
    const { directoryResult } = await import("../results/writeDirectory");
    const write = (path: string) => writeFile(path, functionFileText(facts), { flag: "wx" });
    results.push(directoryResult(extraction, out, signal));
    results.push({ target: besideOf(out), kind: "file", write });
  }
  if (archive !== undefined) {
    const { archiveResult } = await import("../results/writeArchive");
    results.push(archiveResult(extraction, facts, archive, signal));
  }
  return results;
}

async function tellEvidence(
  { layers }: Extraction,
  { json }: Options,
  { stdout, stderr, environment = process.env }: CommandContext,
): Promise<void> {
  const { evidenceTable } = await import("./evidence");
  const output = json === true ? stderr : stdout;
  output.write(evidenceTable(layers, isLiveTerminal(output, environment) && !environment.NO_COLOR));
}

function differencesFor({ differences }: Extraction): string {
  return (
    `The image's history would have misled an extraction that is not exhaustive, at ${differences.join(", ")}; ` +
    "this one is right, since it read every layer.\n"
  );
}

function summaryFor({ tree, layers, image, digest }: Extraction, { out, archive }: Options): string {
  const files = [...tree.values()].flatMap((node) => (node.kind === "file" ? [node.content.size] : []));
  const sum = (sizes: number[]): string =>
    sizes.reduce((total, size) => total + size, 0).toLocaleString("en");
  const read = layers.filter((layer) => layer.read);
  const places = [out, out && besideOf(out), archive].filter((place) => place).join(", ");
  return (
    `${files.length} files, ${sum(files)} bytes, from ${image} (${digest})${places && ` in ${places}`}\n` +
    `Read ${read.length} of ${layers.length} layers, ${sum(layers.map(({ bytesRead }) => bytesRead))} of ` +
    `${sum(layers.map(({ size }) => size))} bytes.\n`
  );
}
