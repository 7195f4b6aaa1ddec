import type { models } from "oci-objectstorage";
import type { Cloud } from "../cloud";
import { ServiceError } from "../errors";
import { pathParam } from "../inputs";
import type { Call } from "../service";
import { defineKind, type Resource } from "../store";
import type { Wire } from "../wire";

/** The etags are those of the stored bucket and of its lifecycle policy, added when a bucket is shown. */
export type Bucket = Omit<
  Wire<models.Bucket>,
  "etag" | "objectLifecyclePolicyEtag" | "approximateCount" | "approximateSize"
>;

export type LifecyclePolicy = Wire<models.ObjectLifecyclePolicy>;

export interface StoredObject {
  name: string;
  size: number;
  /** Base64. */
  md5: string;
  contentType: string;
  /** Headers to give back: `opc-meta-*`, cache-control and their like. */
  headers: Record<string, string>;
  timeCreated: string;
  timeModified: string;
  /** Name of the file that holds the content. */
  file: string;
}

export const buckets = defineKind<Bucket>("bucket");
/** An object's parent is its bucket's OCID. */
export const objects = defineKind<StoredObject>("object");
/** Under its bucket's OCID. */
export const lifecyclePolicies = defineKind<LifecyclePolicy>("lifecyclePolicy");

export function requireNamespace(call: Call): string {
  const namespace = pathParam(call, "namespaceName");
  if (namespace !== call.cloud.account.namespace) {
    throw new ServiceError(
      404,
      "NamespaceNotFound",
      `You do not have authorization to perform this request, or the namespace '${namespace}' could not be found.`,
    );
  }
  return namespace;
}

export function findBucket({ store, account }: Cloud, name: string): Resource<Bucket> | undefined {
  return store.find(buckets, { parentId: account.namespace, name })[0];
}

export function requireBucket(call: Call): Resource<Bucket> {
  const namespace = requireNamespace(call);
  const name = pathParam(call, "bucketName");
  const bucket = findBucket(call.cloud, name);
  if (!bucket) {
    throw new ServiceError(
      404,
      "BucketNotFound",
      `Either the bucket named '${name}' does not exist in the namespace '${namespace}' or you are not authorized to access it`,
    );
  }
  return bucket;
}
