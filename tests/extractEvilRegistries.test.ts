import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { blobOf, descriptor, imageOf, type TestBlob, type TestImage } from "../extract/layers/layerTesting";
import { TestRegistry } from "../extract/registry/registryTesting";
import { attempt } from "./attempt";
import { rawEntry, rawHeader, rawTar } from "./rawTar";

/** Registries, manifests and blobs that are not what they should be: one clear error, and memory that does not grow with them. */

const checkout = join(__dirname, "..");
const registry = new TestRegistry();
const layerType = "application/vnd.oci.image.layer.v1.tar+gzip";
const good = { bytes: gzipSync(rawTar(rawEntry("function/a", "a".repeat(2000)))) };
jest.setTimeout(120_000);
beforeAll(() => registry.start());
afterAll(() => registry.stop());
beforeEach(() => {
  registry.blobs.clear();
  registry.manifests.clear();
});

/** The image with another manifest: what `change` makes of it. */
function withManifest(image: TestImage, change: (manifest: Manifest) => unknown): TestImage {
  const changed = change(JSON.parse(image.manifest.bytes.toString()) as Manifest);
  return { ...image, manifest: blobOf(Buffer.from(JSON.stringify(changed))) };
}

interface Manifest {
  config: Record<string, unknown>;
  layers: Record<string, unknown>[];
}

function firstBlob(image: TestImage): TestBlob {
  const [blob] = image.blobs;
  if (blob === undefined) throw new Error("The image has no blobs.");
  return blob;
}

async function errorOf(image: string): Promise<string> {
  return (await attempt(image)).error ?? "no error";
}

describe("blobs", () => {
  test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ["with other bytes", (bytes) => Buffer.from(bytes).fill(7, 4, 8), /is not what its digest says/],
    ["cut short", (bytes) => bytes.subarray(0, bytes.length - 9), /has only \d+ bytes|cannot be unpacked/],
    ["with more behind", (bytes) => Buffer.concat([bytes, bytes]), /has more bytes/],
    ["of nothing", () => Buffer.alloc(0), /has only 0 bytes/],
  ])("%s", async (_name, change, message) => {
    const image = imageOf([good]);
    const reference = registry.add(image);
    registry.blobs.set(firstBlob(image).digest, change(good.bytes));
    expect(await errorOf(reference)).toMatch(message);
  });

  test.each<[string, Buffer, RegExp]>([
    ["a gzip cut short", good.bytes.subarray(0, good.bytes.length - 9), /cannot be unpacked/],
    [
      "a gzip with a wrong checksum",
      Buffer.from(good.bytes).fill(1, good.bytes.length - 8),
      /cannot be unpacked/,
    ],
    ["a gzip with garbage inside", Buffer.from(good.bytes).fill(0xff, 12, 30), /cannot be unpacked/],
    ["a zstd frame of nothing", Buffer.from("28b52ffd", "hex"), /cannot be unpacked|has no \/function/],
    ["a zstd frame with a window of 2 TB", Buffer.from("28b52ffd00ff000000", "hex"), /cannot be unpacked/],
    ["text", Buffer.from("<html>no such layer</html>".repeat(100)), /cannot be unpacked/],
    ["an archive of another kind", Buffer.from("PK\u0003\u0004".padEnd(2000, "x")), /cannot be unpacked/],
  ])("that are %s", async (_name, bytes, message) => {
    expect(await errorOf(registry.add(imageOf([{ bytes }])))).toMatch(message);
  });

  test("with garbage behind the gzip, which Docker ignores as well", async () => {
    const bytes = Buffer.concat([good.bytes, Buffer.alloc(100)]);
    expect((await attempt(registry.add(imageOf([{ bytes }])))).files).toHaveProperty("a");
  });
});

