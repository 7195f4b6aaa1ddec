import type { models } from "oci-artifacts";

import { notFound } from "../errors";
import { requireMatch } from "../etag";
import { pathParam, queryFlag, queryText } from "../inputs";
import { page } from "../pagination";
import type { Call, Reply } from "../service";
import type { Wire } from "../wire";
import { byAge, compartmentsAsked, matches } from "./lists";
import { registryOf } from "./registryContent";
import { type Image, imageKind, repositoryKind } from "./state";

/** GET /container/images/{imageId} */
export function getContainerImage(call: Call): Reply {
  const image = existing(call);
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
export async function deleteContainerImage(call: Call): Promise<Reply> {
  const { cloud } = call;
  const name = summary(call, existing(call)).repositoryName;
  const registry = registryOf(cloud);
  const remove = async (): Promise<Reply> => {
    const image = existing(call);
    requireMatch(call, image);
    await registry?.removeManifest(name, image.name);
    cloud.store.remove(imageKind, image.id);
    return { status: 204 };
  };
  return registry ? registry.changes.run(name, remove) : remove();
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
