import { instance } from "@viz-js/viz";
import { dotOf, FONT } from "./dot";
import type { StackDocument } from "./stackDocument";

/** The stack as SVG; the same document gives the same bytes. */
export async function drawStack(document: StackDocument): Promise<string> {
  const viz = await instance();
  const svg = viz.renderString(dotOf(document), { format: "svg", engine: "dot" });
  // What Graphviz writes before it, and its node numbers' comments, say nothing to anybody.
  return svg
    .slice(svg.indexOf("<svg"))
    .replace(/^<!--.*-->\n/gm, "")
    .replaceAll(`font-family="${FONT}"`, `font-family="${FONT},Helvetica,Liberation Sans,sans-serif"`);
}
