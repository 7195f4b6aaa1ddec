import type { models } from "oci-artifacts";

import { z } from "zod";

import { notFound } from "../errors";
import { requireMatch } from "../etag";
import { pathParam, queryFlag, queryText, readBody } from "../inputs";
import { page } from "../pagination";
import type { Call, Reply } from "../service";
import type { Wire } from "../wire";
import { byAge, compartmentsAsked, matches } from "./lists";
import { registryOf } from "./registryContent";
import { type Image, imageKind, recordUntag, repositoryKind } from "./state";

const removeDetails = z.strictObject({ version: z.string().min(1) });

/** GET /container/images/{imageId} */
export function getContainerImage(call: Call): Reply {
  return described(call, existing(call));
}

function described(call: Call, image: Image): Reply {
  const { createdBy, layers, manifestSizeInBytes, pullCount, timeLastPulled, versions } = image.document;
  const body: Wire<models.ContainerImage> = {
    ...summary(call, image),
    lifecycleState: "AVAILABLE",
    createdBy,
    layers,
    layersSizeInBytes: layers.reduce((sum, layer) => sum + layer.sizeInBytes, 0),
    manifestSizeInBytes,
    pullCount,
    versions,
    ...(timeLastPulled === undefined ? {} : { timeLastPulled }),
  };
  return { body, resource: image };
}

/** GET /container/images */
export function listContainerImages(call: Call): Reply {
  const compartments = compartmentsAsked(call);
  const found = call.cloud.store
    .find(imageKind)
    .filter(({ compartmentId }) => compartments.has(compartmentId))
    .filter((image) => isAsked(call, image));
  const byName = (image: Image): string => summary(call, image).displayName;
  const { resources, headers } = page(call, found, {
    ...byAge,
    sort: { ...byAge.sort, DISPLAYNAME: byName },
  });
  const body: Wire<models.ContainerImageCollection> = {
    items: resources.map((image) => summary(call, image)),
    remainingItemsCount: found.length - resources.length,
  };
  return { body, headers };
}

/** DELETE /container/images/{imageId}: at once, and with every version of it. */
export function deleteContainerImage(call: Call): Promise<Reply> {
  return change(call, async (image, repository, registry) => {
    await registry?.removeManifest(repository, image.name);
    call.cloud.store.remove(imageKind, image.id);
    return { status: 204 };
  });
}

/** POST /container/images/{imageId}/actions/removeVersion: the image stays, even without a version. */
export function removeContainerVersion(call: Call): Promise<Reply> {
  const { version } = readBody(call, removeDetails);
  return change(call, async (image, repository, registry) => {
    if (!image.document.versions.some((given) => given.version === version)) throw notFound(version);
    await registry?.removeManifest(repository, version);
    const parent = call.cloud.store.get(repositoryKind, image.parentId);
    if (parent !== undefined) recordUntag(call.cloud, parent, version);
    return described(call, existing(call));
  });
}

/** Changes an image, if it is the one that `if-match` names, while nothing else changes its repository. */
async function change(
  call: Call,
  apply: (image: Image, repository: string, registry: ReturnType<typeof registryOf>) => Promise<Reply>,
): Promise<Reply> {
  const name = summary(call, existing(call)).repositoryName;
  const registry = registryOf(call.cloud);
  const run = (): Promise<Reply> => {
    const image = existing(call);
    requireMatch(call, image);
    return apply(image, name, registry);
  };
  return registry ? registry.changes.run(name, run) : run();
}

function existing(call: Call): Image {
  const image = call.cloud.store.get(imageKind, pathParam(call, "imageId"));
  if (image === undefined) throw notFound();
  return image;
}

function isAsked(call: Call, image: Image): boolean {
  const { id, digest, displayName, repositoryId, repositoryName } = summary(call, image);
  const versions = image.document.versions.map(({ version }) => version);
  const isVersioned = queryFlag(call, "isVersioned");
  const version = queryText(call, "version");
  const state = queryText(call, "lifecycleState");
  return (
    matches(queryText(call, "displayName"), displayName) &&
    matches(queryText(call, "imageId"), id) &&
    matches(queryText(call, "imageDigest"), digest) &&
    matches(queryText(call, "repositoryId"), repositoryId) &&
    matches(queryText(call, "repositoryName"), repositoryName) &&
    (version === undefined || versions.some((given) => matches(version, given))) &&
    (isVersioned === undefined || isVersioned === versions.length > 0) &&
    (state === undefined || state.toUpperCase() === "AVAILABLE")
  );
}

function summary(call: Call, image: Image): Wire<models.ContainerImageSummary> {
  const { id, compartmentId, parentId: repositoryId, name: digest, document } = image;
  const { versions, lastVersion, timeCreated, freeformTags, definedTags } = document;
  const repositoryName = call.cloud.store.get(repositoryKind, repositoryId)?.name ?? "";
  const version = versions.at(-1)?.version;
  return {
    id,
    compartmentId,
    repositoryId,
    repositoryName,
    digest,
    displayName:
      version === undefined
        ? `${repositoryName}:${lastVersion ?? "unknown"}@${digest}`
        : `${repositoryName}:${version}`,
    lifecycleState: "AVAILABLE",
    ...(version === undefined ? {} : { version }),
    timeCreated,
    freeformTags,
    definedTags,
    systemTags: {},
  };
}
