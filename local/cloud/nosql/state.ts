import type { models } from "oci-nosql";
import type { Cloud } from "../cloud";
import { incorrectState, missingParameter, ServiceError } from "../errors";
import { requireCompartment } from "../identity/tree";
import { defineKind, type Resource } from "../store";
import type { Wire } from "../wire";

/** A table as the API shows it, with what later changes of it need to know. */
export interface TableDocument {
  table: Wire<models.Table> & { name: string };
  /** The table as it is, as canonical DDL: the shown statement may have its columns in another order. */
  definition: string;
  /** How often the schema was changed since the table was made. */
  evolutions: number;
}

export type Index = Wire<models.Index> & { name: string; keys: Wire<models.IndexKey>[] };

export const tables = defineKind<TableDocument>("table");
/** An index's parent is its table's OCID. */
export const indexes = defineKind<Index>("index");

/** Limits of the service for a table: columns, indexes and schema changes. Tables in a tenancy: `cloud.controls.limits`. */
export const LIMITS = { columns: 50, indexes: 5, evolutions: 100 };

/** Finds a table by OCID, or by name in a compartment. Names don't tell capitals from small letters. */
export function findTable(
  { store }: Cloud,
  nameOrId: string,
  compartmentId: string | undefined,
): Resource<TableDocument> | undefined {
  if (nameOrId.startsWith("ocid1.")) {
    const found = store.get(tables, nameOrId);
    return compartmentId === undefined || found?.compartmentId === compartmentId ? found : undefined;
  }
  if (compartmentId === undefined) {
    throw missingParameter("compartmentId");
  }
  const lower = nameOrId.toLowerCase();
  return store.find(tables, { compartmentId }).find(({ name }) => name.toLowerCase() === lower);
}

export function requireTable(
  cloud: Cloud,
  nameOrId: string,
  compartmentId: string | undefined,
): Resource<TableDocument> {
  if (compartmentId !== undefined) {
    requireCompartment(cloud, compartmentId);
  }
  const found = findTable(cloud, nameOrId, compartmentId);
  if (!found) {
    throw tableNotFound(nameOrId);
  }
  return found;
}

/** A table takes one change at a time. */
export function requireActive({ name, document }: Resource<TableDocument>): void {
  const state = document.table.lifecycleState;
  if (state !== "ACTIVE") {
    throw incorrectState(
      `Table ${name} is ${state ?? "not active"}: it takes no other change until that is over.`,
    );
  }
}

function tableNotFound(nameOrId: string): ServiceError {
  return new ServiceError(404, "TableNotFound", `Table not found: ${nameOrId}`);
}

export function indexNotFound(name: string, table: string): ServiceError {
  return new ServiceError(404, "IndexNotFound", `Index not found: ${name} on table ${table}`);
}

export function limitError(code: string, message: string): ServiceError {
  return new ServiceError(400, code, message);
}
