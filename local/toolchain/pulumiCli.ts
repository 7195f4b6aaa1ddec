import { accessSync, constants } from "node:fs";
import path from "node:path";
import semver from "semver";
import { Failure } from "./failure";
import { ensureGoTool, goToolPath, goTools } from "./goTools";
import { pulumiDownloadsReachable } from "./official";
import { toolCacheDir } from "./paths";
import { run } from "./run";

export interface PulumiCli {
  /** Folder of the CLI, and of its language hosts where they come with it. */
  folder: string;
  /** The Node language host, where it was built by itself. */
  languageHost?: string;
  version: string;
  source: "on PATH" | "downloaded" | "built from Go modules";
}

/** The oldest CLI that runs the SDK versions in package.json. */
const oldestVersion = "3.200.0";
const pinnedVersion = "3.253.0";
const downloadRoot = path.join(toolCacheDir, `pulumi-${pinnedVersion}`);

/**
 * The Pulumi CLI: the user's own if there is one, else the official download, else built from the Go modules registry.
 * @param onProgress called with a short text while something long goes on
 */
export async function ensurePulumiCli(onProgress: (text: string) => void): Promise<PulumiCli> {
  const installed = await installedPulumiCli();
  if (installed) return installed;
  if (await pulumiDownloadsReachable()) {
    onProgress(`downloading Pulumi ${pinnedVersion}`);
    const { PulumiCommand } = await import("@pulumi/pulumi/automation");
    await PulumiCommand.install({ version: new semver.SemVer(pinnedVersion), root: downloadRoot });
    return downloaded();
  }
  const progress = { pulumi: "", languageNodejs: "" };
  const report = (tool: keyof typeof progress) => (text: string) => {
    progress[tool] = text;
    onProgress(
      `CLI: ${progress.pulumi || "waiting"}; Node language host: ${progress.languageNodejs || "done"}`,
    );
  };
  await Promise.all([
    ensureGoTool(goTools.pulumi, report("pulumi")),
    ensureGoTool(goTools.languageNodejs, report("languageNodejs")),
  ]);
  return built();
}

/** The CLI that `ensurePulumiCli` would use without fetching or building anything; undefined when there is none yet. */
export async function installedPulumiCli(): Promise<PulumiCli | undefined> {
  const folder = findOnPath("pulumi");
  if (folder !== undefined && folder !== path.dirname(goToolPath(goTools.pulumi))) {
    const version = (await run(path.join(folder, "pulumi"), ["version"])).trim().replace(/^v/, "");
    if (semver.lt(version, oldestVersion)) {
      throw new Failure(
        `The Pulumi CLI in ${folder} is ${version}, older than ${oldestVersion}: upgrade it (https://www.pulumi.com/docs/install/) or take it off PATH.`,
      );
    }
    return { folder, version, source: "on PATH" };
  }
  if (isExecutable(path.join(downloadRoot, "bin", "pulumi"))) return downloaded();
  const isBuilt = [goTools.pulumi, goTools.languageNodejs].every((tool) => isExecutable(goToolPath(tool)));
  return isBuilt ? built() : undefined;
}

/** The folder of PATH that holds an executable of this name. */
export function findOnPath(executable: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(path.delimiter)
    .find((folder) => folder !== "" && isExecutable(path.join(folder, executable)));
}

function downloaded(): PulumiCli {
  return { folder: path.join(downloadRoot, "bin"), version: pinnedVersion, source: "downloaded" };
}

function built(): PulumiCli {
  return {
    folder: path.dirname(goToolPath(goTools.pulumi)),
    languageHost: goToolPath(goTools.languageNodejs),
    version: pinnedVersion,
    source: "built from Go modules",
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
