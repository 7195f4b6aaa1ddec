import type { models } from "oci-nosql";
import { z } from "zod";
import { formatTable } from "../../../formats/ddl";
import { conflict, invalidParameter, notImplemented } from "../errors";
import { requireMatch } from "../etag";
import { requireCompartment } from "../identity/tree";
import { pathParam, queryFlag, queryText, readBody, requiredQuery, tagFields } from "../inputs";
import { moveChildren } from "../move";
import { newOcid } from "../ocid";
import { omit } from "../omit";
import { page } from "../pagination";
import type { Call, Effect, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { changeTable } from "./alterTable";
import { checkNoIndexedColumnIsLost } from "./indexes";
import { readDefinition, toSchema } from "./schema";
import {
  findTable,
  indexes,
  LIMITS,
  limitError,
  requireActive,
  requireTable,
  type TableDocument,
  tables,
} from "./state";
import { startWork } from "./work";

type Table = TableDocument["table"];

const units = z.number().int().min(0);
const tableLimits = z.strictObject({
  maxReadUnits: units,
  maxWriteUnits: units,
  maxStorageInGBs: z.number().int().min(1),
  capacityMode: z.enum(["PROVISIONED", "ON_DEMAND"]).default("PROVISIONED"),
});

const createDetails = z.strictObject({
  name: z.string().min(1).max(256),
  compartmentId: z.string(),
  ddlStatement: z.string().min(1),
  tableLimits,
  isAutoReclaimable: z.boolean().optional(),
  ...tagFields,
}) satisfies z.ZodType<Wire<models.CreateTableDetails>>;

const updateDetails = z.strictObject({
  compartmentId: z.string().optional(),
  ddlStatement: z.string().min(1).optional(),
  tableLimits: tableLimits.optional(),
  ...tagFields,
}) satisfies z.ZodType<Wire<models.UpdateTableDetails>>;

const moveDetails: z.ZodType<Wire<models.ChangeTableCompartmentDetails>> = z.strictObject({
  fromCompartmentId: z.string().optional(),
  toCompartmentId: z.string(),
});

export function createTable(call: Call): Reply {
  const { cloud } = call;
  const details = readBody(call, createDetails);
  const { compartmentId, name, ddlStatement } = details;
  requireCompartment(cloud, compartmentId);
  checkLimits(details.tableLimits);
  if (details.isAutoReclaimable === true) {
    throw notImplemented("always-free tables (isAutoReclaimable)");
  }
  const definition = readDefinition(ddlStatement, name);
  const existing = findTable(cloud, name, compartmentId);
  if (existing) {
    if (!definition.ifNotExists) {
      throw conflict("TableAlreadyExists", `Table already exists: ${name}`);
    }
    requireActive(existing);
    // As in SQL: the table stays as it is, whatever the statement says of its columns.
    return { status: 202, workRequestId: startWork(call, existing, "CREATE_TABLE", "CREATED", {}) };
  }
  const most = cloud.controls.limits.nosqlTables;
  if (cloud.store.find(tables).length >= most) {
    throw limitError("TableLimitExceeded", `A tenancy may have ${most} tables in a region.`);
  }
  const id = newOcid("nosqltable", cloud.account.homeRegion.name);
  const now = new Date().toISOString();
  const table: Table = {
    id,
    name: definition.name,
    compartmentId,
    timeCreated: now,
    timeUpdated: now,
    tableLimits: details.tableLimits,
    lifecycleState: "CREATING",
    isAutoReclaimable: false,
    schema: toSchema(definition),
    ddlStatement,
    schemaState: "MUTABLE",
    isMultiRegion: false,
    freeformTags: details.freeformTags ?? {},
    definedTags: {},
    systemTags: {},
  };
  const workRequestId = cloud.store.transaction(() => {
    const document = { table, definition: formatTable(definition), evolutions: 0 };
    const resource = cloud.store.insert(tables, { id, compartmentId, name: definition.name }, document);
    return startWork(call, resource, "CREATE_TABLE", "CREATED", {});
  });
  return { status: 202, workRequestId };
}

export function getTable(call: Call): Reply {
  const resource = addressed(call);
  return { body: resource.document.table, resource };
}

export function listTables(call: Call): Reply {
  const { cloud } = call;
  const compartmentId = requiredQuery(call, "compartmentId");
  requireCompartment(cloud, compartmentId);
  const pattern = queryText(call, "name")?.toLowerCase();
  const state = queryText(call, "lifecycleState") ?? "ALL";
  const found = cloud.store
    .find(tables, { compartmentId })
    .filter(({ name }) => pattern === undefined || matches(name.toLowerCase(), pattern))
    .filter(({ document }) => state === "ALL" || document.table.lifecycleState === state);
  const { resources, headers } = page(call, found, {
    sort: { timeCreated: ({ document }) => document.table.timeCreated ?? "", name: ({ name }) => name },
    by: "timeCreated",
  });
  const items = resources.map<Wire<models.TableSummary>>(({ document }) =>
    omit(document.table, "schema", "ddlStatement"),
  );
  const body: Wire<models.TableCollection> = { items };
  return { body, headers };
}

export function updateTable(call: Call): Reply {
  const { cloud } = call;
  const details = readBody(call, updateDetails);
  const current = requireTable(cloud, pathParam(call, "tableNameOrId"), details.compartmentId);
  requireMatch(call, current, "ETagMismatch");
  requireActive(current);
  const tags = details.freeformTags ?? details.definedTags;
  if ([details.ddlStatement, details.tableLimits, tags].filter((part) => part !== undefined).length !== 1) {
    throw invalidParameter("An update changes exactly one of ddlStatement, tableLimits and tags.");
  }
  const { document } = current;
  const next: TableDocument = { ...document, table: { ...document.table } };
  if (details.ddlStatement !== undefined) {
    if (document.evolutions >= LIMITS.evolutions) {
      throw limitError(
        "EvolutionLimitExceeded",
        `A table's schema may be changed ${LIMITS.evolutions} times.`,
      );
    }
    const change = changeTable(document.definition, details.ddlStatement, current.name);
    checkNoIndexedColumnIsLost(cloud, current, change.definition);
    next.table.schema = toSchema(change.definition);
    next.table.ddlStatement = change.ddlStatement;
    next.definition = formatTable(change.definition);
    next.evolutions += 1;
  } else if (details.tableLimits) {
    checkLimits(details.tableLimits);
    next.table.tableLimits = details.tableLimits;
  } else {
    next.table.freeformTags = details.freeformTags ?? document.table.freeformTags;
  }
  const workRequestId = cloud.store.transaction(() => {
    const table: Table = { ...document.table, lifecycleState: "UPDATING" };
    cloud.store.update(tables, current, { ...document, table });
    return startWork(call, current, "UPDATE_TABLE", "UPDATED", { next: JSON.stringify(next) });
  });
  return { status: 202, workRequestId };
}

/** A table moves with its indexes. */
export function changeTableCompartment(call: Call): Reply {
  const { cloud } = call;
  const details = readBody(call, moveDetails);
  const current = requireTable(cloud, pathParam(call, "tableNameOrId"), details.fromCompartmentId);
  requireMatch(call, current, "ETagMismatch");
  requireActive(current);
  const compartmentId = details.toCompartmentId;
  requireCompartment(cloud, compartmentId);
  const existing = findTable(cloud, current.name, compartmentId);
  if (existing && existing.id !== current.id) {
    throw conflict("TableAlreadyExists", `Table already exists: ${current.name}`);
  }
  const workRequestId = cloud.store.transaction(() => {
    const table: Table = { ...current.document.table, compartmentId, lifecycleState: "UPDATING" };
    const moved = cloud.store.update(tables, current, { ...current.document, table }, { compartmentId });
    moveChildren(cloud.store, indexes, current.id, compartmentId);
    return startWork(call, moved, "UPDATE_TABLE", "UPDATED", {});
  });
  return { status: 202, workRequestId };
}

export function deleteTable(call: Call): Reply {
  const { cloud } = call;
  const nameOrId = pathParam(call, "tableNameOrId");
  const compartmentId = queryText(call, "compartmentId");
  const current = findTable(cloud, nameOrId, compartmentId);
  if (!current && queryFlag(call, "isIfExists") === true) {
    return { status: 202, workRequestId: startDeletion(call, nameOrId, nameOrId, compartmentId) };
  }
  const table = current ?? requireTable(cloud, nameOrId, compartmentId);
  requireMatch(call, table, "ETagMismatch");
  requireActive(table);
  const workRequestId = cloud.store.transaction(() => {
    const shown: Table = { ...table.document.table, lifecycleState: "DELETING" };
    cloud.store.update(tables, table, { ...table.document, table: shown });
    return startDeletion(call, table.id, table.name, table.compartmentId);
  });
  return { status: 202, workRequestId };
}

/** Ends creating or updating: the table is active, in its next shape when there is one. */
export const settleTable: Effect = ({ store }, { id = "", next }) => {
  const current = store.get(tables, id);
  if (current) {
    const document = next === undefined ? current.document : (JSON.parse(next) as TableDocument);
    const table: Table = {
      ...document.table,
      lifecycleState: "ACTIVE",
      timeUpdated: new Date().toISOString(),
    };
    store.update(tables, current, { ...document, table });
  }
};

export const removeTable: Effect = ({ store }, { id = "" }) => {
  for (const index of store.find(indexes, { parentId: id })) {
    store.remove(indexes, index.id);
  }
  store.remove(tables, id);
};

function startDeletion(call: Call, id: string, name: string, compartmentId = call.caller.tenancyId): string {
  return startWork(call, { id, name, compartmentId }, "DELETE_TABLE", "DELETED", {}, "removeTable");
}

function addressed(call: Call): Resource<TableDocument> {
  return requireTable(call.cloud, pathParam(call, "tableNameOrId"), queryText(call, "compartmentId"));
}

function checkLimits({ capacityMode, maxReadUnits, maxWriteUnits }: z.infer<typeof tableLimits>): void {
  if (capacityMode === "PROVISIONED" && (maxReadUnits < 1 || maxWriteUnits < 1)) {
    throw invalidParameter("A provisioned table needs maxReadUnits and maxWriteUnits of at least 1.");
  }
}

/** The list's `name` may hold `*` for any text. */
function matches(name: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(name);
}
