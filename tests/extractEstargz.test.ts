import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { sha256 } from "../extract/registry/digest";
import type { ExtractOptions } from "../extract/extractSource";
import type { LayerReport } from "../extract/layers/walkLayers";
import { type OpenRegistry, startOpenRegistry } from "../local/registry/openRegistry";
import { ensureGoTool, goTools } from "../local/toolchain/goTools";
import { compareWithDocker, docker } from "./dockerCopies";

/** Images whose layers the reference library wrote: what their tables of contents show must equal `docker cp`. */

const folder = mkdtempSync(join(tmpdir(), "extract-estargz-"));
const images: string[] = [];
let registry: OpenRegistry;
let estargz: string;

jest.setTimeout(300_000);

beforeAll(async () => {
  const quiet = (): void => undefined;
  estargz = await ensureGoTool(goTools.estargz, quiet);
  registry = await startOpenRegistry(await ensureGoTool(goTools.registry, quiet), join(folder, "registry"));
});

afterAll(async () => {
  for (const image of images) docker("image", "rm", "--force", image);
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("reads a small part of large layers and gets what Docker gets", async () => {
  const image = await push("parts", [functionLayer(), changeLayer()]);
  const layers = await compare(image);
  expect(layers.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("only what its table of contents names"),
    expect.stringContaining("only what its table of contents names"),
  ]);
  const [lower, upper] = layers;
  // Of the lower layer a file of 5 MB is wanted, of the upper one next to nothing.
  expect(lower?.bytesRead).toBeLessThan(6_000_000);
  expect(lower?.size).toBeGreaterThan(14_000_000);
  expect(upper?.bytesRead).toBeLessThan(300_000);
  expect(upper?.size).toBeGreaterThan(4_000_000);
});

test("reads the same where nothing or everything of a layer is wanted, and of whole layers", async () => {
  const image = await push("all", [functionLayer(), changeLayer()]);
  const [lower] = await compare(image, { path: "/python" }, "/python");
  expect(lower?.reason).toContain("only what its table of contents names");
  const exhaustive = await compare(image, { exhaustive: true });
  expect(exhaustive.map(({ size, bytesRead }) => bytesRead - size)).toEqual([0, 0]);
});

test("reads a layer whole when its table of contents is not the one in the manifest", async () => {
  const image = await push("wrong", [functionLayer(), changeLayer()], `sha256:${"0".repeat(64)}`);
  const layers = await compare(image);
  for (const { reason, bytesRead, size } of layers) {
    expect(reason).toContain("its digest is not the one in the manifest");
    expect(bytesRead).toBeGreaterThan(size);
  }
});

function functionLayer(): string {
  const root = newRoot();
  mkdirSync(join(root, "python"));
  writeFileSync(join(root, "python/first"), randomBytes(5_000_000));
  mkdirSync(join(root, "function/folder"), { recursive: true });
  writeFileSync(join(root, "function/func.py"), "import io\n");
  chmodSync(join(root, "function/func.py"), 0o640);
  writeFileSync(join(root, "function/replaced"), "old");
  writeFileSync(join(root, "function/deleted"), "old");
  writeFileSync(join(root, "function/folder/hidden"), "old");
  writeFileSync(join(root, "function/empty"), "");
  // Longer than the chunks of 4 MiB that the library makes.
  writeFileSync(join(root, "function/long"), randomBytes(5_000_000));
  writeFileSync(join(root, "function/zeros"), "");
  truncateSync(join(root, "function/zeros"), 9_000_000);
  linkSync(join(root, "function/func.py"), join(root, "function/hard"));
  symlinkSync("folder/../func.py", join(root, "function/soft"));
  writeFileSync(join(root, "function/naïve name"), "é");
  mkdirSync(join(root, "zzz"));
  writeFileSync(join(root, "zzz/last"), randomBytes(5_000_000));
  return root;
}

function changeLayer(): string {
  const root = newRoot();
  mkdirSync(join(root, "function/folder"), { recursive: true });
  writeFileSync(join(root, "function/.wh.deleted"), "");
  writeFileSync(join(root, "function/folder/.wh..wh..opq"), "");
  writeFileSync(join(root, "function/folder/new"), "new");
  writeFileSync(join(root, "function/replaced"), "new");
  utimesSync(join(root, "function/replaced"), 1_700_000_000, 1_700_000_000);
  chmodSync(join(root, "function/replaced"), 0o4751);
  chmodSync(join(root, "function"), 0o1777);
  mkdirSync(join(root, "python"));
  writeFileSync(join(root, "python/second"), randomBytes(4_500_000));
  return root;
}

function newRoot(): string {
  return mkdtempSync(join(folder, "root-"));
}

/** Makes an image of the folders' layers, lowest first, without a history, so that every layer is read. */
async function push(name: string, roots: string[], tocDigest?: string): Promise<string> {
  const layers = roots.map(layerOf);
  const config = Buffer.from(
    JSON.stringify({
      os: "linux",
      architecture: "amd64",
      config: {},
      rootfs: { type: "layers", diff_ids: layers.map(({ bytes }) => sha256(gunzipSync(bytes))) },
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor(config, "application/vnd.oci.image.config.v1+json"),
    layers: layers.map((layer) => ({
      ...descriptor(layer.bytes, "application/vnd.oci.image.layer.v1.tar+gzip"),
      annotations: { "containerd.io/snapshot/stargz/toc.digest": tocDigest ?? layer.tocDigest },
    })),
  };
  const repository = `http://${registry.host}/v2/tests/${name}`;
  for (const blob of [config, ...layers.map(({ bytes }) => bytes)]) {
    const { headers } = await request(`${repository}/blobs/uploads/`, { method: "POST" });
    const place = new URL(headers.get("location") ?? "", repository);
    place.searchParams.set("digest", sha256(blob));
    await request(place, { method: "PUT", body: blob });
  }
  await request(`${repository}/manifests/1`, {
    method: "PUT",
    headers: { "content-type": manifest.mediaType },
    body: JSON.stringify(manifest),
  });
  const image = `${registry.host}/tests/${name}:1`;
  docker("pull", "--quiet", image);
  images.push(image);
  return image;
}

function layerOf(root: string): { bytes: Buffer; tocDigest: string } {
  const maxBuffer = 64 * 1024 * 1024;
  const tar = execFileSync("tar", ["--owner=0", "--group=0", "-C", root, "-c", "."], { maxBuffer });
  const { status, stdout, stderr } = spawnSync(estargz, { input: tar, maxBuffer });
  if (status !== 0) throw new Error(`estargz failed: ${stderr.toString()}`);
  return { bytes: stdout, tocDigest: stderr.toString() };
}

function descriptor(bytes: Buffer, mediaType: string): object {
  return { mediaType, digest: sha256(bytes), size: bytes.length };
}

async function request(url: string | URL, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${String(url)} answers ${response.status}: ${await response.text()}`);
  return response;
}

function compare(image: string, options: ExtractOptions = {}, path?: string): Promise<LayerReport[]> {
  return compareWithDocker(image, folder, options, path);
}
