import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { parse } from "yaml";

import { registryPaths, removeRepositoryContent, writeConfig } from "./storage";

describe("the registry's files", () => {
  let stateDir: string;

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "storage-"));
  });

  afterEach(() => rmSync(stateDir, { recursive: true }));

  test("the socket's path is short enough for a socket however long the state directory's is", () => {
    expect(dirname(registryPaths(stateDir).socket)).toBe(join(stateDir, "registry"));
    const long = join(stateDir, "d".repeat(100));
    const { socket } = registryPaths(long);
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(103);
    expect(registryPaths(long).socket).toBe(socket);
    const other = registryPaths(join(stateDir, "e".repeat(100))).socket;
    expect(other).not.toBe(socket);
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    chmodSync(dirname(socket), 0o755);
    expect(() => registryPaths(long)).toThrow(/open to other users/);
    for (const path of [socket, other]) rmSync(dirname(path), { recursive: true });
  });

  test("the configuration is for its owner only, and listens on the socket only", () => {
    const paths = registryPaths(stateDir);
    writeConfig(paths);
    expect(statSync(paths.config).mode & 0o777).toBe(0o600);
    expect(parse(readFileSync(paths.config, "utf8"))).toMatchObject({
      http: { net: "unix", addr: paths.socket, relativeurls: true },
      storage: { delete: { enabled: true } },
    });
  });

  test("removing a repository leaves its neighbours, those below it too, and no empty directory", () => {
    const paths = registryPaths(stateDir);
    const root = join(paths.content, "docker", "registry", "v2", "repositories");
    const put = (repository: string): void => {
      const directory = join(root, repository, "_manifests", "tags", "1.0.0");
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, "link"), "");
    };
    for (const repository of ["space/a", "space/a/b", "space/c/d/e"]) put(repository);
    removeRepositoryContent(paths, "space/a");
    removeRepositoryContent(paths, "space/c/d/e");
    removeRepositoryContent(paths, "space/never/was");
    expect(existsSync(join(root, "space/a/_manifests"))).toBe(false);
    expect(existsSync(join(root, "space/a/b/_manifests"))).toBe(true);
    expect(existsSync(join(root, "space/c"))).toBe(false);
    expect(existsSync(root)).toBe(true);
  });
});
