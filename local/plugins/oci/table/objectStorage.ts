import { asText, type Properties } from "../../shared/values";
import type { Body, FunctionRow, ResourceRow } from "../row";
import {
  as,
  flag,
  list,
  object,
  refused,
  replaces,
  required,
  tags,
  text,
  textMap,
  time,
  toWire,
  unsent,
  whenChanged,
  wholeText,
} from "../shape";
import { objectStorage, segment } from "./services";

const bucket: ResourceRow = {
  type: "oci:ObjectStorage/bucket:Bucket",
  noun: "bucket",
  service: objectStorage,
  inputs: {
    accessType: as("publicAccessType", text),
    autoTiering: text,
    bucketScope: text,
    compartmentId: required(text),
    ...tags,
    isBucketKeyEnabled: flag,
    kmsKeyId: text,
    metadata: textMap,
    name: replaces(text),
    namespace: required(replaces(unsent(text))),
    objectEventsEnabled: flag,
    retentionRules: refused(list(object({ displayName: required(text) }))),
    storageTier: replaces(text),
    versioning: whenChanged(text),
  },
  outputs: {
    approximateCount: wholeText,
    approximateSize: wholeText,
    bucketId: as("id", text),
    createdBy: text,
    etag: text,
    isReadOnly: flag,
    objectLifecyclePolicyEtag: text,
    replicationEnabled: flag,
    timeCreated: time,
  },
  collection: ({ namespace }) => `/n/${segment(namespace)}/b`,
  item: (id) => `/${id}`,
  itemQuery: () => ({ fields: "approximateCount,approximateSize,autoTiering" }),
  id: ({ namespace, name }) => `n/${segment(namespace)}/b/${segment(name)}`,
  importId: /^n\/(?<namespace>[^/]+)\/b\/(?<name>[^/]+)$/,
  updateMethod: "POST",
  autoname: true,
  defaults: () => ({ accessType: "NoPublicAccess" }),
};

const lifecyclePolicy: ResourceRow = {
  type: "oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy",
  noun: "object lifecycle policy",
  service: objectStorage,
  inputs: {
    bucket: required(replaces(unsent(text))),
    namespace: required(replaces(unsent(text))),
    rules: as(
      "items",
      list(
        object({
          action: required(text),
          isEnabled: required(flag),
          name: required(text),
          objectNameFilter: object({
            exclusionPatterns: list(text),
            inclusionPatterns: list(text),
            inclusionPrefixes: list(text),
          }),
          target: text,
          timeAmount: required(wholeText),
          timeUnit: required(text),
        }),
      ),
    ),
  },
  outputs: { timeCreated: time },
  collection: (values) => lifecyclePath(values),
  item: (id) => `/${id}`,
  id: (values) => lifecyclePath(values).slice(1),
  importId: /^n\/(?<namespace>[^/]+)\/b\/(?<bucket>[^/]+)\/l$/,
  // A bucket has one place for its rules: making them is putting them there.
  async create(session, values, signal): Promise<Body> {
    const { body } = await session.call({
      service: objectStorage,
      method: "PUT",
      path: lifecyclePath(values),
      body: toWire(lifecyclePolicy.inputs, values),
      doing: `create object lifecycle policy of bucket "${asText(values.bucket)}"`,
      signal,
    });
    return body as Body;
  },
};

function lifecyclePath({ namespace, bucket }: Properties): string {
  return `/n/${segment(namespace)}/b/${segment(bucket)}/l`;
}

const getNamespace: FunctionRow = {
  token: "oci:ObjectStorage/getNamespace:getNamespace",
  service: objectStorage,
  inputs: { compartmentId: text },
  path: () => "/n",
  query: { compartmentId: text },
  result: { kind: "value", as: "namespace" },
};

export const objectStorageResources = [bucket, lifecyclePolicy];
export const objectStorageFunctions = [getNamespace];
