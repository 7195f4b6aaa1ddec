import type { Extraction } from "../extractSource";
import { functionFactsOf, type FunctionFacts } from "./functionFacts";
import { displayPath } from "../imagePath";
import type { LayerReport } from "../layers/walkLayers";

export interface FileSummary {
  /** Relative to the extracted directory. */
  path: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
  /** Four octal digits, such as "0644". */
  mode: string;
}

/** What was extracted, without the contents. */
export interface ExtractSummary {
  image: string;
  digest: string;
  /** What `function.json` has. */
  function: FunctionFacts;
  files: FileSummary[];
  links: { path: string; target: string }[];
  layers: LayerReport[];
  warnings: string[];
  /** After an exhaustive extraction: paths at which leaving out layers by the image's history would have erred. */
  differences: string[];
}

export function makeSummary(
  extraction: Extraction,
  facts: FunctionFacts = functionFactsOf(extraction),
): ExtractSummary {
  const { image, digest, tree, layers, warnings, differences } = extraction;
  const files: FileSummary[] = [];
  const links: ExtractSummary["links"] = [];
  const inexact: string[] = [];
  for (const [path, node] of tree) {
    const { text, exact } = displayPath(path);
    if (!exact) inexact.push(`The name of ${text} is not UTF-8 and is shown with replacements.`);
    if (node.kind === "file") {
      const { size, sha256 } = node.content;
      files.push({ path: text, size, sha256, mode: node.mode.toString(8).padStart(4, "0") });
    }
    if (node.kind === "symlink") links.push({ path: text, target: displayPath(node.target).text });
  }
  return {
    image,
    digest,
    function: facts,
    files,
    links,
    layers,
    warnings: [...warnings, ...inexact],
    differences,
  };
}
