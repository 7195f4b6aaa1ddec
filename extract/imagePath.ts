/**
 * Paths inside an image: parts joined by `/`, no leading slash, `""` for the root. File names are bytes, so these are
 * byte strings: one character (U+0000 to U+00FF) a byte, which keeps names that are not UTF-8 exact and sorts by bytes.
 */
export type ImagePath = string;

/** Whether the text's bytes are UTF-8, and as which text. */
export function displayPath(path: ImagePath): { text: string; exact: boolean } {
  const bytes = Buffer.from(path, "latin1");
  const text = bytes.toString("utf8");
  return { text, exact: Buffer.from(text, "utf8").equals(bytes) };
}

/** The path as messages show it: with its leading slash, and without what would move a terminal's cursor. */
export function shown(path: ImagePath): string {
  const escaped = (character: string): string =>
    `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return `/${displayPath(path).text.replace(/\p{Cc}/gu, escaped)}`;
}

/** The byte string of a text. */
export function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/**
 * Cleans a byte string of `.`, `..`, empty parts and leading slashes.
 * @returns undefined when it would lead out of the image
 */
export function cleanPath(raw: string): ImagePath | undefined {
  const parts: string[] = [];
  for (const part of raw.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

/** Where a link leads as the image's own processes see it: `..` at the root stays there. */
export function resolveLink(link: ImagePath, target: string): ImagePath {
  const parts = target.startsWith("/") ? [] : link.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** Whether `path` is `folder` or below it. */
export function isAtOrBelow(path: ImagePath, folder: ImagePath): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** The path of `name` in `folder`. */
export function joinPath(folder: ImagePath, name: string): ImagePath {
  return folder === "" ? name : `${folder}/${name}`;
}

/** The folder that holds the path; the root's is the root. */
export function parentOf(path: ImagePath): ImagePath {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The last part of the path. */
export function nameOf(path: ImagePath): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path's proper ancestors, the root first. */
export function ancestorsOf(path: ImagePath): ImagePath[] {
  if (path === "") return [];
  const ancestors = [""];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) ancestors.push(path.slice(0, at));
  return ancestors;
}
