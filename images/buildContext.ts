import { createHash, type Hash } from "node:crypto";
import { createReadStream, type Dirent } from "node:fs";
import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";

import dockerignore, { type Ignore } from "@balena/dockerignore";

/** A context entry; directories are there only because something below them is. */
export interface ContextEntry {
  /** Relative to the context, with forward slashes. */
  path: string;
  type: "file" | "directory" | "symlink";
}

/** The build cannot start: context, Dockerfile or ignore file are missing or unreadable; the message says which. */
export class BuildContextError extends Error {
  override name = "BuildContextError";
}

/**
 * Digest (64 hexadecimal digits) of what a build reads: the Dockerfile's content and each file of the context that
 * the ignore file lets through, with path, permissions and content. Times and owners don't count; of a symbolic link
 * only its text counts, so that the digest is the same in every checkout.
 * @param context directory, relative to the working directory or absolute
 * @param dockerfile likewise; inside the context or not
 * @param permissions all of them, or as git keeps them: whether the owner may execute the file. A user's umask decides about the others
 * @throws BuildContextError
 */
export async function contextDigest(
  context: string,
  dockerfile: string,
  permissions: "all" | "executable" = "all",
): Promise<string> {
  const counted = permissions === "all" ? 0o7777 : 0o100;
  const { entries } = await readContext(context, dockerfile);
  const digest = createHash("sha256");
  await readable(dockerfile, async () => add(digest, ["dockerfile", await fileDigest(dockerfile)]));
  for (const entry of entries) {
    if (entry.type === "directory") continue;
    const file = path.join(context, entry.path);
    await readable(file, async () => {
      if (entry.type === "symlink") {
        add(digest, [entry.path, "symlink", await readlink(file)]);
      } else {
        const { mode } = await lstat(file);
        add(digest, [entry.path, (mode & counted).toString(8), await fileDigest(file)]);
      }
    });
  }
  return digest.digest("hex");
}

/** The Dockerfile's path relative to the context, with forward slashes; begins with `../` when it lies outside. */
export function dockerfileInContext(context: string, dockerfile: string): string {
  const relative = path.relative(context, dockerfile);
  // On Windows another drive has no relative path.
  return path.isAbsolute(relative) ? `../${slashes(relative)}` : slashes(relative);
}

/**
 * What of a context the ignore file lets through, in a fixed order, and its rule for other paths.
 * @param wanted paths that are taken even where they are ignored
 * @throws BuildContextError
 */
export async function readContext(
  context: string,
  dockerfile: string,
  wanted: string[] = [],
): Promise<{ entries: ContextEntry[]; ignores: (path: string) => boolean }> {
  const ignore = await ignoreRules(context, dockerfile);
  const root = await readable(context, () => stat(context));
  if (!root.isDirectory())
    throw new BuildContextError(`Build context "${context}" is not a directory; name one.`);
  const below = async (directory: string): Promise<ContextEntry[]> => {
    const full = path.join(context, directory);
    const children = await readable(full, () => readdir(full, { withFileTypes: true }));
    const found: ContextEntry[] = [];
    // Order by code unit, the same in every locale.
    for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const childPath = directory === "" ? child.name : `${directory}/${child.name}`;
      const type = entryType(child);
      if (type === undefined) continue;
      const kept = wanted.includes(childPath) || !ignore.rules.ignores(childPath);
      if (type === "directory") {
        const reachable =
          kept || ignore.exceptions || wanted.some((file) => file.startsWith(`${childPath}/`));
        const contents = reachable ? await below(childPath) : [];
        if (kept || contents.length > 0) found.push({ path: childPath, type }, ...contents);
      } else if (kept) {
        found.push({ path: childPath, type });
      }
    }
    return found;
  };
  return { entries: await below(""), ignores: (file) => ignore.rules.ignores(file) };
}

/** Sockets, pipes and devices are no part of a context. */
function entryType(entry: Dirent): ContextEntry["type"] | undefined {
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "symlink";
  return entry.isFile() ? "file" : undefined;
}

interface IgnoreRules {
  rules: Ignore;
  /** A pattern with `!` may bring back a file of an ignored directory. */
  exceptions: boolean;
}

/** As Docker does: `<Dockerfile>.dockerignore` if there is one, else the context's `.dockerignore`. */
async function ignoreRules(context: string, dockerfile: string): Promise<IgnoreRules> {
  for (const file of [`${dockerfile}.dockerignore`, path.join(context, ".dockerignore")]) {
    const text = await readable(file, () =>
      readFile(file, "utf8").catch((error: unknown) => {
        if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
        throw error;
      }),
    );
    if (text === undefined) continue;
    const rules = dockerignore({ ignorecase: false }).add(text.replace(/^\uFEFF/, ""));
    return { rules, exceptions: /^\s*!/m.test(text) };
  }
  return { rules: dockerignore(), exceptions: false };
}

/** What `read` answers, or why `file` cannot be read. */
export async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BuildContextError) throw error;
    const code = errorCode(error);
    const problem =
      code === "ENOENT" ? "does not exist" : `cannot be read (${code ?? (error as Error).message})`;
    throw new BuildContextError(
      `"${file}", which the image build needs, ${problem}; correct the build's context or dockerfile, paths from the directory of Pulumi.yaml.`,
    );
  }
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

async function fileDigest(file: string): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer);
  return digest.digest("hex");
}

function add(digest: Hash, fields: string[]) {
  digest.update(`${JSON.stringify(fields)}\n`);
}

/** A path with forward slashes, whatever this system's are. */
export function slashes(file: string): string {
  return file.split(path.sep).join("/");
}