describe("manifests", () => {
  test.each<[string, (manifest: Manifest) => unknown, RegExp]>([
    [
      "with a size that is too small",
      ({ layers, ...rest }) => ({ ...rest, layers: layers.map((layer) => ({ ...layer, size: 5 })) }),
      /has more bytes, not 5/,
    ],
    [
      "with a size that is too large",
      ({ layers, ...rest }) => ({ ...rest, layers: layers.map((layer) => ({ ...layer, size: 1e6 })) }),
      /has only \d+ bytes, not 1000000/,
    ],
    [
      "with a negative size",
      ({ layers, ...rest }) => ({ ...rest, layers: layers.map((layer) => ({ ...layer, size: -1 })) }),
      /malformed|bytes/,
    ],
    [
      "with a size that is a text",
      ({ layers, ...rest }) => ({ ...rest, layers: layers.map((layer) => ({ ...layer, size: "5" })) }),
      /malformed/,
    ],
    [
      "with a digest that is a path",
      ({ layers, ...rest }) => ({
        ...rest,
        layers: layers.map((layer) => ({ ...layer, digest: "sha256:../../../etc" })),
      }),
      /malformed/,
    ],
    ["with layers that are null", (manifest) => ({ ...manifest, layers: [null] }), /malformed/],
    ["with layers that are an object", (manifest) => ({ ...manifest, layers: {} }), /not a container image/],
    ["without a configuration", ({ layers }) => ({ layers }), /not a container image/],
    ["with a configuration that is a text", (manifest) => ({ ...manifest, config: "x" }), /malformed/],
    [
      "of another kind of artifact",
      ({ config, ...rest }) => ({
        ...rest,
        config: { ...config, mediaType: "application/vnd.cncf.helm.config.v1+json" },
      }),
      /helm/,
    ],
    ["that are a list", (manifest) => [manifest], /not a JSON object/],
    [
      "with foreign layers, which the registry does not have",
      ({ layers, ...rest }) => ({
        ...rest,
        layers: layers.map((layer) => ({
          ...layer,
          mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
          digest: `sha256:${"0".repeat(64)}`,
          urls: ["http://127.0.0.1:1/layer"],
        })),
      }),
      /has no Layer sha256:0{64}/,
    ],
    ["of indexes", () => ({ manifests: [null] }), /malformed/],
    ["of indexes without an image", () => ({ manifests: [] }), /no platform/],
    ["of the first schema", () => ({ schemaVersion: 1, fsLayers: [] }), /schema 1/],
  ])("%s", async (_name, change, message) => {
    expect(await errorOf(registry.add(withManifest(imageOf([good]), change)))).toMatch(message);
  });

  test("an index that names itself", async () => {
    const digest = `sha256:${"1".repeat(64)}`;
    const bytes = Buffer.from(JSON.stringify({ manifests: [{ digest, size: 5 }] }));
    const manifest = { bytes, digest: blobOf(bytes).digest };
    const image = registry.add({ blobs: [], manifest }, "application/vnd.oci.image.index.v1+json");
    registry.manifests.set(digest, { ...manifest, mediaType: "application/vnd.oci.image.index.v1+json" });
    expect(await errorOf(image)).toMatch(/not what its digest says|nests indexes too deeply/);
  });

  test("of 10,000 layers", async () => {
    const empty = gzipSync(rawTar());
    const image = imageOf([good, { bytes: empty }]);
    const layers = [firstBlob(image), ...Array.from({ length: 9999 }, () => blobOf(empty))];
    const wide = withManifest(image, (manifest) => ({
      ...manifest,
      layers: layers.map((layer) => descriptor(layer, layerType)),
    }));
    const { files, error } = await attempt(registry.add(wide));
    expect(error ?? Object.keys(files ?? {})).toEqual(["a"]);
  });
});

describe("configurations", () => {
  test.each<[string, object]>([
    [
      "whose history has other things in it",
      { history: [null, 5, "x", { created_by: 7, empty_layer: "yes" }, { created_by: null }] },
    ],
    ["whose history is a text", { history: "COPY everything" }],
    [
      "whose history is too long",
      { history: Array.from({ length: 50_000 }, () => ({ created_by: "RUN x" })) },
    ],
    [
      "whose history lies",
      { history: [{ created_by: "COPY x /elsewhere # buildkit", comment: "buildkit.dockerfile.v0" }] },
    ],
    [
      "whose history names the path in odd ways",
      { history: [{ created_by: `WORKDIR ${"/..".repeat(10_000)}`, comment: "buildkit.dockerfile.v0" }] },
    ],
    [
      "whose steps take a regular expression's time",
      { history: [{ created_by: `COPY ${" ".repeat(100_000)}x`, comment: "buildkit.dockerfile.v0" }] },
    ],
    ["without anything", { os: undefined, architecture: undefined }],
  ])("%s", async (_name, config) => {
    const { files, error } = await attempt(registry.add(imageOf([good], config)));
    expect(error ?? Object.keys(files ?? {})).toEqual(["a"]);
  });

  test("that are no JSON object", async () => {
    const config = blobOf(Buffer.from("[]"));
    const image = imageOf([good]);
    const changed = withManifest(image, (manifest) => ({
      ...manifest,
      config: descriptor(config, "application/vnd.oci.image.config.v1+json"),
    }));
    registry.add({ ...changed, blobs: [...image.blobs, config] });
    expect(await errorOf(`${registry.host}/app:1`)).toMatch(/is not a JSON object/);
  });
});

describe("bombs", () => {
  const million = 1024 * 1024;
  const member = gzipSync(Buffer.alloc(64 * million), { level: 9 });

  /** A layer whose one entry has zeros, 64 MiB a piece; gzip members one after the other are one gzip. */
  function bomb(name: string, pieces: number): { bytes: Buffer } {
    const header = gzipSync(rawHeader(name, pieces * 64 * million));
    return {
      bytes: Buffer.concat([header, ...Array.from({ length: pieces }, () => member), gzipSync(rawTar())]),
    };
  }

  test("of 10 GB at the wanted path stop at the limit", async () => {
    const image = registry.add(imageOf([bomb("function/bomb", 160)]));
    expect((await attempt(image, { maximumBytes: 50 * million })).error).toMatch(/more than 52428800 bytes/);
  });

  test("of 1.5 GB beside the wanted path take time, but no memory", async () => {
    const image = registry.add(imageOf([good, bomb("elsewhere/bomb", 24)]));
    const folder = mkdtempSync(join(tmpdir(), "bomb-"));
    try {
      // The command as it is, in a process of its own that tells its peak at the end.
      const script = `
        process.argv.push("extract", ${JSON.stringify(image)}, "--out", "out");
        process.on("exit", () => console.log(process.resourceUsage().maxRSS));
        require(${JSON.stringify(join(checkout, "loader.cjs"))});
        require(${JSON.stringify(join(checkout, "extract", "command", "cli.ts"))});`;
      const args = ["--max-old-space-size=64", "--eval", script];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
      expect(readdirSync(folder)).toContain("out");
      expect(readdirSync(join(folder, "out"))).toEqual(["a"]);
      expect(Number(stdout) / 1024).toBeLessThan(200);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
