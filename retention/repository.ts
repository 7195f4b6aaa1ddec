import { z } from "zod";
import type { OciApi } from "../extract/functions/ociApi";
import { inParallel } from "../extract/inParallel";
import { RegistryClient, type RegistryOptions } from "../extract/registry/registryClient";
import { parseImageReference } from "../formats/imageReference";
import { RetentionError } from "./errors";
import type { StoredImage } from "./plan";
import type { Uses } from "./uses";

/** A repository's place, as the stack's output has it. */
export interface RepositoryPlace {
  host: string;
  /** Path in the registry, namespace first. */
  path: string;
  /** Its display name in the API: the path below the namespace. */
  name: string;
}

const manifestSchema = z.object({
  manifests: z.array(z.object({ digest: z.string() })).default([]),
  subject: z.object({ digest: z.string() }).optional(),
});

const ociManifest = "application/vnd.oci.image.manifest.v1+json";
const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

/** @param output `host/namespace/repository` */
export function placeOf(output: string, namespace: string): RepositoryPlace {
  const { host, repository: path } = parseImageReference(output);
  if (!path.startsWith(`${namespace}/`)) {
    throw new RetentionError(`The output ${output} is no repository of namespace ${namespace}.`);
  }
  return { host, path, name: path.slice(namespace.length + 1) };
}

/**
 * Reads all images of a repository: from the API, and from the registry what the API does not tell.
 * @param compartments where the repository may be
 * @throws RetentionError where there is no such repository
 */
export async function readRepository(
  api: OciApi,
  { host, path, name }: RepositoryPlace,
  compartments: readonly string[],
  uses: Uses,
  options: RegistryOptions,
): Promise<StoredImage[]> {
  const found = await inParallel(compartments, async (compartmentId) =>
    api.list("artifacts", "container/repositories", { compartmentId, displayName: name }),
  );
  const repository = found.flatMap((list) => list ?? []).find(({ displayName }) => displayName === name);
  if (repository === undefined) {
    throw new RetentionError(
      `Nothing is deleted: there is no repository ${name} in the stack's compartments and its repositories', or the account may not see it; check its policies, or bring the stack up.`,
    );
  }
  const { id: repositoryId, compartmentId } = repository;
  const query = { compartmentId, repositoryId, lifecycleState: "AVAILABLE" };
  const listed = (await api.list("artifacts", "container/images", query)) ?? [];
  // Whatever a page's end and a change meanwhile make of a list, an image is in it once.
  const summaries = new Map(listed.map((summary) => [summary.id, summary]));
  const registry = new RegistryClient(host, path, options);
  try {
    const images = await inParallel([...summaries.values()], async (summary) => {
      const relations = await relationsOf(registry, summary);
      return relations && describe(api, summary.id, relations, (image) => uses.of(name, image));
    });
    return images.filter((image) => image !== undefined);
  } finally {
    registry.close();
  }
}

type Relations = Pick<StoredImage, "members" | "subject">;

/** Reads only manifests whose relations count, since each read is a pull. Undefined where it is gone meanwhile. */
async function relationsOf(
  registry: RegistryClient,
  { digest, version }: { digest: string; version?: string },
): Promise<Relations | undefined> {
  const type = await registry.mediaType(digest);
  if (type === undefined) return undefined;
  const plain = type === dockerManifest || (type === ociManifest && version !== undefined);
  if (plain) return { members: [] };
  const { bytes } = await registry.manifest(digest);
  const { manifests, subject } = manifestSchema.parse(JSON.parse(bytes.toString("utf8")));
  return {
    members: manifests.map((member) => member.digest),
    ...(subject !== undefined && { subject: subject.digest }),
  };
}

async function describe(
  api: OciApi,
  id: string,
  { members, subject }: Relations,
  userOf: (image: Pick<StoredImage, "digest" | "tags">) => string | undefined,
): Promise<StoredImage | undefined> {
  const found = await api.getWithEtag("artifacts", "container/image", id);
  if (found === undefined) return undefined;
  const { digest, versions, timeCreated, layersSizeInBytes, manifestSizeInBytes } = found.value;
  const tags = versions.map((one) => ({ name: one.version, pushed: String(one.timeCreated) }));
  const usedBy = userOf({ digest, tags });
  return {
    id,
    digest,
    tags,
    pushed: String(timeCreated),
    size: layersSizeInBytes + manifestSizeInBytes,
    members,
    ...(subject !== undefined && tags.length === 0 && { subject }),
    ...(usedBy !== undefined && { pinned: `used by ${usedBy}` }),
    ...(found.etag !== undefined && { etag: found.etag }),
  };
}
