import type { Call } from "../service";
import type { Resource } from "../store";

/** Starts a change of a table. Work requests of indexes too name the table. */
export function startWork(
  call: Call,
  { id, name, compartmentId }: Pick<Resource<unknown>, "id" | "name" | "compartmentId">,
  operationType: "CREATE_TABLE" | "UPDATE_TABLE" | "DELETE_TABLE",
  actionType: "CREATED" | "UPDATED" | "DELETED",
  args: Record<string, string>,
  effect = "settleTable",
): string {
  const entityUri = `/20190828/tables/${name}?compartmentId=${compartmentId}`;
  return call.cloud.work.start({
    service: "nosql",
    operationType,
    compartmentId,
    resource: { entityType: "TABLE", actionType, identifier: id, entityUri },
    effect,
    args: { id, ...args },
  });
}
