import { asText, isObject, type Value } from "../../shared/values";
import type { FunctionRow, ResourceRow } from "../row";
import {
  as,
  flag,
  ignoringCase,
  list,
  object,
  replaces,
  required,
  single,
  state,
  systemTags,
  tags,
  text,
  time,
  unsent,
  whole,
  type Field,
  type Fields,
} from "../shape";
import { nosql, segment } from "./services";

const limitFields: Fields = {
  capacityMode: text,
  maxReadUnits: required(whole),
  maxStorageInGbs: required(as("maxStorageInGBs", whole)),
  maxWriteUnits: required(whole),
};

const limits: Field = {
  ...object(limitFields),
  same: sameOnDemand,
};

/** On demand, the service sets the units itself: only storage counts. */
function sameOnDemand(before: Value, after: Value): boolean {
  if (!isObject(before) || !isObject(after)) return false;
  return (
    isOnDemand(before.capacityMode) &&
    isOnDemand(after.capacityMode) &&
    before.maxStorageInGbs === after.maxStorageInGbs
  );
}

const isOnDemand = (mode: Value | undefined): boolean =>
  typeof mode === "string" && mode.toUpperCase() === "ON_DEMAND";

const table: ResourceRow = {
  type: "oci:Nosql/table:Table",
  noun: "table",
  service: nosql,
  inputs: {
    compartmentId: required(text),
    ddlStatement: required(ignoringCase(text)),
    ...tags,
    isAutoReclaimable: replaces(flag),
    name: replaces(text),
    tableLimits: limits,
  },
  outputs: {
    isMultiRegion: flag,
    lifecycleDetails: text,
    localReplicaInitializationInPercent: whole,
    replicas: list(
      object({
        capacityMode: text,
        lifecycleDetails: text,
        maxWriteUnits: whole,
        region: text,
        ...state,
        tableId: text,
      }),
    ),
    schemaState: text,
    schemas: as(
      "schema",
      single({
        columns: list(
          object({
            defaultValue: text,
            isAsUuid: flag,
            isGenerated: flag,
            isNullable: flag,
            name: text,
            type: text,
          }),
        ),
        identities: as("identity", single({ columnName: text, isAlways: flag, isNull: flag })),
        primaryKeys: as("primaryKey", list(text)),
        shardKeys: as("shardKey", list(text)),
        ttl: whole,
      }),
    ),
    ...state,
    ...systemTags,
    timeCreated: time,
    timeOfExpiration: time,
    timeUpdated: time,
  },
  collection: () => "/tables",
  item: (id) => `/tables/${segment(id)}`,
  workEntity: /TABLE/i,
  // The service takes one kind of change a request: DDL, tags or limits.
  updateOneByOne: true,
  move: {
    field: "compartmentId",
    action: "changeCompartment",
    body: (from, to) => ({ fromCompartmentId: from, toCompartmentId: to }),
  },
  autoname: true,
};

const index: ResourceRow = {
  type: "oci:Nosql/index:Index",
  noun: "index",
  service: nosql,
  inputs: {
    compartmentId: replaces(text),
    isIfNotExists: replaces(flag),
    keys: required(
      replaces(list(object({ columnName: required(text), jsonFieldType: text, jsonPath: text }))),
    ),
    name: replaces(text),
    tableNameOrId: required(replaces(unsent(text))),
  },
  outputs: { lifecycleDetails: text, ...state, tableId: text, tableName: text },
  collection: ({ tableNameOrId }) => `/tables/${segment(tableNameOrId)}/indexes`,
  item: (_id, { tableNameOrId, name }) => `/tables/${segment(tableNameOrId)}/indexes/${segment(name)}`,
  // A table's name means something in its compartment only.
  itemQuery: ({ compartmentId }) => ({
    compartmentId: typeof compartmentId === "string" ? compartmentId : undefined,
  }),
  id: ({ name }) => asText(name),
  importId: /^tables\/(?<tableNameOrId>[^/]+)\/indexes\/(?<name>[^/]+)$/,
  workEntity: /TABLE/i,
  autoname: true,
};

const getTable: FunctionRow = {
  token: "oci:Nosql/getTable:getTable",
  service: nosql,
  inputs: { tableNameOrId: required(text), compartmentId: required(text) },
  path: ({ tableNameOrId }) => `/tables/${segment(tableNameOrId)}`,
  query: { compartmentId: text },
  result: {
    kind: "one",
    fields: { ...table.inputs, ...table.outputs, id: text, tableLimits: single(limitFields) },
  },
};

export const nosqlResources = [table, index];
export const nosqlFunctions = [getTable];
