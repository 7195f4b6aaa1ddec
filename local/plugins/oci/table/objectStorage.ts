import type { FunctionRow, ResourceRow } from "../row";
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

const getNamespace: FunctionRow = {
  token: "oci:ObjectStorage/getNamespace:getNamespace",
  service: objectStorage,
  inputs: { compartmentId: text },
  path: () => "/n",
  query: { compartmentId: text },
  result: { kind: "value", as: "namespace" },
};

export const objectStorageResources = [bucket];
export const objectStorageFunctions = [getNamespace];
