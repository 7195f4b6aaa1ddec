import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { extractSource, type ExtractOptions } from "../extract/extractSource";
import { writeDirectory } from "../extract/writeDirectory";

/** Images from a real builder in a real registry: the extraction must equal `docker create` + `docker cp`. */

const registryBinary = process.env.REGISTRY_BINARY ?? join(".local", "toolchain", "bin", "registry");
const folder = mkdtempSync(join(tmpdir(), "extract-images-"));
const images: string[] = [];
let registry: ChildProcess | undefined;
let host = "";

jest.setTimeout(120_000);

beforeAll(async () => {
  if (!existsSync(registryBinary)) {
    throw new Error(`No registry at ${registryBinary}; run npm start, or name one in REGISTRY_BINARY.`);
  }
  host = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, "data") } },
    http: { addr: host },
  };
  writeFileSync(join(folder, "config.yml"), JSON.stringify(config));
  registry = spawn(registryBinary, ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  await ready(`http://${host}/v2/`);
  makeRootfs(join(folder, "rootfs"));
  execFileSync("tar", ["-C", join(folder, "rootfs"), "-cf", join(folder, "rootfs.tar"), "."]);
});

afterAll(() => {
  registry?.kill();
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
  const image = `${host}/tests/${name}:1.0.0`;
  writeFileSync(join(folder, name, "Dockerfile"), ["FROM scratch", ...steps, ""].join("\n"));
  docker("build", "--quiet", "--tag", image, join(folder, name));
  images.push(image);
  docker("push", "--quiet", image);
  return image;
}

async function compare(
  image: string,
  options: ExtractOptions = {},
  path = "/function",
): Promise<{ read: boolean }[]> {
  const expected = mkdtempSync(join(folder, "expected-"));
  const container = docker("create", image, "none").trim();
  docker("cp", `${container}:${path}`, join(expected, "out"));
  docker("rm", container);
  const actual = mkdtempSync(join(folder, "actual-"));
  const extraction = await extractSource(image, options);
  await writeDirectory(extraction, join(actual, "out"));
  await extraction.close();
  expect(listing(join(actual, "out"))).toEqual(listing(join(expected, "out")));
  return extraction.layers;
}

/** Names, kinds, modes, times in seconds and contents of everything below. */
function listing(root: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const path of ["", ...readdirSync(root, { recursive: true, encoding: "utf8" })].sort()) {
    const place = join(root, path);
    const { mode, mtimeMs } = lstatSync(place);
    const kind = mode & 0o170000;
    const content =
      kind === 0o120000
        ? readlinkSync(place)
        : kind === 0o100000
          ? readFileSync(place).toString("base64")
          : "";
    found[path] = { mode: mode.toString(8), time: Math.floor(mtimeMs / 1000), content };
  }
  return found;
}

function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await wait(50);
  }
  throw new Error(`The registry at ${url} does not answer.`);
}
