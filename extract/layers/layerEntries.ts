import { type LayerDownloads, smallLayer } from "./layerDownloads";
import type { Descriptor } from "../registry/registryClient";
import { type EntryVisitor, forEachEntry } from "../tar/tarEntries";

const tocAnnotation = "containerd.io/snapshot/stargz/toc.digest";

/**
 * Reads a layer's entries: of a large layer with an eStargz table of contents only what that names, else the whole layer.
 * @param begin gives the visitor; called again when the table proves unusable and the entries come anew
 * @returns a note on the table's use, for the report
 */
export async function readEntries(
  downloads: Pick<LayerDownloads, "read" | "range">,
  layer: Descriptor,
  begin: () => EntryVisitor,
  { whole }: { whole: boolean },
): Promise<string> {
  const tocDigest = layer.annotations?.[tocAnnotation];
  let note = "";
  if (!whole && tocDigest !== undefined && layer.size >= smallLayer) {
    const { forEachTocEntry } = await import("./estargz");
    const { TocError } = await import("./estargzToc");
    const readRange = (start: number, length: number): Promise<Buffer | undefined> =>
      downloads.range(layer, start, length);
    try {
      await forEachTocEntry(layer, tocDigest, readRange, begin());
      return "; only what its table of contents names";
    } catch (error) {
      if (!(error instanceof TocError)) throw error;
      note = `; whole, because its table of contents is of no use: ${error.message}`;
    }
  }
  await forEachEntry(downloads.read(layer), layer.digest, begin());
  return note;
}
