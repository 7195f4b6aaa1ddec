import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

/** The state of a folder's source. */
export interface SourceRevision {
  /** The commit's hash; with `-dirty` behind it where files that count have changed since. */
  revision: string;
  /** When it was committed, in seconds since 1970. */
  committed: number;
}

/**
 * The last commit that touched files of a folder that count.
 * @param counts says of a path, relative to the folder, whether it does
 * @returns undefined outside a git repository, without git, and where nothing that counts was committed yet
 */
export async function lastRevision(
  folder: string,
  counts: (path: string) => boolean,
): Promise<SourceRevision | undefined> {
  const [commit, dirty] = await Promise.all([lastCommit(folder, counts), hasChanges(folder, counts)]);
  if (commit === undefined) return undefined;
  return { ...commit, revision: dirty ? `${commit.revision}-dirty` : commit.revision };
}

/** The commit that a folder's checkout is at, with `-dirty` behind it where tracked files have changed; undefined without git. */
export async function checkoutRevision(folder: string): Promise<string | undefined> {
  const args = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
  const described = promisify(execFile)("git", args, { cwd: folder });
  return described.then(
    ({ stdout }) => stdout.trim() || undefined,
    () => undefined,
  );
}

/** Reads the history until the first commit that counts; a lone `git log FOLDER` would stop at files that are ignored. */
async function lastCommit(
  folder: string,
  counts: (path: string) => boolean,
): Promise<SourceRevision | undefined> {
  const format = "--format=commit %H %ct";
  // With -c core.quotePath=false only a path with quotes, backslashes or control characters is quoted; such a one counts.
  const args = [
    "-c",
    "core.quotePath=false",
    "log",
    format,
    "--name-only",
    "--no-renames",
    "--relative",
    "--",
    ".",
  ];
  const git = spawn("git", args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  const failed = new Promise<void>((resolve) => git.on("error", () => resolve()));
  const found = (async () => {
    let commit: SourceRevision | undefined;
    for await (const line of createInterface({ input: git.stdout })) {
      const [, revision, committed] = /^commit ([0-9a-f]{40,64}) (\d+)$/.exec(line) ?? [];
      if (revision !== undefined) commit = { revision, committed: Number(committed) };
      else if (line !== "" && (line.startsWith('"') || counts(line))) return commit;
    }
    return undefined;
  })();
  const commit = await Promise.race([found, failed.then(() => undefined)]);
  git.kill();
  return commit;
}

/** False where git cannot tell. */
async function hasChanges(folder: string, counts: (path: string) => boolean): Promise<boolean> {
  const git = (...args: string[]) =>
    promisify(execFile)("git", args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  const status = ["status", "--porcelain", "--untracked-files=all", "--no-renames", "-z", "--", "."];
  try {
    const [prefix, changes] = await Promise.all([git("rev-parse", "--show-prefix"), git(...status)]);
    // Two letters and a blank; then the path, from the repository's root.
    const start = 3 + prefix.stdout.trimEnd().length;
    return changes.stdout.split("\0").some((entry) => entry !== "" && counts(entry.slice(start)));
  } catch {
    return false;
  }
}
