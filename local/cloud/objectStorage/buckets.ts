import type { models } from "oci-objectstorage";
import { z } from "zod";
import { conflict, invalidParameter } from "../errors";
import { requireMatch } from "../etag";
import { requireCompartment } from "../identity/tree";
import { notServedProperty, queryText, readBody, requiredQuery, tagFields } from "../inputs";
import { newOcid } from "../ocid";
import { page } from "../pagination";
import type { Call, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import {
  type Bucket,
  buckets,
  findBucket,
  lifecyclePolicies,
  objects,
  requireBucket,
  requireNamespace,
} from "./state";

const name = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w.-]+$/, "may hold letters, digits, hyphens, underscores and periods only");
const publicAccessType = z.enum(["NoPublicAccess", "ObjectRead", "ObjectReadWithoutList"]).optional();
const common = {
  metadata: z.record(z.string(), z.string()).optional(),
  publicAccessType,
  objectEventsEnabled: z.boolean().optional(),
  autoTiering: z.enum(["Disabled", "InfrequentAccess"]).optional(),
  kmsKeyId: notServedProperty("kmsKeyId"),
  isBucketKeyEnabled: notServedProperty("isBucketKeyEnabled"),
  bucketScope: notServedProperty("bucketScope"),
  ...tagFields,
};

const createDetails = z.strictObject({
  ...common,
  name,
  compartmentId: z.string(),
  storageTier: z.enum(["Standard", "Archive"]).optional(),
  versioning: z.enum(["Enabled", "Disabled"]).optional(),
}) satisfies z.ZodType<Wire<models.CreateBucketDetails>>;

const updateDetails = z.strictObject({
  ...common,
  namespace: z.string().optional(),
  compartmentId: z.string().optional(),
  name: name.optional(),
  versioning: z.enum(["Enabled", "Suspended"]).optional(),
}) satisfies z.ZodType<Wire<models.UpdateBucketDetails>>;

export function getNamespace(call: Call): Reply {
  return { body: call.cloud.account.namespace };
}

export function getNamespaceMetadata(call: Call): Reply {
  const { tenancyId } = call.cloud.account;
  const body: Wire<models.NamespaceMetadata> = {
    namespace: requireNamespace(call),
    defaultS3CompartmentId: tenancyId,
    defaultSwiftCompartmentId: tenancyId,
  };
  return { body };
}

export function createBucket(call: Call): Reply {
  const { cloud } = call;
  const namespace = requireNamespace(call);
  const details = readBody(call, createDetails);
  requireCompartment(cloud, details.compartmentId);
  requireFreeName(call, details.name);
  const id = newOcid("bucket", cloud.account.homeRegion.name);
  const document: Bucket = {
    ...omitUndefined(details),
    id,
    namespace,
    name: details.name,
    compartmentId: details.compartmentId,
    metadata: details.metadata ?? {},
    createdBy: call.caller.userId,
    timeCreated: new Date().toISOString(),
    publicAccessType: details.publicAccessType ?? "NoPublicAccess",
    storageTier: details.storageTier ?? "Standard",
    objectEventsEnabled: details.objectEventsEnabled ?? false,
    versioning: details.versioning ?? "Disabled",
    autoTiering: details.autoTiering ?? "Disabled",
    replicationEnabled: false,
    isReadOnly: false,
    freeformTags: details.freeformTags ?? {},
    definedTags: {},
  };
  const { compartmentId } = document;
  const place = { id, compartmentId, parentId: namespace, name: document.name };
  return shown(call, cloud.store.insert(buckets, place, document));
}

export function getBucket(call: Call): Reply {
  const bucket = requireBucket(call);
  const reply = shown(call, bucket);
  const fields = [call.query["fields"] ?? []].flat().flatMap((value) => value.split(","));
  const held = fields.length === 0 ? [] : call.cloud.store.find(objects, { parentId: bucket.id });
  const counted = {
    ...(fields.includes("approximateCount") && { approximateCount: held.length }),
    ...(fields.includes("approximateSize") && {
      approximateSize: held.reduce((sum, { document }) => sum + document.size, 0),
    }),
  };
  return { ...reply, body: { ...(reply.body as object), ...counted } };
}

export function headBucket(call: Call): Reply {
  return { status: 200, resource: requireBucket(call) };
}

export function listBuckets(call: Call): Reply {
  const { cloud } = call;
  const namespace = requireNamespace(call);
  const compartmentId = requiredQuery(call, "compartmentId");
  requireCompartment(cloud, compartmentId);
  const withTags = queryText(call, "fields")?.includes("tags") === true;
  const { resources, headers } = page(call, cloud.store.find(buckets, { compartmentId }), {
    sort: { name: (resource) => resource.name },
    by: "name",
  });
  const body = resources.map<Wire<models.BucketSummary>>(({ document, etag }) => ({
    namespace,
    name: document.name,
    compartmentId,
    createdBy: document.createdBy,
    timeCreated: document.timeCreated,
    etag,
    ...(withTags && { freeformTags: document.freeformTags, definedTags: document.definedTags }),
  }));
  return { body, headers };
}

export function updateBucket(call: Call): Reply {
  const { cloud } = call;
  const bucket = requireBucket(call);
  requireMatch(call, bucket);
  const details = readBody(call, updateDetails);
  if (details.namespace !== undefined && details.namespace !== bucket.document.namespace) {
    throw invalidParameter("A bucket cannot be moved to another namespace.");
  }
  if (details.compartmentId !== undefined) {
    requireCompartment(cloud, details.compartmentId);
  }
  if (details.name !== undefined && details.name !== bucket.name) {
    requireFreeName(call, details.name);
  }
  if (details.versioning === "Suspended" && bucket.document.versioning === "Disabled") {
    throw invalidParameter("Versioning that was never enabled cannot be suspended.");
  }
  const document: Bucket = { ...bucket.document, ...omitUndefined(details) };
  const { name, compartmentId } = document;
  return shown(call, cloud.store.update(buckets, bucket, document, { name, compartmentId }));
}

export function deleteBucket(call: Call): Reply {
  const { store } = call.cloud;
  const bucket = requireBucket(call);
  requireMatch(call, bucket);
  if (store.find(objects, { parentId: bucket.id }).length > 0) {
    throw conflict(
      "BucketNotEmpty",
      `Bucket named '${bucket.name}' is not empty. Delete all object versions from the bucket first.`,
    );
  }
  store.remove(lifecyclePolicies, bucket.id);
  store.remove(buckets, bucket.id);
  return {};
}

function shown(call: Call, resource: Resource<Bucket>): Reply {
  const { document, etag, id } = resource;
  const objectLifecyclePolicyEtag = call.cloud.store.get(lifecyclePolicies, id)?.etag;
  return { body: { ...document, etag, objectLifecyclePolicyEtag }, resource };
}

function requireFreeName(call: Call, wanted: string): void {
  if (findBucket(call.cloud, wanted)) {
    throw conflict(
      "BucketAlreadyExists",
      `Either the bucket '${wanted}' in namespace '${call.cloud.account.namespace}' already exists or you are not authorized to create it`,
    );
  }
}

function omitUndefined<Details extends object>(details: Details): Details {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)) as Details;
}
