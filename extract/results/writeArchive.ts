import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type ArchiveEntry, codeEntries, textEntry } from "./archiveEntries";
import { ExtractError } from "../errors";
import type { Extraction } from "../extractSource";
import { functionFileName, functionFileText, type FunctionFacts } from "./functionFacts";
import { displayPath, nameOf } from "../imagePath";
import { placeTogether, type Result } from "./placing";
import type { WriteOptions } from "./writeDirectory";

export type ArchiveFormat = "zip" | "tar.gz";

/**
 * Which format a file's name asks for.
 * @throws ExtractError
 */
export function archiveFormat(file: string): ArchiveFormat {
  if (/\.zip$/i.test(file)) return "zip";
  if (/\.(?:tar\.gz|tgz)$/i.test(file)) return "tar.gz";
  throw new ExtractError(`The archive's format is told by its name; end "${file}" in .zip or .tar.gz.`);
}

/**
 * Writes a .zip or .tar.gz, as the file's name says: the code in a folder named after its directory in the image, and
 * `function.json` beside that. The same image and arguments give the same bytes.
 * @throws ExtractError
 */
export async function writeArchive(
  extraction: Extraction,
  facts: FunctionFacts,
  file: string,
  { replace, signal }: WriteOptions = {},
): Promise<void> {
  await placeTogether([archiveResult(extraction, facts, file, signal)], replace);
}

/** The archive, to be placed together with other results. */
export function archiveResult(
  extraction: Extraction,
  facts: FunctionFacts,
  file: string,
  signal: AbortSignal | undefined,
): Result {
  const format = archiveFormat(file);
  const write = async (path: string): Promise<void> => {
    const entries = archiveEntries(extraction, facts);
    const bytes = format === "zip" ? (await import("./zip")).zipOf(entries) : await tarGz(entries);
    await pipeline(bytes, createWriteStream(path, { flags: "wx" }), { signal });
  };
  return { target: file, kind: "file", write };
}

async function tarGz(entries: Iterable<ArchiveEntry>): Promise<AsyncIterable<Buffer>> {
  return (await import("./tarGz")).tarGzOf(entries);
}

function* archiveEntries(extraction: Extraction, facts: FunctionFacts): Generator<ArchiveEntry> {
  const name = displayPath(nameOf(extraction.path)).text;
  const folder = name === "" || name === functionFileName ? "source" : name;
  yield textEntry(functionFileName, functionFileText(facts), extraction.root.mtime);
  yield* codeEntries(extraction, folder);
}
