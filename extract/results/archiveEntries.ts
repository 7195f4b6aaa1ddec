import { displayPath } from "../imagePath";
import type { Extraction } from "../extractSource";

/** One entry of an archive, whatever its format. */
export type ArchiveEntry = {
  /** Without a trailing slash. */
  name: string;
  mode: number;
  /** Whole seconds. */
  mtime: number;
} & (
  | { kind: "directory" }
  | { kind: "symlink"; target: string }
  | { kind: "file"; size: number; read: () => AsyncIterable<Buffer> }
);

type Archived = Pick<Extraction, "root" | "tree" | "contents">;

/** The extracted directory's entries, sorted, with names below `folder` if one is given. */
export function* codeEntries({ root, tree, contents }: Archived, folder = ""): Generator<ArchiveEntry> {
  if (folder !== "") {
    yield { kind: "directory", name: folder, mode: root.mode, mtime: Math.floor(root.mtime) };
  }
  for (const [path, node] of tree) {
    const text = displayPath(path).text;
    const name = folder === "" ? text : `${folder}/${text}`;
    const common = { name, mode: node.mode, mtime: Math.floor(node.mtime) };
    if (node.kind === "directory") yield { ...common, kind: "directory" };
    if (node.kind === "symlink") {
      yield { ...common, kind: "symlink", target: displayPath(node.target).text };
    }
    if (node.kind === "file") {
      const { content } = node;
      yield { ...common, kind: "file", size: content.size, read: () => contents.read(content) };
    }
  }
}

/** A file with the text as its content. */
export function textEntry(name: string, text: string, mtime: number): ArchiveEntry {
  const bytes = Buffer.from(text);
  return {
    kind: "file",
    name,
    mode: 0o644,
    mtime: Math.floor(mtime),
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await
    read: async function* () {
      yield bytes;
    },
  };
}
