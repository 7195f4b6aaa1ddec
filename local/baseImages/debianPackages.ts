import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../toolchain/failure";
import { run } from "../toolchain/run";

const RELEASE = "bookworm";

/**
 * Downloads Debian 12 packages with the host's apt, its mirrors and its signature checks, into `directory`.
 * apt's lists are kept apart from the host's, so this needs neither root nor an earlier `apt-get update`.
 *
 * @returns package name → path of its .deb file.
 */
export async function downloadDebianPackages(
  names: readonly string[],
  architecture: string,
  directory: string,
): Promise<Map<string, string>> {
  if (!existsSync("/usr/bin/apt-get")) {
    throw new Failure(
      "The public base images cannot be pulled and stand-ins for them need Debian's apt-get, which this machine has not: " +
        "give Docker access to docker.io and gcr.io, or run this on Debian.",
    );
  }
  const options = await privateLists(architecture, directory);
  await run("apt-get", [...options, "update", "-qq"]);
  const host = await hostRelease();
  if (host !== RELEASE) {
    const sources = await targets(options);
    const lines = bookwormSources(sources, host);
    if (lines.length === 0) {
      throw new Failure(
        `The stand-in base images are made of Debian 12 packages, and apt here knows no Debian mirror (release ${host}): ` +
          "give Docker access to docker.io and gcr.io, or run this on Debian.",
      );
    }
    await writeFile(join(directory, "bookworm.list"), lines.join("\n") + "\n");
    options.push(
      "-o",
      `Dir::Etc::SourceList=${join(directory, "bookworm.list")}`,
      "-o",
      "Dir::Etc::SourceParts=-",
    );
    await run("apt-get", [...options, "update", "-qq"]);
  }
  const packages = join(directory, "packages");
  await mkdir(packages);
  await run("apt-get", [...options, "download", "-qq", ...names], { cwd: packages });
  const files = new Map<string, string>();
  for (const file of await readdir(packages))
    files.set(file.slice(0, file.indexOf("_")), join(packages, file));
  return files;
}

/** The host's Debian mirrors, named by its own release, as source lines for Debian 12; other origins are left out. */
export function bookwormSources(sources: readonly string[], hostRelease: string): string[] {
  const lines = sources.flatMap((source) => {
    const [uri = "", release = "", component, origin] = source.split("|");
    if (origin !== "Debian" || component !== "main" || !release.startsWith(hostRelease)) return [];
    return [`deb ${uri} ${release.replace(hostRelease, RELEASE)} main`];
  });
  return [...new Set(lines)];
}

async function privateLists(architecture: string, directory: string): Promise<string[]> {
  const lists = join(directory, "lists");
  const cache = join(directory, "cache");
  await mkdir(join(lists, "partial"), { recursive: true });
  await mkdir(join(cache, "archives", "partial"), { recursive: true });
  const settings = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    "APT::Sandbox::User=",
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${cache}`,
    "Acquire::Languages=none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
  ];
  return settings.flatMap((setting) => ["-o", setting]);
}

async function targets(options: readonly string[]): Promise<string[]> {
  const format = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)";
  const output = await run("apt-get", [
    ...options,
    "indextargets",
    "--format",
    format,
    "Created-By: Packages",
  ]);
  return output.split("\n").filter((line) => line !== "");
}

async function hostRelease(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8");
  return /^VERSION_CODENAME="?([^"\n]+)"?$/m.exec(text)?.[1] ?? "unknown";
}
