import type { models } from "oci-functions";
import { z } from "zod";
import type { Cloud } from "../cloud";
import { conflict, invalidParameter, missingParameter, notFound, notImplemented } from "../errors";
import { requireMatch } from "../etag";
import { notServedProperty, pathParam, queryText, readBody, requiredQuery, tagFields } from "../inputs";
import { newOcid } from "../ocid";
import { omit } from "../omit";
import { page } from "../pagination";
import type { Call, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { configField } from "./applications";
import { type Function, functions, requireApplication } from "./state";

const DEFAULT_TIMEOUT = 30;
const MEMORY_SIZES = [128, 256, 512, 1024, 2048, 3072];

const memoryInMBs = z
  .number()
  .refine((size) => MEMORY_SIZES.includes(size), `must be one of ${MEMORY_SIZES.join(", ")}`);
const common = {
  image: z.string().min(1).optional(),
  imageDigest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits")
    .optional(),
  config: configField,
  timeoutInSeconds: z.number().int().min(5).max(300).optional(),
  provisionedConcurrencyConfig: notServedProperty("provisionedConcurrencyConfig"),
  detachedModeTimeoutInSeconds: notServedProperty("detachedModeTimeoutInSeconds"),
  failureDestination: notServedProperty("failureDestination"),
  successDestination: notServedProperty("successDestination"),
  traceConfig: notServedProperty("traceConfig"),
  ...tagFields,
};

const createDetails = z.strictObject({
  ...common,
  displayName: z.string().min(1).max(255),
  applicationId: z.string(),
  // There is no catalogue here: a listing's OCID is kept, not looked up.
  sourceDetails: z
    .strictObject({
      sourceType: z.literal("PRE_BUILT_FUNCTIONS"),
      pbfListingId: z.string().startsWith("ocid1.pbflisting."),
    })
    .optional(),
  memoryInMBs,
}) satisfies z.ZodType<Wire<models.CreateFunctionDetails>>;

const updateDetails = z.strictObject({
  ...common,
  memoryInMBs: memoryInMBs.optional(),
}) satisfies z.ZodType<Wire<models.UpdateFunctionDetails>>;

export async function createFunction(call: Call): Promise<Reply> {
  const { cloud } = call;
  const details = readBody(call, createDetails);
  const { displayName, applicationId } = details;
  const application = requireApplication(cloud, applicationId);
  const source = await sourceOf(cloud, details);
  if (cloud.store.find(functions, { parentId: applicationId, name: displayName }).length > 0) {
    throw conflict(
      "Conflict",
      `Application ${application.name} already has a function named ${displayName}.`,
    );
  }
  const region = cloud.account.homeRegion.name;
  const id = newOcid("fnfunc", region);
  const { compartmentId } = application;
  const timeCreated = new Date().toISOString();
  const document: Function = {
    id,
    displayName,
    applicationId,
    compartmentId,
    lifecycleState: "ACTIVE",
    ...source,
    shape: application.document.shape,
    memoryInMBs: details.memoryInMBs,
    timeoutInSeconds: details.timeoutInSeconds ?? DEFAULT_TIMEOUT,
    config: details.config ?? {},
    provisionedConcurrencyConfig: { strategy: "NONE" },
    traceConfig: { isEnabled: false },
    freeformTags: details.freeformTags ?? {},
    definedTags: {},
    invokeEndpoint: `http://${cloud.host}`,
    timeCreated,
    timeUpdated: timeCreated,
  };
  const place = { id, compartmentId, parentId: applicationId, name: displayName };
  const resource = cloud.store.insert(functions, place, document);
  return { body: document, resource };
}

export function getFunction(call: Call): Reply {
  const resource = required(call);
  return { body: resource.document, resource };
}

export function listFunctions(call: Call): Reply {
  const { cloud } = call;
  const application = requireApplication(cloud, requiredQuery(call, "applicationId"));
  const id = queryText(call, "id");
  const state = queryText(call, "lifecycleState");
  const found = cloud.store
    .find(functions, { parentId: application.id, name: queryText(call, "displayName") })
    .filter((candidate) => id === undefined || candidate.id === id)
    .filter(({ document }) => state === undefined || document.lifecycleState === state);
  const { resources, headers } = page(call, found, {
    sort: {
      timeCreated: ({ document }) => document.timeCreated ?? "",
      id: (candidate) => candidate.id,
      displayName: ({ name }) => name,
    },
    by: "displayName",
  });
  const body = resources.map<Wire<models.FunctionSummary>>(({ document }) => omit(document, "config"));
  return { body, headers };
}

/** A new image takes the digest that its tag names now, unless one is given with it. */
export async function updateFunction(call: Call): Promise<Reply> {
  const { cloud } = call;
  requireMatch(call, required(call));
  const details = readBody(call, updateDetails);
  const { image, memoryInMBs: memory, timeoutInSeconds, config, freeformTags } = details;
  const named = image ?? required(call).document.image ?? "";
  const changed = image !== undefined || details.imageDigest !== undefined;
  const imageDigest = changed ? await resolvedDigest(cloud, named, details.imageDigest) : undefined;
  const current = required(call);
  requireMatch(call, current);
  if (changed && current.document.sourceDetails !== undefined) {
    throw invalidParameter("A pre-built function has no image of its own.");
  }
  const document: Function = {
    ...current.document,
    ...(imageDigest !== undefined && { image: named, imageDigest }),
    ...(memory !== undefined && { memoryInMBs: memory }),
    ...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
    ...(config && { config }),
    ...(freeformTags && { freeformTags }),
    timeUpdated: new Date().toISOString(),
  };
  const resource = cloud.store.update(functions, current, document);
  return { body: document, resource };
}

export function deleteFunction(call: Call): Reply {
  const current = required(call);
  requireMatch(call, current);
  call.cloud.store.remove(functions, current.id);
  return {};
}

/** An image and its digest, or the listing that a pre-built function is made from. */
async function sourceOf(
  cloud: Cloud,
  { image, imageDigest, sourceDetails }: z.output<typeof createDetails>,
): Promise<Pick<Function, "image" | "imageDigest" | "sourceDetails">> {
  if (sourceDetails !== undefined) {
    if (image !== undefined) throw invalidParameter("Give image or sourceDetails, not both.");
    return { sourceDetails };
  }
  if (image === undefined) {
    throw missingParameter("image");
  }
  return { image, imageDigest: await resolvedDigest(cloud, image, imageDigest) };
}

/** The digest to pin: the given one, or the tag's; the image must be in the registry either way. */
async function resolvedDigest(
  { registry }: Cloud,
  image: string,
  given: string | undefined,
): Promise<string> {
  if (!registry) {
    throw notImplemented("functions without the container registry");
  }
  const reference = given === undefined ? image : `${image.replace(/@.*$/, "")}@${given}`;
  const digest = await registry.resolveImageDigest(reference);
  if (digest === undefined) {
    throw invalidParameter(
      `Image ${reference} does not exist in the registry, or you are not authorized to use it.`,
    );
  }
  return digest;
}

function required(call: Call): Resource<Function> {
  const found = call.cloud.store.get(functions, pathParam(call, "functionId"));
  if (!found) {
    throw notFound();
  }
  return found;
}
