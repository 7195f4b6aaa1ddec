import { z } from "zod";
import { sha256 } from "../extract/registry/digest";
import { formatImageReference, type ImageReference } from "../formats/imageReference";
import { PublishError } from "./errors";
import { Refusal, RepositoryWriter, type WriterOptions } from "./repositoryWriter";

export interface Artifact {
  /** Media type of the content, and type of the artifact. */
  type: string;
  content: Buffer;
  annotations: Record<string, string>;
}

export type Attachment =
  /** `how`: found by the registry's referrers API, or by the tag that stands in for it. */
  { attached: true; uri: string; how: "api" | "tag" } | { attached: false; reason: string };

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
/** What the image specification puts in an artifact's config. */
const emptyType = "application/vnd.oci.empty.v1+json";
const empty = Buffer.from("{}");

/** What registries without OCI artifacts answer to their manifests, and immutable repositories to a longer list. */
const notTaken = new Set([400, 404, 405, 409, 415, 501]);

const indexSchema = z.looseObject({ manifests: z.array(z.looseObject({ digest: z.string() })) });

/**
 * Stores an artifact that refers to an image, by the image specification 1.1: a manifest with a `subject`. The same content gives the
 * same manifest, so that doing it again changes nothing.
 * @returns why not, where the registry takes no artifacts
 * @throws PublishError for everything else that goes wrong
 */
export async function attach(
  image: ImageReference,
  artifact: Artifact,
  options: WriterOptions,
): Promise<Attachment> {
  const { digest } = image;
  if (digest === undefined) throw new PublishError("Only an image with a digest can be referred to.");
  const writer = new RepositoryWriter(image, options);
  try {
    const subject = await writer.manifest(digest);
    if (subject === undefined) throw new PublishError(`There is no image ${formatImageReference(image)}.`);
    if (sha256(subject.bytes) !== digest)
      throw new PublishError(`${formatImageReference(image)} is not what its digest says.`);
    const { type, content, annotations } = artifact;
    await writer.putBlob(empty);
    const layer = { mediaType: type, digest: await writer.putBlob(content), size: content.length };
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        artifactType: type,
        config: {
          mediaType: emptyType,
          digest: sha256(empty),
          size: empty.length,
          data: empty.toString("base64"),
        },
        layers: [layer],
        subject: { mediaType: subject.mediaType, digest, size: subject.bytes.length },
        annotations,
      }),
    );
    const descriptor = {
      mediaType: manifestType,
      digest: sha256(manifest),
      size: manifest.length,
      artifactType: type,
      annotations,
    };
    const linked = await writer.putManifest(manifest, manifestType);
    const uri = formatImageReference({ ...image, tag: undefined, digest: descriptor.digest });
    if (linked === digest && (await writer.hasReferrers(digest))) return { attached: true, uri, how: "api" };
    await addToIndex(writer, digest.replace(":", "-"), descriptor);
    return { attached: true, uri, how: "tag" };
  } catch (error) {
    if (!(error instanceof Refusal) || !notTaken.has(error.status)) throw error;
    return { attached: false, reason: error.message };
  } finally {
    writer.close();
  }
}

/** The index under the tag `sha256-…`, by which an image's referrers are found where the API is missing. */
async function addToIndex(
  writer: RepositoryWriter,
  tag: string,
  descriptor: { digest: string },
): Promise<void> {
  const stored = await writer.manifest(tag);
  const index = stored === undefined ? { manifests: [] } : readIndex(stored.bytes);
  if (index === undefined) throw new PublishError(`Tag ${tag} is not an index of referrers; remove it.`);
  if (index.manifests.some(({ digest }) => digest === descriptor.digest)) return;
  const manifests = [...index.manifests, descriptor];
  const bytes = Buffer.from(JSON.stringify({ ...index, schemaVersion: 2, mediaType: indexType, manifests }));
  await writer.putManifest(bytes, indexType, tag);
}

/** Undefined for what is none. */
function readIndex(bytes: Buffer): z.output<typeof indexSchema> | undefined {
  try {
    return indexSchema.safeParse(JSON.parse(bytes.toString())).data;
  } catch {
    return undefined;
  }
}
