import { secretLookingFiles } from "./secretFiles";

/** Limits for a source's .tar.gz, in bytes: as text, twice, it goes into every state that Pulumi saves while it works. */
export const DEFAULT_ARCHIVE_BYTES = 4 * 1024 * 1024;
export const MOST_ARCHIVE_BYTES = 64 * 1024 * 1024;

export interface SourceFile {
  /** Relative to the source's path in the image. */
  path: string;
  /** Bytes. */
  size: number;
  /** Hex digits; empty for a file that looks like a secret, since a short one could be guessed by it. */
  sha256: string;
  /** Four octal digits. */
  mode: string;
}

/** What the extractor printed, apart by what may be shown. */
export interface ExtractedSource {
  /** Every file. */
  files: SourceFile[];
  /** Path → content of the text files that look harmless. */
  text: Record<string, string>;
  /** Base64 of a deterministic .tar.gz of all files: holds secrets where `suspects` has one. */
  archive: string;
  /** Paths of the files that look like secrets. */
  suspects: string[];
  /** Path → content of those that are text. */
  secretText: Record<string, string>;
  /** What the extractor noticed. */
  warnings: string[];
}

/** Reads the extractor's JSON document; undefined where the text is none. */
export function readExtractedSource(json: string): ExtractedSource | undefined {
  const document = parse(json);
  if (document === undefined) return undefined;
  const { files, text, archive, warnings } = document;
  const suspects = secretLookingFiles(
    files.map(({ path }) => path),
    text,
  );
  const isSuspect = new Set(suspects);
  const textOf = (secret: boolean) =>
    Object.fromEntries(Object.entries(text).filter(([path]) => isSuspect.has(path) === secret));
  return {
    files: files.map((file) => (isSuspect.has(file.path) ? { ...file, sha256: "" } : file)),
    text: textOf(false),
    archive,
    suspects,
    secretText: textOf(true),
    warnings,
  };
}

function parse(json: string): Pick<ExtractedSource, "files" | "text" | "archive" | "warnings"> | undefined {
  try {
    return JSON.parse(json) as ExtractedSource;
  } catch {
    // The error quotes the text, which may hold secrets.
    return undefined;
  }
}
