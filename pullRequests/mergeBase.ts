import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { connectEngine } from "../local/docker/engine";
import { freePort } from "../local/freePort";
import { PreviewError } from "./errors";
import type { Place, Programs } from "./programs";

/** What would lead a local cloud of one's own to another one, or to a real one. */
const foreignVariables =
  /^(PULUMI_(?!HOME$)|AWS_|OCI_|OCIR_|TF_VAR_|CLIENT_HOST_OVERRIDES|LOCAL_|NODE_IMAGE|NODE_RUNTIME_IMAGE)/;

const launcher = path.join("local", "toolchain", "launch.mjs");

export interface Heads {
  /** Full commit IDs. */
  base: string;
  head: string;
}

/**
 * The last commit that HEAD shares with a branch, tag or commit, and HEAD itself.
 * @throws PreviewError where git knows none
 */
export async function findMergeBase(ref: string, place: Place, programs: Programs): Promise<Heads> {
  const git = async (args: string[], otherwise: string): Promise<string> => {
    const { code, lastLines } = await programs.run("git", args, place);
    if (code !== 0) throw new PreviewError(otherwise);
    return lastLines.trim();
  };
  const head = await git(
    ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"],
    `${place.folder} is no git checkout with a commit; --base compares commits.`,
  );
  const there = await git(
    ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`],
    `--base "${ref}" is no branch, tag or commit of this checkout; fetch it first.`,
  );
  const base = await git(
    ["merge-base", there, head],
    `HEAD and --base "${ref}" have no commit in common here; in a shallow clone run \`git fetch --unshallow\`.`,
  );
  return { base, head };
}

/**
 * Brings the base up on a local cloud of its own, which knows no secret, and gives the head's checkout with that cloud. Nothing of it stays,
 * whatever happens.
 * @param onStep told what begins, as a short text
 */
export async function onCloudOfBase<T>(
  { base, head }: Heads,
  checkout: Place,
  programs: Programs,
  onStep: (text: string) => void,
  use: (headPlace: Place) => Promise<T>,
): Promise<T> {
  // Short: in it is a unix socket, whose path may have no more than 107 characters.
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "base-"));
  const port = await freePort();
  const inherited = Object.entries(checkout.environment).filter(([name]) => !foreignVariables.test(name));
  const environment = {
    ...Object.fromEntries(inherited),
    LOCAL_STATE_DIR: path.join(folder, "state"),
    LOCAL_CLOUD_PORT: String(port),
    NO_COLOR: "1",
  };
  const place = (name: string): Place => ({ folder: path.join(folder, name), environment });
  const start = async (name: string, args: string[], problem: string): Promise<void> => {
    const { code, lastLines } = await programs.run(
      process.execPath,
      [launcher, "start", ...args],
      place(name),
    );
    if (code !== 0) throw new PreviewError(`${problem}:\n${lastLines}`);
  };
  try {
    for (const [name, commit] of Object.entries({ base, head }))
      await addWorktree(place(name), commit, checkout, programs);
    onStep(`Bringing up ${base.slice(0, 7)} on a local cloud…`);
    await start("base", [], `The commit that it is compared with, ${base.slice(0, 7)}, cannot be brought up`);
    onStep(`Previewing ${head.slice(0, 7)}…`);
    // The head may bring plugins, base images or keys of its own.
    await start("head", ["--prepare"], `${head.slice(0, 7)} cannot be set up`);
    return await use(place("head"));
  } finally {
    onStep("Cleaning up…");
    if (existsSync(place("base").folder)) {
      await programs.runToEnd(process.execPath, [launcher, "cloud", "stop"], place("base"));
    }
    for (const name of ["base", "head"]) {
      await programs.runToEnd("git", ["worktree", "remove", "--force", place(name).folder], checkout);
    }
    rmSync(folder, { recursive: true, force: true });
    await programs.runToEnd("git", ["worktree", "prune"], checkout);
    // One that a container uses stays; the comment is worth more.
    const prefix = `127.0.0.1:${port}/`;
    await removeImages(prefix).catch((error: unknown) =>
      onStep(`Images ${prefix}… are left in the engine: ${(error as Error).message}`),
    );
  }
}

async function addWorktree(place: Place, commit: string, checkout: Place, programs: Programs): Promise<void> {
  const { code, lastLines } = await programs.run(
    "git",
    ["worktree", "add", "--detach", "--quiet", place.folder, commit],
    checkout,
  );
  if (code !== 0) throw new PreviewError(`git cannot check ${commit} out:\n${lastLines}`);
  const modules = path.join(checkout.folder, "node_modules");
  // With another lockfile `npm ci` would empty the folder behind the link.
  if (isInstalledIn(modules, place.folder))
    symlinkSync(realpathSync(modules), path.join(place.folder, "node_modules"));
}

/** Whether node_modules holds exactly the packages of that folder's lockfile. */
function isInstalledIn(modules: string, folder: string): boolean {
  const [record, lock] = [path.join(modules, ".installed-lock"), path.join(folder, "package-lock.json")];
  if (!existsSync(record) || !existsSync(lock)) return false;
  return readFileSync(record, "utf8") === createHash("sha256").update(readFileSync(lock)).digest("hex");
}

/** Removes the names that this cloud's images have in the engine, and what only they named. */
async function removeImages(prefix: string): Promise<void> {
  // Without an engine nothing was built.
  const engine = await connectEngine().catch(() => undefined);
  const names = (await engine?.listImages())?.flatMap(({ RepoTags }) => RepoTags ?? []) ?? [];
  for (const name of names.filter((tag) => tag.startsWith(prefix))) await engine?.getImage(name).remove();
}
