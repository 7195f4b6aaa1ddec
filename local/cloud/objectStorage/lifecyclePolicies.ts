import type { models } from "oci-objectstorage";
import { z } from "zod";
import { ServiceError } from "../errors";
import { requireMatch } from "../etag";
import { readBody } from "../inputs";
import type { Call, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { type Bucket, lifecyclePolicies, type LifecyclePolicy, requireBucket } from "./state";

const MAXIMUM_RULES = 1000;

const patterns = z.array(z.string().min(1).max(1024)).optional();

const rule = z
  .strictObject({
    name: z.string().min(1),
    target: z.enum(["objects", "multipart-uploads", "previous-object-versions"]).default("objects"),
    action: z.enum(["ARCHIVE", "INFREQUENT_ACCESS", "DELETE", "ABORT"]),
    timeAmount: z.int().min(1),
    timeUnit: z.enum(["DAYS", "YEARS"]),
    isEnabled: z.boolean(),
    objectNameFilter: z
      .strictObject({
        inclusionPrefixes: z.array(z.string()).optional(),
        inclusionPatterns: patterns,
        exclusionPatterns: patterns,
      })
      .optional(),
  })
  .refine(({ target, action }) => (target === "multipart-uploads") === (action === "ABORT"), {
    error: "ABORT is for the target multipart-uploads, and its only action",
  })
  .refine(({ target, objectNameFilter }) => target !== "multipart-uploads" || !objectNameFilter, {
    error: "multipart-uploads cannot be chosen by an objectNameFilter",
  });

const details = z.strictObject({
  items: z
    .array(rule)
    .max(MAXIMUM_RULES)
    .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, {
      error: "every rule needs a name of its own",
    })
    .optional(),
}) satisfies z.ZodType<Wire<models.PutObjectLifecyclePolicyDetails>>;

/** Sets all rules of a bucket at once. */
export function putLifecyclePolicy(call: Call): Reply {
  const { store } = call.cloud;
  const bucket = requireBucket(call);
  const current = policyOf(call, bucket);
  if (current) requireMatch(call, current);
  const { items = [] } = readBody(call, details);
  const document: LifecyclePolicy = { timeCreated: new Date().toISOString(), items };
  // It goes where its bucket goes, so it lies in no compartment of its own.
  const place = { id: bucket.id, compartmentId: "", name: bucket.name };
  const resource = current
    ? store.update(lifecyclePolicies, current, document)
    : store.insert(lifecyclePolicies, place, document);
  return { body: document, resource };
}

export function getLifecyclePolicy(call: Call): Reply {
  const resource = required(call);
  return { body: resource.document, resource };
}

export function deleteLifecyclePolicy(call: Call): Reply {
  const resource = required(call);
  requireMatch(call, resource);
  call.cloud.store.remove(lifecyclePolicies, resource.id);
  return {};
}

function policyOf(call: Call, bucket: Resource<Bucket>): Resource<LifecyclePolicy> | undefined {
  return call.cloud.store.get(lifecyclePolicies, bucket.id);
}

function required(call: Call): Resource<LifecyclePolicy> {
  const bucket = requireBucket(call);
  const found = policyOf(call, bucket);
  if (!found) {
    throw new ServiceError(
      404,
      "LifecyclePolicyNotFound",
      `The bucket '${bucket.name}' does not have an object lifecycle policy.`,
    );
  }
  return found;
}
