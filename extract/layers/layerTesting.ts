import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { type Header, pack } from "tar-stream";

/** A layer's entry, written the short way: content, `null` for a directory, or a header. */
export type TestEntry = string | null | (Partial<Header> & { content?: string });

/** A tar of the entries, in their order. Test support. */
export async function tarOf(entries: readonly (readonly [string, TestEntry])[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, entry] of entries) {
    if (entry === null) tar.entry({ name: `${name}/`, type: "directory", mode: 0o755 });
    else if (typeof entry === "string") tar.entry({ name, mode: 0o644 }, entry);
    else {
      const { content, ...header } = entry;
      if (content === undefined) tar.entry({ name, ...header });
      else tar.entry({ name, ...header }, content);
    }
  }
  tar.finalize();
  return buffer(tar);
}

export interface TestBlob {
  bytes: Buffer;
  digest: string;
}

export function blobOf(bytes: Buffer): TestBlob {
  return { bytes, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}` };
}

export interface TestLayer {
  bytes: Buffer;
  step?: string;
}

export interface TestImage {
  blobs: TestBlob[];
  manifest: TestBlob;
}

/** An image of the layers, lowest first, with a BuildKit history when the layers have steps. */
export function imageOf(layers: readonly TestLayer[], config: object = {}): TestImage {
  const blobs = layers.map(({ bytes }) => blobOf(bytes));
  const history = layers.map(({ step }) => ({ created_by: step, comment: "buildkit.dockerfile.v0" }));
  const hasHistory = layers.every(({ step }) => step !== undefined);
  const configBlob = blobOf(
    Buffer.from(
      JSON.stringify({ os: "linux", architecture: "amd64", ...(hasHistory && { history }), ...config }),
    ),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor(configBlob, "application/vnd.oci.image.config.v1+json"),
    layers: blobs.map((blob) => descriptor(blob, "application/vnd.oci.image.layer.v1.tar+gzip")),
  };
  return { blobs: [...blobs, configBlob], manifest: blobOf(Buffer.from(JSON.stringify(manifest))) };
}

/** A gzipped layer of the entries. */
export async function layerOf(
  entries: readonly (readonly [string, TestEntry])[],
  step?: string,
): Promise<TestLayer> {
  return { bytes: gzipSync(await tarOf(entries)), ...(step !== undefined && { step }) };
}

export function descriptor({ bytes, digest }: TestBlob, mediaType: string): object {
  return { mediaType, digest, size: bytes.length };
}
