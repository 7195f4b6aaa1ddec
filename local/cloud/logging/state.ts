import type { models } from "oci-logging";
import { conflict, notFound } from "../errors";
import { pathParam } from "../inputs";
import type { Call } from "../service";
import { defineKind, type Kind, type Resource } from "../store";
import type { Wire } from "../wire";

export type LogGroup = Wire<models.LogGroup>;
export type Log = Wire<models.Log>;

export const logGroups = defineKind<LogGroup>("logGroup");
/** A log's parent is its log group. */
export const logs = defineKind<Log>("log");

export function requireLogGroup(call: Call): Resource<LogGroup> {
  const found = call.cloud.store.get(logGroups, pathParam(call, "logGroupId"));
  if (!found) {
    throw notFound();
  }
  return found;
}

/** Names are unique among the log groups of a compartment and the logs of a log group. */
export function requireFreeName(call: Call, kind: Kind<unknown>, place: object, name: string): void {
  if (call.cloud.store.find(kind, { ...place, name }).length > 0) {
    throw conflict("Conflict", `The name ${name} is already in use: display names are unique there.`);
  }
}

/** Starts the change of a log or a log group; its effect is one of the service's. */
export function startWork(
  call: Call,
  { id, compartmentId }: Resource<unknown>,
  entityType: "log" | "loggroup",
  verb: "CREATE" | "UPDATE" | "DELETE" | "MOVE",
): string {
  const entityUri = `/${entityType === "log" ? "logs" : "logGroups"}/${id}`;
  const kind = entityType === "log" ? "Log" : "LogGroup";
  return call.cloud.work.start({
    service: "logging",
    operationType: `${verb}_${entityType === "log" ? "LOG" : "LOG_GROUP"}`,
    compartmentId,
    resource: { entityType, actionType: verb === "MOVE" ? "RELATED" : `${verb}D`, identifier: id, entityUri },
    effect: `${verb === "DELETE" ? "remove" : "activate"}${kind}`,
    args: { id },
  });
}
