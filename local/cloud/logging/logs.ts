import type { models } from "oci-logging";
import { z } from "zod";
import { incorrectState, notFound, notImplemented } from "../errors";
import { requireMatch } from "../etag";
import { notServedProperty, pathParam, queryText, readBody, tagFields } from "../inputs";
import { newOcid } from "../ocid";
import { omit } from "../omit";
import { page } from "../pagination";
import type { Call, Effect, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { type Log, logs, requireFreeName, requireLogGroup, startWork } from "./state";

const DEFAULT_RETENTION = 30;

const displayName = z.string().min(1).max(255);
const common = {
  isEnabled: z.boolean().optional(),
  /** Days. */
  retentionDuration: z
    .number()
    .refine(
      (days) => days % 30 === 0 && days >= 30 && days <= 180,
      "must be a multiple of 30 from 30 to 180 days",
    )
    .optional(),
  configuration: notServedProperty("configuration (service logs)"),
  ...tagFields,
};

const createDetails = z.strictObject({
  ...common,
  displayName,
  logType: z.enum(["CUSTOM", "SERVICE"]),
}) satisfies z.ZodType<Wire<models.CreateLogDetails>>;

const updateDetails = z.strictObject({
  ...common,
  displayName: displayName.optional(),
}) satisfies z.ZodType<Wire<models.UpdateLogDetails>>;

export function createLog(call: Call): Reply {
  const { cloud } = call;
  const group = requireLogGroup(call);
  if (group.document.lifecycleState === "DELETING") {
    throw incorrectState(`Log group ${group.name} is being deleted.`);
  }
  const details = omit(readBody(call, createDetails), "configuration");
  if (details.logType === "SERVICE") {
    throw notImplemented("service logs (logType SERVICE)");
  }
  requireFreeName(call, logs, { parentId: group.id }, details.displayName);
  const id = newOcid("log", cloud.account.homeRegion.name);
  const timeCreated = new Date().toISOString();
  const { compartmentId } = group;
  const document: Log = {
    freeformTags: {},
    definedTags: {},
    ...details,
    isEnabled: details.isEnabled ?? true,
    retentionDuration: details.retentionDuration ?? DEFAULT_RETENTION,
    id,
    tenancyId: call.caller.tenancyId,
    compartmentId,
    logGroupId: group.id,
    lifecycleState: "CREATING",
    timeCreated,
    timeLastModified: timeCreated,
  };
  const workRequestId = cloud.store.transaction(() => {
    const place = { id, compartmentId, parentId: group.id, name: details.displayName };
    return startWork(call, cloud.store.insert(logs, place, document), "log", "CREATE");
  });
  return { status: 202, workRequestId };
}

export function getLog(call: Call): Reply {
  const resource = required(call);
  return { body: resource.document, resource };
}

export function listLogs(call: Call): Reply {
  const group = requireLogGroup(call);
  const name = queryText(call, "displayName");
  const wanted = { logType: queryText(call, "logType"), lifecycleState: queryText(call, "lifecycleState") };
  const found = call.cloud.store
    .find(logs, { parentId: group.id, name })
    .filter(({ document }) => wanted.logType === undefined || document.logType === wanted.logType)
    .filter(
      ({ document }) =>
        wanted.lifecycleState === undefined || document.lifecycleState === wanted.lifecycleState,
    );
  const { resources, headers } = page(call, found, {
    sort: { timeCreated: ({ document }) => document.timeCreated ?? "", displayName: (log) => log.name },
    by: "timeCreated",
    order: "DESC",
  });
  const body = resources.map<Wire<models.LogSummary>>(({ document }) => omit(document, "tenancyId"));
  return { body, headers };
}

export function updateLog(call: Call): Reply {
  const { store } = call.cloud;
  const current = required(call);
  requireMatch(call, current);
  const details = omit(readBody(call, updateDetails), "configuration");
  if (details.displayName !== undefined && details.displayName !== current.name) {
    requireFreeName(call, logs, { parentId: current.parentId }, details.displayName);
  }
  const document: Log = {
    ...current.document,
    ...details,
    displayName: details.displayName ?? current.name,
    lifecycleState: "UPDATING",
    timeLastModified: new Date().toISOString(),
  };
  const workRequestId = store.transaction(() => {
    const updated = store.update(logs, current, document, { name: document.displayName });
    return startWork(call, updated, "log", "UPDATE");
  });
  return { status: 202, workRequestId };
}

export function deleteLog(call: Call): Reply {
  const { store } = call.cloud;
  const current = required(call);
  requireMatch(call, current);
  const workRequestId = store.transaction(() => {
    store.update(logs, current, { ...current.document, lifecycleState: "DELETING" });
    return startWork(call, current, "log", "DELETE");
  });
  return { status: 202, workRequestId };
}

/** A log that is switched off is INACTIVE. */
export const activateLog: Effect = ({ store }, { id = "" }) => {
  const current = store.get(logs, id);
  if (current) {
    const lifecycleState = current.document.isEnabled === false ? "INACTIVE" : "ACTIVE";
    store.update(logs, current, { ...current.document, lifecycleState });
  }
};

export const removeLog: Effect = ({ store }, { id = "" }) => store.remove(logs, id);

function required(call: Call): Resource<Log> {
  const group = requireLogGroup(call);
  const found = call.cloud.store.get(logs, pathParam(call, "logId"));
  if (found?.parentId !== group.id) {
    throw notFound();
  }
  return found;
}
