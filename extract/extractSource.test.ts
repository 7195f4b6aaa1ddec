import { randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { makeArchive, makeDocument } from "./results/document";
import { extractSource, type ExtractOptions } from "./extractSource";
import { blobOf, descriptor, imageOf, layerOf, tarOf, type TestImage } from "./layers/layerTesting";
import { TestRegistry } from "./registry/registryTesting";

const registry = new TestRegistry();
const fast = { retryDelay: () => 0, findCredential: () => Promise.resolve({}) };
const large = randomBytes(1.2 * 1024 * 1024).toString("latin1");

beforeAll(() => registry.start());
afterAll(() => registry.stop());
beforeEach(() => {
  registry.requests.length = 0;
  registry.manifests.clear();
  registry.blobs.clear();
  registry.intercept = undefined;
});

async function filesOf(image: string, options: ExtractOptions = {}): Promise<Record<string, string>> {
  const extraction = await extractSource(image, { registry: fast, ...options });
  try {
    return (await makeDocument(extraction)).text;
  } finally {
    await extraction.close();
  }
}

async function layersOf(image: string, options: ExtractOptions = {}): Promise<[boolean, string][]> {
  const { layers, close } = await extractSource(image, { registry: fast, ...options });
  await close();
  return layers.map(({ read, reason }) => [read, reason]);
}

/** Shaped as the Fn tools make Python images: a large dependency folder copied above WORKDIR, then the function, then a RUN. */
async function functionImage(): Promise<TestImage> {
  return imageOf([
    await layerOf([["etc/base", large]], "ADD rootfs.tar / # buildkit"),
    await layerOf([["usr/lib/python.so", large]], "RUN /bin/sh -c apt-get install python # buildkit"),
    await layerOf([["function", null]], "WORKDIR /function"),
    await layerOf([["python/dependency", large]], "COPY /python /python # buildkit"),
    await layerOf(
      [
        ["function/func.py", "import io\n"],
        ["function/Dockerfile456953957", { mode: 0o604, content: "FROM x\n" }],
      ],
      "COPY /function /function # buildkit",
    ),
    await layerOf([["function/.wh.nothing", ""]], "RUN /bin/sh -c chmod -R o+r /python /function # buildkit"),
  ]);
}

test("reads the function and skips what the history rules out", async () => {
  const image = registry.add(await functionImage());
  const document = await extractSource(image, { registry: fast }).then(async (extraction) => {
    const made = await makeDocument(extraction);
    await extraction.close();
    return made;
  });
  expect(document).toMatchObject({
    image,
    digest: registry.manifests.get("1")?.digest,
    files: [
      { path: "Dockerfile456953957", size: 7, mode: "0604" },
      { path: "func.py", size: 10, mode: "0644" },
    ],
    text: { Dockerfile456953957: "FROM x\n", "func.py": "import io\n" },
    warnings: [],
  });
  expect(document.layers.map(({ read, reason }) => `${read ? "read" : "skipped"}: ${reason}`)).toEqual([
    "skipped: below WORKDIR /function, which made the directory",
    "skipped: below WORKDIR /function, which made the directory",
    "read: small; has 1 of the wanted entries",
    "skipped: COPY to /python cannot reach /function",
    "read: small; has 2 of the wanted entries",
    "read: small; has 1 of the wanted entries",
  ]);
  expect(registry.requests).toHaveLength(5);
});

test("reads everything, with the same result, when asked to", async () => {
  const image = registry.add(await functionImage());
  expect(await filesOf(image, { exhaustive: true })).toEqual(await filesOf(image));
  expect((await layersOf(image, { exhaustive: true })).every(([read]) => read)).toBe(true);
});

test("no layer is read twice to compare, and the bytes of each are counted", async () => {
  const image = registry.add(await functionImage());
  const { layers, differences, close } = await extractSource(image, { registry: fast, exhaustive: true });
  await close();
  expect(differences).toEqual([]);
  expect(layers.every(({ bytesRead, size }) => bytesRead === size)).toBe(true);
  expect(registry.requests).toHaveLength(2 + layers.length);
});

test("small layers are asked for together, the topmost first, before the configuration has come", async () => {
  const small = await Promise.all(
    Array.from({ length: 9 }, (_, index) => layerOf([[`function/${index}`, String(index)]])),
  );
  const image = registry.add(imageOf(small));
  let config: (() => void) | undefined;
  registry.intercept = (request, response) => {
    const digest = request.url?.split("/").at(-1) ?? "";
    const bytes = registry.blobs.get(digest);
    if (config !== undefined || bytes?.[0] !== 0x7b) return false;
    config = () => response.end(bytes);
    return true;
  };
  const extraction = extractSource(image, { registry: fast });
  while (registry.requests.length < 1 + 6) await new Promise(setImmediate);
  config?.();
  const { tree, close } = await extraction;
  await close();
  expect(tree.size).toBe(9);
  const topmost = blobOf(small[8]?.bytes ?? Buffer.alloc(0)).digest;
  expect(registry.requests.slice(1, 4).some((request) => request.endsWith(topmost))).toBe(true);
});

test("follows symlinks above the path, and takes a single file", async () => {
  const image = registry.add(
    imageOf([
      await layerOf([["real/place/func.py", "code"]]),
      await layerOf([["function", { type: "symlink", linkname: "real/place" }]]),
    ]),
  );
  expect(await filesOf(image)).toEqual({ "func.py": "code" });
  expect(await filesOf(image, { path: "/function/func.py" })).toEqual({ "func.py": "code" });
});

test("names that mean something to JavaScript are names", async () => {
  const image = registry.add(imageOf([await layerOf([["function/__proto__", "code"]])]));
  expect(Object.entries(await filesOf(image))).toEqual([["__proto__", "code"]]);
});

test("reads plain, gzipped and zstd layers", async () => {
  // "function/z" with content "zstd", packed by the reference implementation.
  const zstd = Buffer.from(zstdLayer, "base64");
  const image = registry.add(
    imageOf([
      { bytes: await tarOf([["function/plain", "plain"]]) },
      { bytes: gzipSync(await tarOf([["function/gzip", "gzip"]])) },
      { bytes: zstd },
    ]),
  );
  expect(await filesOf(image)).toEqual({ gzip: "gzip", plain: "plain", z: "zstd" });
});

describe("indexes", () => {
  const index = "application/vnd.oci.image.index.v1+json";

  async function addIndex(): Promise<string> {
    const images = await Promise.all(
      ["amd64", "arm64"].map(async (name) => imageOf([await layerOf([["function/arch", name]])])),
    );
    for (const image of images) registry.add(image, undefined, "single");
    const manifest = "application/vnd.oci.image.manifest.v1+json";
    const [amd64, arm64] = images.map((image) => descriptor(image.manifest, manifest));
    const manifests = [
      { ...amd64, platform: { os: "unknown", architecture: "unknown" } },
      { ...arm64, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
      { ...amd64, platform: { os: "linux", architecture: "amd64" } },
    ];
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: index, manifests }));
    return registry.add({ blobs: [], manifest: blobOf(bytes) }, index);
  }

  test("give linux/amd64, or the platform asked for", async () => {
    const image = await addIndex();
    expect(await filesOf(image)).toEqual({ arch: "amd64" });
    expect(await filesOf(image, { platform: "linux/arm64" })).toEqual({ arch: "arm64" });
  });

  test("without the platform: an error that names those it has", async () => {
    await expect(filesOf(await addIndex(), { platform: "linux/s390x" })).rejects.toThrow(
      "no platform linux/s390x; it has linux/arm64/v8, linux/amd64",
    );
  });
});

