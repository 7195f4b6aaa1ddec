import type { models } from "oci-nosql";
import { z } from "zod";
import { parseCreateTable, type TableDefinition } from "../../../formats/ddl";
import type { Cloud } from "../cloud";
import { conflict, invalidParameter } from "../errors";
import { requireMatch } from "../etag";
import { pathParam, queryFlag, queryText, readBody } from "../inputs";
import { page } from "../pagination";
import type { Call, Effect, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { findColumn } from "./schema";
import {
  type Index,
  indexes,
  indexNotFound,
  LIMITS,
  limitError,
  requireActive,
  requireTable,
  type TableDocument,
  tables,
} from "./state";
import { startWork } from "./work";

/** A JSON column is indexed by a path in it, and the type found there. */
const JSON_FIELD_TYPES = [
  "STRING",
  "INTEGER",
  "LONG",
  "DOUBLE",
  "NUMBER",
  "BOOLEAN",
  "ANYATOMIC",
  "GEOMETRY",
  "POINT",
];
const INDEXABLE = new Set(
  "INTEGER LONG FLOAT DOUBLE NUMBER STRING ENUM BOOLEAN TIMESTAMP ARRAY MAP RECORD".split(" "),
);

const createDetails: z.ZodType<Wire<models.CreateIndexDetails>> = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z]\w{0,63}$/, "must begin with a letter and hold at most 64 letters, digits and _"),
  compartmentId: z.string().optional(),
  keys: z
    .array(
      z.strictObject({
        columnName: z.string().min(1),
        jsonPath: z.string().optional(),
        jsonFieldType: z.string().optional(),
      }),
    )
    .min(1),
  isIfNotExists: z.boolean().optional(),
});

export function createIndex(call: Call): Reply {
  const { cloud } = call;
  const details = readBody(call, createDetails);
  const table = requireTable(cloud, pathParam(call, "tableNameOrId"), details.compartmentId);
  requireActive(table);
  const existing = indexesOf(cloud, table);
  if (existing.some((index) => sameName(index.name, details.name))) {
    if (details.isIfNotExists !== true) {
      throw conflict("IndexAlreadyExists", `Index already exists: ${details.name} on table ${table.name}`);
    }
    return { status: 202, workRequestId: startWork(call, table, "UPDATE_TABLE", "UPDATED", {}) };
  }
  if (existing.length >= LIMITS.indexes) {
    throw limitError("IndexLimitExceeded", `A table may have ${LIMITS.indexes} indexes.`);
  }
  const keys = details.keys.map((key) => checkedKey(key, table));
  const same = existing.find((index) => JSON.stringify(index.document.keys) === JSON.stringify(keys));
  if (same) {
    throw invalidParameter(`Index ${same.name} of table ${table.name} has the same keys.`);
  }
  const { id: tableId, name: tableName, compartmentId } = table;
  const document: Index = {
    name: details.name,
    compartmentId,
    tableName,
    tableId,
    keys,
    lifecycleState: "CREATING",
  };
  const id = `${tableId}/${details.name.toLowerCase()}`;
  const workRequestId = cloud.store.transaction(() => {
    cloud.store.insert(indexes, { id, compartmentId, parentId: tableId, name: details.name }, document);
    return startChange(call, table, id, "settleIndex");
  });
  return { status: 202, workRequestId };
}

export function getIndex(call: Call): Reply {
  const resource = addressed(call);
  return { body: resource.document, resource };
}

export function listIndexes(call: Call): Reply {
  const { cloud } = call;
  const table = requireTable(cloud, pathParam(call, "tableNameOrId"), queryText(call, "compartmentId"));
  const name = queryText(call, "name");
  const state = queryText(call, "lifecycleState") ?? "ALL";
  const found = indexesOf(cloud, table)
    .filter((index) => name === undefined || sameName(index.name, name))
    .filter(({ document }) => state === "ALL" || document.lifecycleState === state);
  const { resources, headers } = page(call, found, { sort: { name: (index) => index.name }, by: "name" });
  const items = resources.map<Wire<models.IndexSummary>>(({ document }) => {
    const { name: indexName, keys, lifecycleState } = document;
    return { name: indexName, keys, lifecycleState };
  });
  const body: Wire<models.IndexCollection> = { items };
  return { body, headers };
}

