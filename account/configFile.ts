import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** One profile of an OCI configuration file; values of the DEFAULT profile fill its gaps. */
export interface ConfigProfile {
  /** The file, whether it exists or not. */
  path: string;
  /** The profile's name. */
  name: string;
  /** Undefined when the file or the profile is missing or unreadable; `problem` then says why. */
  values?: ReadonlyMap<string, string>;
  problem?: string;
}

/** A path as the official tools read it: `~/` is the home directory. */
export function expandHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

/**
 * The profile that the official tools would use: file from OCI_CONFIG_FILE, OCI_CLI_CONFIG_FILE or `~/.oci/config`, profile from
 * the argument, TF_VAR_config_file_profile, OCI_CLI_PROFILE or `DEFAULT`.
 */
export function findConfigProfile(
  profileName: string | undefined,
  environment: NodeJS.ProcessEnv,
): ConfigProfile {
  const path = expandHome(environment.OCI_CONFIG_FILE || environment.OCI_CLI_CONFIG_FILE || "~/.oci/config");
  const name =
    profileName || environment.TF_VAR_config_file_profile || environment.OCI_CLI_PROFILE || "DEFAULT";
  if (!existsSync(path)) return { path, name, problem: "no such file" };
  if (!statSync(path).isFile()) return { path, name, problem: "not a file" };
  // The accumulator, not the reader: the reader prints on standard output when there is no DEFAULT profile.
  const { ConfigAccumulator } =
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require("oci-common/lib/config-file-reader") as typeof import("oci-common/lib/config-file-reader");
  const accumulator = new ConfigAccumulator();
  try {
    readFileSync(path, "utf8")
      .split("\n")
      .forEach((line) => accumulator.accept(line));
  } catch (error) {
    // The SDK's message may repeat the line, which may hold a secret; only its first words say what is wrong.
    const code = (error as NodeJS.ErrnoException).code;
    return { path, name, problem: code ?? "it has a line that is neither [profile] nor name=value" };
  }
  const profiles = accumulator.configurationsByProfile;
  const own = profiles.get(name);
  if (own === undefined) {
    const others = [...profiles.keys()].join(", ") || "none";
    return { path, name, problem: `it has no profile ${name}; it has ${others}` };
  }
  return { path, name, values: new Map([...(profiles.get("DEFAULT") ?? []), ...own]) };
}
