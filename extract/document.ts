import { constants, createGzip } from "node:zlib";
import { buffer } from "node:stream/consumers";
import { type Header, pack } from "tar-stream";
import { displayPath } from "./imagePath";
import type { Extraction } from "./extractSource";
import type { LayerReport } from "./layers";
import type { TreeNode } from "./sourceTree";

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
  files: FileSummary[];
  links: { path: string; target: string }[];
  layers: LayerReport[];
  warnings: string[];
}

/** What was extracted, whole. */
export interface ExtractDocument extends ExtractSummary {
  /** Contents of the files that are UTF-8 text of up to 1 MiB, by path. */
  text: Record<string, string>;
  /** Base64 of a .tar.gz of the directory; the same image gives the same bytes. */
  archive: string;
}

const maximumText = 1024 * 1024;

export function makeSummary({ image, digest, tree, layers, warnings }: Extraction): ExtractSummary {
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
  return { image, digest, files, links, layers, warnings: [...warnings, ...inexact] };
}

export async function makeDocument(extraction: Extraction): Promise<ExtractDocument> {
  const { layers, warnings, ...summary } = makeSummary(extraction);
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
  return { ...summary, text: Object.fromEntries(text), archive, layers, warnings };
}

/** A deterministic .tar.gz: sorted, owner 0, the image's modes and times. */
export async function makeArchive({ tree, contents }: Extraction): Promise<Buffer> {
  const tar = pack();
  // Run-length matching alone: the faster strategies' output depends on the processor that Node was built for.
  const gzip = createGzip({ strategy: constants.Z_RLE, level: 9 });
  const packed = buffer(tar.pipe(gzip));
  tar.on("error", (error: Error) => gzip.destroy(error));
  for (const [path, node] of tree) {
    const bytes = node.kind === "file" ? await contents.bytes(node.content) : Buffer.alloc(0);
    await new Promise<void>((resolve, reject) => {
      tar.entry(headerOf(path, node), bytes, (error) => (error ? reject(error) : resolve()));
    });
  }
  tar.finalize();
  const archive = await packed;
  // The header's system byte: "unknown", whatever system this is.
  archive[9] = 255;
  return archive;
}

function headerOf(path: string, node: TreeNode): Partial<Header> & { name: string } {
  const header = { mode: node.mode, mtime: new Date(node.mtime * 1000), uid: 0, gid: 0 };
  const name = displayPath(path).text;
  if (node.kind === "directory") return { ...header, name: `${name}/`, type: "directory" };
  if (node.kind === "file") return { ...header, name, type: "file" };
  return { ...header, name, type: "symlink", linkname: displayPath(node.target).text };
}
