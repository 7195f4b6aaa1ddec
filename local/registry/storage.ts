import { createHash, randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";

import { stringify } from "yaml";

/** Where the registry keeps its things; every path is absolute. */
export interface RegistryPaths {
  directory: string;
  config: string;
  content: string;
  log: string;
  pid: string;
  socket: string;
}

/** Longest path of a unix socket that Linux (108 bytes with the closing zero) and macOS (104) both take. */
const longestSocketPath = 103;

/** The registry's paths under `stateDirectory`/registry; makes the directories. */
export function registryPaths(stateDirectory: string): RegistryPaths {
  const directory = resolve(stateDirectory, "registry");
  const content = join(directory, "content");
  mkdirSync(content, { recursive: true, mode: 0o700 });
  const paths = { config: "config.yml", log: "registry.log", pid: "registry.pid" };
  return {
    directory,
    content,
    config: join(directory, paths.config),
    log: join(directory, paths.log),
    pid: join(directory, paths.pid),
    socket: socketPath(directory),
  };
}

/** The socket lies beside the rest, or, where that path is too long for a socket, in a private directory of the system's temporary one. */
function socketPath(directory: string): string {
  const beside = join(directory, "registry.sock");
  if (Buffer.byteLength(beside) <= longestSocketPath) return beside;
  const short = join(tmpdir(), `registry-${userInfo().uid}-${shortHash(directory)}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const found = lstatSync(short);
  if (!found.isDirectory() || found.uid !== userInfo().uid || (found.mode & 0o077) !== 0) {
    throw new Error(`${short} is open to other users, so the registry's socket cannot lie there: remove it.`);
  }
  return join(short, "registry.sock");
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Writes the configuration of the registry program (distribution 3). */
export function writeConfig(paths: RegistryPaths): void {
  const config = {
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: paths.content }, delete: { enabled: true } },
    http: {
      net: "unix",
      addr: paths.socket,
      // Clients reach it through the front, under another host.
      relativeurls: true,
      secret: randomBytes(32).toString("hex"),
    },
  };
  writeFileSync(paths.config, stringify(config), { mode: 0o600 });
}

/**
 * Removes everything the registry knows of a repository. Blobs that no other repository names stay on disk, out of
 * reach, until `registry garbage-collect`.
 */
export function removeRepositoryContent(paths: RegistryPaths, repository: string): void {
  const root = join(paths.content, "docker", "registry", "v2", "repositories");
  const directory = join(root, ...repository.split("/"));
  // Other repositories may lie below this one (`a` and `a/b`), so only its own parts go.
  for (const part of ["_manifests", "_layers", "_uploads"]) {
    rmSync(join(directory, part), { recursive: true, force: true });
  }
  for (let empty = directory; empty.startsWith(join(root, "/")); empty = dirname(empty)) {
    try {
      if (readdirSync(empty).length > 0) return;
      rmdirSync(empty);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}
