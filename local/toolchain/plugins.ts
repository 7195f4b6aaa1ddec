import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { endedWithEngine } from "./endedWithEngine";
import { pulumiDownloadsReachable } from "./official";
import { bundle, projectRoot, stateDir } from "./paths";
import { findOnPath, type PulumiCli } from "./pulumiCli";
import { run } from "./run";

export interface Plugin {
  name: string;
  version: string;
  source: "official" | "stand-in";
}

const pluginNames = ["oci", "docker", "command"] as const;

/** The stand-ins' executables; on PATH always, empty where the official plugins are used. */
export const standInFolder = path.join(stateDir, "plugins");

/**
 * Makes each resource plugin available: the official one if it is installed or can be, else our stand-in.
 * PATH wins over installed plugins, so a stand-in's executable exists only while there is no official one.
 */
export async function ensurePlugins(cli: PulumiCli, onProgress: (text: string) => void): Promise<Plugin[]> {
  const plugins = pluginNames.map((name) => ({ name, version: sdkVersion(name) }));
  const missing = plugins.filter((plugin) => !isOfficialInstalled(plugin.name, plugin.version));
  if (missing.length > 0 && (await pulumiDownloadsReachable())) {
    for (const { name, version } of missing) {
      onProgress(`installing the ${name} plugin ${version}`);
      const pulumi = path.join(cli.folder, "pulumi");
      await run(pulumi, ["plugin", "install", "resource", name, version]);
    }
  }
  writeLanguageHost(cli);
  writeDynamicProvider(cli);
  return plugins.map(({ name, version }) => {
    const official = isOfficialInstalled(name, version);
    if (official) rmSync(standIn(name), { force: true });
    else writeStandIn(name);
    return { name, version, source: official ? "official" : "stand-in" };
  });
}

function isOfficialInstalled(name: string, version: string): boolean {
  const pulumiHome = process.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi");
  if (existsSync(path.join(pulumiHome, "plugins", `resource-${name}-v${version}`))) return true;
  return isOfficialOnPath(`pulumi-resource-${name}`);
}

function isOfficialOnPath(executable: string): boolean {
  const folder = findOnPath(executable);
  return folder !== undefined && !isStandIn(path.join(folder, executable));
}

function standIn(name: string): string {
  return path.join(standInFolder, `pulumi-resource-${name}`);
}

const standInMark = "# stand-in of fotogal-motando";

/**
 * The Node language host that can be built is older than the engine and does not hear Pulumi.yaml's runtime options: engines
 * of its age gave them as flags, so this script does. Nor does it start policy packs: where the engine's command line or
 * PULUMI_OPTION_POLICY_PACK speaks of policy, plugins/languageHost stands before it; otherwise it is not worth its start.
 * Official hosts come with their engine and need none of this.
 */
function writeLanguageHost(cli: PulumiCli): void {
  const script = path.join(standInFolder, "pulumi-language-nodejs");
  if (cli.languageHost === undefined) {
    rmSync(script, { force: true });
    return;
  }
  const { runtime } = parse(readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8")) as ProjectFile;
  const nodeArguments = runtime.options.nodeargs.replaceAll("./", `${projectRoot}/`);
  const flags = `-typescript=${String(runtime.options.typescript)} "-nodeargs=${nodeArguments}"`;
  const host = `"${cli.languageHost}" ${flags} "$@"`;
  const front = `"${process.execPath}" "${bundle("pulumi-language-nodejs")}"`;
  // No other program is started for it: this script stands in the way of every preview.
  writeScript(
    script,
    [
      'if [ -r "/proc/$PPID/cmdline" ]; then',
      "  # NUL stands between the arguments; the shell's read leaves it out.",
      '  while IFS= read -r line || [ -n "$line" ]; do engine="$engine $line"; done <"/proc/$PPID/cmdline"',
      'else engine=$(ps -ww -o args= -p "$PPID"); fi',
      `case "\${PULUMI_OPTION_POLICY_PACK:+policy} $engine" in *policy*) set -- ${front} ${host} ;; *) set -- ${host} ;; esac`,
      endedWithEngine('"$@"'),
    ].join("\n"),
  );
}

/** What runs the program's dynamic providers: part of official installations, else the SDK's own by a script. */
function writeDynamicProvider(cli: PulumiCli): void {
  const name = "pulumi-nodejs";
  if (
    existsSync(path.join(cli.folder, `pulumi-resource-${name}`)) ||
    isOfficialOnPath(`pulumi-resource-${name}`)
  ) {
    rmSync(standIn(name), { force: true });
    return;
  }
  const host = path.join(projectRoot, "node_modules", "@pulumi", "pulumi", "cmd", "dynamic-provider");
  writeScript(standIn(name), endedWithEngine(`"${process.execPath}" "${host}" "$@"`));
}

interface ProjectFile {
  runtime: { options: { typescript: boolean; nodeargs: string } };
}

/** Another checkout's stand-in may be on PATH through its `cloud env`: that is no official plugin either. */
function isStandIn(file: string): boolean {
  return readFileSync(file).subarray(0, 200).includes(standInMark);
}

function writeStandIn(name: string): void {
  writeScript(standIn(name), `exec "${process.execPath}" "${bundle(`pulumi-resource-${name}`)}" "$@"`);
}

function writeScript(file: string, command: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${standInMark}\n${command}\n`, { mode: 0o755 });
}

/** The plugin's version is the SDK's: the engine asks for exactly that. */
function sdkVersion(name: string): string {
  const require = createRequire(path.join(projectRoot, "package.json"));
  return (require(`@pulumi/${name}/package.json`) as { version: string }).version.replace(/^v/, "");
}
