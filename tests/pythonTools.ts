import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { toolCacheDir } from "../local/toolchain/paths";
import { run } from "../local/toolchain/run";

/** A program from PyPI. */
export interface PythonTool {
  /** The package and its exact version: `oci-cli==3.95.1`. */
  package: string;
  /** Further packages that it wants for this program. */
  with?: string[];
  executable: string;
}

/** Whether programs from PyPI can be installed here. */
export const hasPython = spawnSync("python3", ["-m", "venv", "--help"]).status === 0;

/** Installs the program into the user's cache folder, once, and returns its path. */
export async function ensurePythonTool(tool: PythonTool): Promise<string> {
  const folder = path.join(toolCacheDir, tool.package.replace("==", "-"));
  const finished = path.join(folder, "installed");
  if (!existsSync(finished)) {
    await run("python3", ["-m", "venv", "--clear", folder]);
    await run(path.join(folder, "bin", "pip"), ["install", "--quiet", tool.package, ...(tool.with ?? [])]);
    writeFileSync(finished, "");
  }
  return path.join(folder, "bin", tool.executable);
}
