import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** The checkout: the nearest folder above this file that holds Pulumi.yaml. */
export const projectRoot = findProjectRoot(__dirname);

/** State of this checkout's local world; git-ignored. LOCAL_STATE_DIR moves it. */
export const stateDir = path.resolve(process.env.LOCAL_STATE_DIR ?? path.join(projectRoot, ".local"));

/** Built tools, shared by all checkouts of this user: building the Pulumi CLI takes minutes. */
export const toolCacheDir = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"),
  "fotogal-motando",
);

/** Port of the local cloud and its registry on 127.0.0.1. */
export const cloudPort = Number(process.env.LOCAL_CLOUD_PORT ?? 12100);

/** A path inside dist/, where the bundles are. */
export function bundle(name: string): string {
  return path.join(projectRoot, "dist", `${name}.js`);
}

function findProjectRoot(from: string): string {
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "Pulumi.yaml"))) return folder;
  }
  throw new Error(`No Pulumi.yaml in ${from} or above it: run the command inside the project.`);
}
