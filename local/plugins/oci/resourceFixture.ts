/** For tests: rows, a request, and the answers of a service that makes a table. */
import type { ResourceRow } from "./row";
import { resourceRows } from "./table";

export const messages: string[] = [];
export const request = {
  urn: "urn",
  type: "type",
  name: "thing",
  signal: new AbortController().signal,
  timeoutSeconds: undefined,
  preview: false,
  secretInputs: false,
  log: { status: () => undefined, info: (message: string) => messages.push(message), warn: () => undefined },
};

export const row = (type: string): ResourceRow => {
  const found = resourceRows.get(`oci:${type}`);
  if (!found) throw new Error(`no row ${type}`);
  return found;
};
export const table = row("Nosql/table:Table");
export const index = row("Nosql/index:Index");
export const bucket = row("ObjectStorage/bucket:Bucket");
export const compartment = row("Identity/compartment:Compartment");
export const authToken = row("Identity/authToken:AuthToken");
export const log = row("Logging/log:Log");

export const tableInputs = {
  name: "users",
  compartmentId: "c",
  ddlStatement: "CREATE TABLE users (id INTEGER, PRIMARY KEY(id))",
  tableLimits: { maxReadUnits: 10, maxWriteUnits: 5, maxStorageInGbs: 1 },
};
export const accepted = { status: 202, headers: { "opc-work-request-id": "w" } };
export const running = { body: { status: "IN_PROGRESS", resources: [] } };
export const succeeded = {
  body: { status: "SUCCEEDED", resources: [{ entityType: "TABLE", identifier: "table-id" }] },
};
export const active = { body: { id: "table-id", name: "users", lifecycleState: "ACTIVE" } };
