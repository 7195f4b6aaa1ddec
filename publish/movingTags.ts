import semver from "semver";
import { sha256 } from "../extract/registry/digest";
import { formatImageReference, type ImageReference } from "../formats/imageReference";
import type { MovingTag } from "../formats/imageTag";
import { PublishError } from "./errors";
import { Refusal, RepositoryWriter, type WriterOptions } from "./repositoryWriter";

/**
 * Puts moving tags on a release, each unless the repository has a greater release that it stands for.
 * @param version the release's; a prerelease moves nothing
 * @returns the tags that are on this release now
 * @throws PublishError
 */
export async function moveTags(
  image: ImageReference,
  version: string,
  wanted: readonly MovingTag[],
  options: WriterOptions,
): Promise<string[]> {
  const { digest } = image;
  if (digest === undefined) throw new PublishError("Only an image with a digest can be tagged.");
  const release = semver.parse(version);
  if (release === null)
    throw new PublishError(`"${version}" is not a semantic version; write one such as 1.0.0.`);
  if (release.prerelease.length > 0) return [];
  const writer = new RepositoryWriter(image, options);
  try {
    const [manifest, releases] = await Promise.all([writer.manifest(digest), releasesIn(writer)]);
    if (manifest === undefined) throw new PublishError(`There is no image ${formatImageReference(image)}.`);
    const greatest = wanted.filter(
      (tag) => !releases.some((other) => standsFor(tag, other, release) && other.compare(release) > 0),
    );
    const tags = greatest.map((tag) => tagOf(tag, release));
    for (const tag of tags) {
      const now = await writer.manifest(tag);
      if (now === undefined || sha256(now.bytes) !== digest) await put(writer, manifest, tag);
    }
    return tags;
  } finally {
    writer.close();
  }
}

async function releasesIn(writer: RepositoryWriter): Promise<semver.SemVer[]> {
  const versions = (await writer.tags()).map((tag) => semver.parse(tag));
  return versions.filter((version) => version !== null).filter(({ prerelease }) => prerelease.length === 0);
}

async function put(
  writer: RepositoryWriter,
  { bytes, mediaType }: { bytes: Buffer; mediaType: string },
  tag: string,
): Promise<void> {
  try {
    await writer.putManifest(bytes, mediaType, tag);
  } catch (error) {
    if (!(error instanceof Refusal) || (error.status !== 409 && error.status !== 400)) throw error;
    throw new PublishError(`${error.message} Moving tags need a repository whose tags may be overwritten.`);
  }
}

/** Whether a tag for `release` would stand for `other` too. */
function standsFor(tag: MovingTag, other: semver.SemVer, release: semver.SemVer): boolean {
  return (
    tag === "latest" || (other.major === release.major && (tag === "major" || other.minor === release.minor))
  );
}

function tagOf(tag: MovingTag, { major, minor }: semver.SemVer): string {
  return { minor: `${major}.${minor}`, major: `${major}`, latest: "latest" }[tag];
}
