import { ExtractError } from "../extract/errors";
import type { Credential } from "../extract/registry/credentials";
import { readConfig, readManifest } from "../extract/registry/manifest";
import { RegistryClient } from "../extract/registry/registryClient";
import { parseImageReference } from "../formats/imageReference";
import { type BuildPlan, CONTENT_LABEL, revisionArguments } from "./buildPlan";

/** A version that is published already, with another content than the one to be built. */
export class VersionTakenError extends Error {
  override name = "VersionTakenError";
}

export interface PublishedVersion {
  /** What the image tells of its content; undefined for an image without that label. */
  content: string | undefined;
  /** Build arguments that its labels came from. */
  args: Record<string, string>;
}

/**
 * Reads what is published under a plan's version.
 * @param repository `host/…/name`
 * @returns undefined where nothing is
 * @throws VersionTakenError where that has another content; ExtractError where the registry does not answer
 */
export async function publishedVersion(
  { version, content, platform }: Pick<BuildPlan, "version" | "content" | "platform">,
  repository: string,
  credential: Credential,
): Promise<PublishedVersion | undefined> {
  const { host, repository: path } = parseImageReference(repository);
  const found = () => Promise.resolve({ credential, source: "the stack's registry login" });
  const client = new RegistryClient(host, path, { findCredential: found });
  try {
    const digest = await client.resolve(version);
    if (digest === undefined) return undefined;
    const manifest = await readManifest(client, digest, platform);
    const published = describe((await readConfig(client, manifest.config)).config?.Labels ?? {});
    if (published.content === undefined || published.content === content) return published;
    throw new VersionTakenError(
      `${repository}:${version} is published with another content, and a published version does not change: ` +
        `raise the version to ${await nextFree(client, version)}.`,
    );
  } catch (error) {
    // Deleted meanwhile.
    if (error instanceof ExtractError && error.status === 404) return undefined;
    throw error;
  } finally {
    client.close();
  }
}

/** A Dockerfile's defaults tell of no source and no commit. */
function describe(labels: Record<string, string>): PublishedVersion {
  const prefix = "org.opencontainers.image";
  const source = labels[`${prefix}.source`];
  const revision = labels[`${prefix}.revision`];
  const created = new Date(labels[`${prefix}.created`] ?? "");
  return {
    content: labels[CONTENT_LABEL] || undefined,
    args: {
      ...(source !== undefined && /^https?:/.test(source) && { SOURCE: source }),
      ...(revision &&
        !/^0+$/.test(revision) &&
        !Number.isNaN(created.getTime()) &&
        revisionArguments(revision, created)),
    },
  };
}

/** The next version that is not published: the next patch, or of a prerelease the next of its kind. */
async function nextFree(client: RegistryClient, version: string): Promise<string> {
  const { default: semver } = await import("semver");
  const release = semver.prerelease(version) === null ? "patch" : "prerelease";
  for (let next = semver.inc(version, release); next !== null; next = semver.inc(next, release)) {
    if ((await client.resolve(next)) === undefined) return next;
  }
  return "one that is free";
}
