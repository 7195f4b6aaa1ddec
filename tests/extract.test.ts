import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ExtractOptions } from "../extract/extractSource";
import type { LayerReport } from "../extract/layers";
import { type OpenRegistry, startOpenRegistry } from "../local/registry/openRegistry";
import { ensureGoTool, goTools } from "../local/toolchain/goTools";
import { compareWithDocker, docker } from "./dockerCopies";

/** Images from a real builder in a real registry: the extraction must equal `docker create` + `docker cp`. */

const folder = mkdtempSync(join(tmpdir(), "extract-images-"));
const images: string[] = [];
let registry: OpenRegistry;

jest.setTimeout(120_000);

beforeAll(async () => {
  registry = await startOpenRegistry(
    await ensureGoTool(goTools.registry, () => undefined),
    join(folder, "registry"),
  );
  makeRootfs(join(folder, "rootfs"));
  execFileSync("tar", ["-C", join(folder, "rootfs"), "-cf", join(folder, "rootfs.tar"), "."]);
});

afterAll(async () => {
  await registry.stop();
  for (const image of images) docker("image", "rm", "--force", image);
  rmSync(folder, { recursive: true, force: true });
});

test("an image shaped as the Fn tools make them, without its large layers", async () => {
  const context = newContext("fn");
  mkdirSync(join(context, "function"));
  const files: [string, number][] = [
    ["Dockerfile456953957", 0o604],
    ["func.py", 0o640],
    ["func.yaml", 0o644],
    ["run.sh", 0o755],
  ];
  for (const [name, mode] of files) {
    writeFileSync(join(context, "function", name), `content of ${name}\n`);
    chmodSync(join(context, "function", name), mode);
  }
  writeFileSync(join(context, "dependency"), randomBytes(3_000_000));
  const image = buildAndPush("fn", [
    "ADD rootfs.tar /",
    "WORKDIR /function",
    "COPY dependency /python/dependency",
    "COPY function /function/",
    "RUN chmod -R o+r /function",
    'ENTRYPOINT ["/python/bin/fdk", "/function/func.py", "handler"]',
  ]);
  const layers = await compare(image);
  expect(layers.map(({ read }) => read)).toEqual([false, true, false, true, true]);
});

test("what later layers delete, replace, link and fill again", async () => {
  const context = newContext("changes");
  for (const path of ["a/deep/one", "a/two", "b/three", "c"]) {
    mkdirSync(dirname(join(context, "function", path)), { recursive: true });
    writeFileSync(join(context, "function", path), path);
  }
  linkSync(join(context, "function/c"), join(context, "function/c-hard"));
  symlinkSync("a/two", join(context, "function/soft"));
  const image = buildAndPush("changes", [
    "ADD rootfs.tar /",
    "COPY function /function",
    "RUN rm -r /function/a && mkdir /function/a && echo new > /function/a/new",
    "RUN rm /function/b/three && ln /function/c /function/b/hard && ln -s ../c /function/b/soft",
    "RUN echo more >> /function/c && chmod 4711 /function/c",
    "RUN rm -r /function/b/soft && mkdir -m 1777 /function/b/soft && touch '/function/b/soft/name with  spaces é'",
    "RUN ln /bin/sh /function/shell && ln -s /function/a /function/absolute",
    "RUN rm /function/absolute",
  ]);
  await compare(image);
});

test("a directory behind a symlink, and one that is deleted and made again", async () => {
  newContext("moved");
  const image = buildAndPush("moved", [
    "ADD rootfs.tar /",
    "RUN mkdir -p /function/old /srv/app && echo 1 > /function/old/file && echo 2 > /srv/app/file",
    "RUN rm -r /function && mkdir /function && echo 3 > /function/new",
    "RUN ln -s app /srv/link",
  ]);
  await compare(image);
  await compare(image, { path: "/srv/link" }, "/srv/app");
});

test("every layer read gives the same", async () => {
  for (const image of [...images]) await compare(image, { exhaustive: true });
});

function newContext(name: string): string {
  const context = join(folder, name);
  mkdirSync(context);
  copyFileSync(join(folder, "rootfs.tar"), join(context, "rootfs.tar"));
  return context;
}

function buildAndPush(name: string, steps: string[]): string {
  const image = `${registry.host}/tests/${name}:1.0.0`;
  writeFileSync(join(folder, name, "Dockerfile"), ["FROM scratch", ...steps, ""].join("\n"));
  docker("build", "--quiet", "--tag", image, join(folder, name));
  images.push(image);
  docker("push", "--quiet", image);
  return image;
}

function compare(image: string, options: ExtractOptions = {}, path?: string): Promise<LayerReport[]> {
  return compareWithDocker(image, folder, options, path);
}

/** Enough of this system for RUN steps, since no public base image may be there. */
function makeRootfs(root: string): void {
  const places = execFileSync("which", ["sh", "chmod", "ln", "mkdir", "rm", "touch"], { encoding: "utf8" });
  for (const program of places.trim().split("\n")) {
    const libraries = execFileSync("ldd", [program], { encoding: "utf8" }).match(/\/\S+/g) ?? [];
    for (const file of libraries) copyInto(root, file);
    copyInto(root, program.replace(/^\/usr\/bin\//, "/bin/"), program);
  }
}

function copyInto(root: string, path: string, source = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  copyFileSync(source, join(root, path));
}
