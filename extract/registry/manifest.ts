import { ExtractError } from "../errors";
import type { Descriptor, FetchedManifest, RegistryClient } from "./registryClient";

/** One step of an image's history. */
export interface HistoryStep {
  created_by?: string;
  comment?: string;
  empty_layer?: boolean;
}

/** What extraction needs of an image's configuration. */
export interface ImageConfig {
  os?: string;
  architecture?: string;
  variant?: string;
  created?: string;
  config?: {
    WorkingDir?: string;
    Entrypoint?: string[] | null;
    Cmd?: string[] | null;
    Env?: string[] | null;
    User?: string;
    Labels?: Record<string, string> | null;
    ExposedPorts?: Record<string, object> | null;
  };
  history?: HistoryStep[];
  rootfs?: { diff_ids?: string[] };
}

export interface ImageManifest {
  /** Digest of what the reference names: an index or a manifest. */
  digest: string;
  config: Descriptor;
  /** Lowest first. */
  layers: Descriptor[];
}

interface IndexEntry extends Descriptor {
  platform?: { os?: string; architecture?: string; variant?: string };
  annotations?: Record<string, string>;
}

interface ManifestDocument {
  schemaVersion?: number;
  mediaType?: string;
  manifests?: IndexEntry[];
  config?: Descriptor;
  layers?: Descriptor[];
}

const configTypes = new Set([
  "application/vnd.docker.container.image.v1+json",
  "application/vnd.oci.image.config.v1+json",
]);

/** Resolves a tag or digest to one platform's image. Without a wish for a platform: linux/amd64, or the only one. */
export async function readManifest(
  client: RegistryClient,
  reference: string,
  platform: string | undefined,
): Promise<ImageManifest> {
  const top = await client.manifest(reference);
  let document = parse(top);
  for (let depth = 0; document.manifests !== undefined; depth++) {
    if (depth >= 3) throw new ExtractError(`The index ${top.digest} nests indexes too deeply.`);
    const { digest } = choosePlatform(document.manifests, platform, top.digest);
    document = parse(await client.manifest(digest));
  }
  const { config, layers } = document;
  if (config === undefined || !Array.isArray(layers)) {
    const old = document.schemaVersion === 1;
    throw new ExtractError(
      old
        ? `The image ${top.digest} is in Docker's old manifest format (schema 1); push it again with a current Docker.`
        : `The manifest ${top.digest} is not a container image's.`,
    );
  }
  for (const descriptor of [config, ...layers]) checkDescriptor(descriptor, top.digest);
  if (config.mediaType !== undefined && !configTypes.has(config.mediaType)) {
    throw new ExtractError(`${top.digest} is not a container image but a ${config.mediaType}.`);
  }
  return { digest: top.digest, config, layers };
}

export async function readConfig(client: RegistryClient, config: Descriptor): Promise<ImageConfig> {
  const bytes = await client.document(config, "The image's configuration");
  return parseJson(bytes, `The configuration ${config.digest}`);
}

/** The entry for the platform; attestations, which run nowhere, don't count. */
function choosePlatform(entries: IndexEntry[], platform: string | undefined, digest: string): IndexEntry {
  const images = entries.filter(
    ({ platform: of, annotations }) =>
      !(of?.os === "unknown" && of.architecture === "unknown") &&
      annotations?.["vnd.docker.reference.type"] === undefined,
  );
  const [only] = images;
  if (platform === undefined && images.length === 1 && only !== undefined) return only;
  const [os, architecture, variant] = (platform ?? "linux/amd64").split("/");
  const found = images.find(
    ({ platform: of }) =>
      of?.os === os &&
      of?.architecture === architecture &&
      (variant === undefined || of?.variant === variant),
  );
  if (found !== undefined) return found;
  const names = images.map(({ platform: of }) =>
    [of?.os, of?.architecture, of?.variant].filter((part) => part).join("/"),
  );
  throw new ExtractError(
    `The image ${digest} has no platform ${platform ?? "linux/amd64"}; it has ${names.join(", ") || "none"}.`,
  );
}

function parse({ bytes, digest }: FetchedManifest): ManifestDocument {
  const document = parseJson(bytes, `The manifest ${digest}`) as ManifestDocument;
  if (document.manifests !== undefined) {
    if (!Array.isArray(document.manifests)) throw new ExtractError(`The index ${digest} is malformed.`);
    for (const entry of document.manifests) checkDescriptor(entry, digest);
  }
  return document;
}

function checkDescriptor(descriptor: unknown, digest: string): void {
  const { digest: named, size } = (descriptor ?? {}) as Partial<Descriptor>;
  if (typeof named !== "string" || !/^sha256:[0-9a-f]{64}$/.test(named) || !Number.isSafeInteger(size)) {
    throw new ExtractError(
      `The manifest ${digest} is malformed: a part of it has no sha256 digest or no size.`,
    );
  }
}

function parseJson(bytes: Buffer, what: string): object {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, with the other documents that are no object.
  }
  throw new ExtractError(`${what} is not a JSON object.`);
}