export function deleteIndex(call: Call): Reply {
  const { cloud } = call;
  const table = requireTable(cloud, pathParam(call, "tableNameOrId"), queryText(call, "compartmentId"));
  requireActive(table);
  const name = pathParam(call, "indexName");
  const index = indexesOf(cloud, table).find((candidate) => sameName(candidate.name, name));
  if (!index) {
    if (queryFlag(call, "isIfExists") !== true) {
      throw indexNotFound(name, table.name);
    }
    return { status: 202, workRequestId: startWork(call, table, "UPDATE_TABLE", "UPDATED", {}) };
  }
  requireMatch(call, index, "ETagMismatch");
  const workRequestId = cloud.store.transaction(() => {
    cloud.store.update(indexes, index, { ...index.document, lifecycleState: "DELETING" });
    return startChange(call, table, index.id, "removeIndex");
  });
  return { status: 202, workRequestId };
}

export const settleIndex: Effect = (cloud, { id = "", index = "" }) => {
  const current = cloud.store.get(indexes, index);
  if (current) {
    cloud.store.update(indexes, current, { ...current.document, lifecycleState: "ACTIVE" });
  }
  activate(cloud, id);
};

export const removeIndex: Effect = (cloud, { id = "", index = "" }) => {
  cloud.store.remove(indexes, index);
  activate(cloud, id);
};

/** A column that an index uses can't be dropped. */
export function checkNoIndexedColumnIsLost(
  cloud: Cloud,
  table: Resource<TableDocument>,
  next: TableDefinition,
): void {
  for (const { name, document } of indexesOf(cloud, table)) {
    const lost = document.keys.find((key) => !findColumn(next.columns, columnOf(key)));
    if (lost) {
      throw invalidParameter(`Column ${lost.columnName} cannot be dropped: index ${name} uses it.`);
    }
  }
}

/** While an index is made or removed, its table is UPDATING. */
function startChange(call: Call, table: Resource<TableDocument>, index: string, effect: string): string {
  const shown: TableDocument["table"] = { ...table.document.table, lifecycleState: "UPDATING" };
  call.cloud.store.update(tables, table, { ...table.document, table: shown });
  return startWork(call, table, "UPDATE_TABLE", "UPDATED", { index }, effect);
}

function activate({ store }: Cloud, tableId: string): void {
  const table = store.get(tables, tableId);
  if (table) {
    const shown: TableDocument["table"] = { ...table.document.table, lifecycleState: "ACTIVE" };
    store.update(tables, table, { ...table.document, table: shown });
  }
}

function checkedKey(key: Wire<models.IndexKey>, table: Resource<TableDocument>): Wire<models.IndexKey> {
  const column = findColumn(parseCreateTable(table.document.definition).columns, columnOf(key));
  if (!column) {
    throw invalidParameter(`Table ${table.name} has no column ${key.columnName} to index.`);
  }
  if (column.baseType === "JSON") {
    if (!JSON_FIELD_TYPES.includes(key.jsonFieldType?.toUpperCase() ?? "")) {
      throw invalidParameter(
        `Column ${column.name} is JSON: an index on it needs jsonFieldType, one of ${JSON_FIELD_TYPES.join(", ")}.`,
      );
    }
  } else if (
    key.jsonPath !== undefined ||
    key.jsonFieldType !== undefined ||
    !INDEXABLE.has(column.baseType)
  ) {
    throw invalidParameter(`Column ${column.name} of type ${column.type} cannot be indexed in this way.`);
  }
  return { ...key, columnName: key.columnName.replace(/^\w+/, column.name) };
}

/** A path into a complex column, such as `liked_list[]` or `info.keys()`, begins with the column. */
function columnOf({ columnName }: Wire<models.IndexKey>): string {
  return columnName.split(/[.[]/, 1).join("");
}

function addressed(call: Call): Resource<Index> {
  const table = requireTable(call.cloud, pathParam(call, "tableNameOrId"), queryText(call, "compartmentId"));
  const name = pathParam(call, "indexName");
  const index = indexesOf(call.cloud, table).find((candidate) => sameName(candidate.name, name));
  if (!index) {
    throw indexNotFound(name, table.name);
  }
  return index;
}

function indexesOf({ store }: Cloud, table: Resource<TableDocument>): Resource<Index>[] {
  return store.find(indexes, { parentId: table.id });
}

function sameName(first: string, second: string): boolean {
  return first.toLowerCase() === second.toLowerCase();
}