describe("wrong input", () => {
  test("an unknown tag", async () => {
    await expect(filesOf(`${registry.host}/app:2`)).rejects.toThrow(
      /has no app:2 \(status 404, manifests unknown\)/,
    );
  });

  test("a registry that cannot be reached", async () => {
    await expect(filesOf("127.0.0.1:1/app:1")).rejects.toThrow(/127\.0\.0\.1:1 cannot be reached/);
  });

  test("a blob, configuration or manifest that is not what its digest says", async () => {
    const image = imageOf([await layerOf([["function/a", "a"]])]);
    const [layer, config] = image.blobs;
    const reference = registry.add(image);
    const wrong = Buffer.from(layer?.bytes ?? "");
    // The gzip header's time: everything else stays readable.
    wrong[4] = 1;
    registry.blobs.set(layer?.digest ?? "", wrong);
    await expect(filesOf(reference)).rejects.toThrow(/Layer sha256:\w+ is not what its digest says/);
    registry.blobs.set(
      config?.digest ?? "",
      Buffer.from(config?.bytes.toString().replace("linux", "minix") ?? ""),
    );
    await expect(filesOf(reference)).rejects.toThrow(/configuration sha256:\w+ is not what its digest says/);
    registry.manifests.set(image.manifest.digest, {
      bytes: Buffer.from("{}"),
      digest: image.manifest.digest,
      mediaType: "",
    });
    await expect(filesOf(`${registry.host}/app@${image.manifest.digest}`)).rejects.toThrow(
      /manifest of app@sha256:\w+ is not what its digest says/,
    );
  });

  test("a truncated blob, or one that is too long", async () => {
    const image = imageOf([await layerOf([["function/a", "a"]])]);
    const { digest = "", bytes = Buffer.alloc(0) } = image.blobs[0] ?? {};
    const reference = registry.add(image);
    registry.blobs.set(digest, bytes.subarray(0, 50));
    await expect(filesOf(reference)).rejects.toThrow(/has only 50 bytes, not \d+/);
    registry.blobs.set(digest, Buffer.concat([bytes, bytes]));
    await expect(filesOf(reference)).rejects.toThrow(/has more bytes, not \d+/);
  });

  test("a layer that is no tar, one of too many bytes, a relative path, no image", async () => {
    const noTar = registry.add(imageOf([{ bytes: gzipSync(Buffer.alloc(2048, "x")) }]));
    await expect(filesOf(noTar)).rejects.toThrow(
      /Layer sha256:\w+ cannot be unpacked \(it is no tar archive/,
    );
    const image = registry.add(imageOf([await layerOf([["function/a", large]])]));
    await expect(filesOf(image, { maximumBytes: 1000 })).rejects.toThrow("more than 1000 bytes");
    await expect(filesOf(image, { path: "function" })).rejects.toThrow("not an absolute path");
    const artifact = blobOf(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: "x" })));
    await expect(filesOf(registry.add({ blobs: [], manifest: artifact }))).rejects.toThrow(
      "not a container image",
    );
  });
});

test("the archive is a .tar.gz, and the same bytes each time", async () => {
  const image = registry.add(await functionImage());
  const archives = await Promise.all(
    [1, 2].map(async () => {
      const extraction = await extractSource(image, { registry: fast });
      const archive = await makeArchive(extraction);
      await extraction.close();
      return archive;
    }),
  );
  expect(archives[0]?.equals(archives[1] ?? Buffer.alloc(0))).toBe(true);
  expect(archives[0]?.subarray(4, 10)).toEqual(Buffer.from([0, 0, 0, 0, 2, 255]));
  expect(gunzipSync(archives[0] ?? "").toString("latin1")).toContain("import io");
});

const zstdLayer =
  "KLUv/WQAJz0CANJCChGgqwNA3XwoV6kK1vZJUb/pKZ9s73ZWsrkL7hhC9I4dkfQX1EpplEMBCyCw2R34hVfSqQDPYKQDkoejGDhg0ACzKcwBR6LbRA==";
