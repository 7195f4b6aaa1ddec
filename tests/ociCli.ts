import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { toolCacheDir } from "../local/toolchain/paths";
import { run } from "../local/toolchain/run";

const version = "3.95.1";

/** Whether the official command line can be installed here: it is a Python package. */
export const hasPython = spawnSync("python3", ["-m", "venv", "--help"]).status === 0;

/** Installs the official `oci` command line from PyPI into the user's cache folder, once, and returns its path. */
export async function ensureOciCli(): Promise<string> {
  const folder = path.join(toolCacheDir, `oci-cli-${version}`);
  const finished = path.join(folder, "installed");
  if (!existsSync(finished)) {
    await run("python3", ["-m", "venv", "--clear", folder]);
    await run(path.join(folder, "bin", "pip"), ["install", "--quiet", `oci-cli==${version}`]);
    writeFileSync(finished, "");
  }
  return path.join(folder, "bin", "oci");
}
