import { buffer } from "node:stream/consumers";
import { codeEntries } from "./archiveEntries";
import type { Extraction } from "../extractSource";
import { functionFactsOf, type FunctionFacts } from "./functionFacts";
import { displayPath } from "../imagePath";
import { type ExtractSummary, makeSummary } from "./summary";
import { tarGzOf } from "./tarGz";

/** What was extracted, whole. */
export interface ExtractDocument extends ExtractSummary {
  /** Contents of the files that are UTF-8 text of up to 1 MiB, by path. */
  text: Record<string, string>;
  /** Base64 of a .tar.gz of the directory; the same image gives the same bytes. */
  archive: string;
}

const maximumText = 1024 * 1024;

export async function makeDocument(
  extraction: Extraction,
  facts: FunctionFacts = functionFactsOf(extraction),
): Promise<ExtractDocument> {
  const { layers, warnings, differences, ...summary } = makeSummary(extraction, facts);
  const text = new Map<string, string>();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (const [path, node] of extraction.tree) {
    if (node.kind !== "file" || node.content.size > maximumText) continue;
    const bytes = await extraction.contents.bytes(node.content);
    if (bytes.includes(0)) continue;
    try {
      text.set(displayPath(path).text, decoder.decode(bytes));
    } catch {
      // Not text; the archive has it.
    }
  }
  const archive = (await makeArchive(extraction)).toString("base64");
  return { ...summary, text: Object.fromEntries(text), archive, layers, warnings, differences };
}

/** A deterministic .tar.gz of the code alone: sorted, owner 0, the image's modes and times. */
export function makeArchive(extraction: Pick<Extraction, "root" | "tree" | "contents">): Promise<Buffer> {
  return buffer(tarGzOf(codeEntries(extraction)));
}
