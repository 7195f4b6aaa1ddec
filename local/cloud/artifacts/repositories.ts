import type { models } from "oci-artifacts";
import { z } from "zod";

import { repositoryNameProblem } from "../../../formats/repositoryName";
import { LONGEST_README } from "../../../formats/repositoryReadme";
import { conflict, invalidParameter, notFound } from "../errors";
import { requireMatch } from "../etag";
import { requireCompartment } from "../identity/tree";
import { pathParam, queryFlag, queryText, readBody, tagFields } from "../inputs";
import { page } from "../pagination";
import type { Call, Reply } from "../service";
import type { Wire } from "../wire";
import { byAge, compartmentsAsked } from "./lists";
import { registryOf } from "./registryContent";
import {
  createRepository,
  findRepository,
  forgetRepository,
  imageKind,
  imagesOf,
  type Repository,
  repositoryKind,
} from "./state";

const settingFields = {
  isImmutable: z.boolean().optional(),
  isPublic: z.boolean().optional(),
  readme: z
    .strictObject({
      content: z.string().max(LONGEST_README),
      format: z.enum(["TEXT_MARKDOWN", "TEXT_PLAIN"]),
    })
    .optional(),
  ...tagFields,
};
const createDetails = z.strictObject({
  compartmentId: z.string(),
  displayName: z.string(),
  ...settingFields,
});
const updateDetails = z.strictObject(settingFields);
const moveDetails = z.strictObject({ compartmentId: z.string() });

/** POST /container/repositories */
export function createContainerRepository(call: Call): Reply {
  const { compartmentId, displayName, ...settings } = readBody(call, createDetails);
  const problem = repositoryNameProblem(displayName);
  if (problem !== undefined) throw invalidParameter(`The repository's displayName ${problem}.`);
  requireCompartment(call.cloud, compartmentId);
  if (findRepository(call.cloud, displayName)) {
    throw conflict("NAMESPACE_CONFLICT", `Repository already exists: ${displayName}.`);
  }
  const place = { compartmentId, name: displayName };
  const createdBy = call.caller.userId;
  return answer(call, createRepository(call.cloud, place, { ...given(settings), createdBy }));
}

/** GET /container/repositories/{repositoryId} */
export function getContainerRepository(call: Call): Reply {
  return answer(call, existing(call));
}

/** PUT /container/repositories/{repositoryId} */
export function updateContainerRepository(call: Call): Reply {
  const repository = existing(call);
  requireMatch(call, repository);
  const document = { ...repository.document, ...given(readBody(call, updateDetails)) };
  return answer(call, call.cloud.store.update(repositoryKind, repository, document));
}

/** POST /container/repositories/{repositoryId}/actions/changeCompartment: its images go with it. */
export function changeContainerRepositoryCompartment(call: Call): Reply {
  const repository = existing(call);
  requireMatch(call, repository);
  const { compartmentId } = readBody(call, moveDetails);
  const { cloud } = call;
  requireCompartment(cloud, compartmentId);
  const moved = cloud.store.transaction(() => {
    for (const image of imagesOf(cloud, repository)) {
      cloud.store.update(imageKind, image, image.document, { compartmentId });
    }
    return cloud.store.update(repositoryKind, repository, repository.document, { compartmentId });
  });
  return { status: 204, resource: moved };
}

/** DELETE /container/repositories/{repositoryId}: its images go with it, from the registry too. */
export async function deleteContainerRepository(call: Call): Promise<Reply> {
  const { name } = existing(call);
  const registry = registryOf(call.cloud);
  const remove = (): Promise<Reply> => {
    const repository = existing(call);
    requireMatch(call, repository);
    registry?.removeRepository(name);
    forgetRepository(call.cloud, repository);
    return Promise.resolve({ status: 204 });
  };
  return registry ? registry.changes.run(name, remove) : remove();
}

/** GET /container/repositories */
export function listContainerRepositories(call: Call): Reply {
  const compartments = compartmentsAsked(call);
  const id = queryText(call, "repositoryId");
  const name = queryText(call, "displayName");
  const isPublic = queryFlag(call, "isPublic");
  const state = queryText(call, "lifecycleState");
  const found = call.cloud.store
    .find(repositoryKind, name === undefined ? {} : { name })
    .filter(({ compartmentId }) => compartments.has(compartmentId))
    .filter((repository) => id === undefined || repository.id === id)
    .filter(({ document }) => isPublic === undefined || document.isPublic === isPublic)
    .filter(() => state === undefined || state.toUpperCase() === "AVAILABLE");
  const { resources, headers } = page(call, found, byAge);
  const all = found.map((repository) => summary(call, repository));
  const body: Wire<models.ContainerRepositoryCollection> = {
    items: resources.map((repository) => summary(call, repository)),
    imageCount: total(all, "imageCount"),
    layerCount: total(all, "layerCount"),
    layersSizeInBytes: total(all, "layersSizeInBytes"),
    repositoryCount: found.length,
    remainingItemsCount: found.length - resources.length,
  };
  return { body, headers };
}

function existing(call: Call): Repository {
  const repository = call.cloud.store.get(repositoryKind, pathParam(call, "repositoryId"));
  if (repository === undefined) throw notFound();
  return repository;
}

function answer(call: Call, resource: Repository): Reply {
  const { createdBy, isImmutable, readme, timeLastPushed } = resource.document;
  const body: Wire<models.ContainerRepository> = {
    ...summary(call, resource),
    lifecycleState: "AVAILABLE",
    createdBy,
    isImmutable,
    ...(readme === undefined ? {} : { readme }),
    ...(timeLastPushed === undefined ? {} : { timeLastPushed }),
  };
  return { body, resource };
}

function summary(call: Call, repository: Repository): Wire<models.ContainerRepositorySummary> {
  const { id, compartmentId, name: displayName, document } = repository;
  const images = imagesOf(call.cloud, repository);
  // Images share layers, and a shared one is stored once.
  const layers = new Map(
    images.flatMap((image) => image.document.layers.map((layer) => [layer.digest, layer])),
  );
  const layersSizeInBytes = [...layers.values()].reduce((sum, layer) => sum + layer.sizeInBytes, 0);
  const { isPublic, timeCreated, freeformTags, definedTags } = document;
  return {
    id,
    compartmentId,
    displayName,
    namespace: call.cloud.account.namespace,
    lifecycleState: "AVAILABLE",
    isPublic,
    imageCount: images.length,
    layerCount: layers.size,
    layersSizeInBytes,
    billableSizeInGBs: Math.ceil(layersSizeInBytes / 1e9),
    timeCreated,
    freeformTags,
    definedTags,
    systemTags: {},
  };
}

type Counts = Pick<models.ContainerRepositorySummary, "imageCount" | "layerCount" | "layersSizeInBytes">;

function total(all: Counts[], property: keyof Counts): number {
  return all.reduce((sum, counts) => sum + counts[property], 0);
}

/** What was given, without what was left out. */
function given<T extends object>(details: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)) as never;
}
