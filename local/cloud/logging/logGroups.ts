import type { models } from "oci-logging";
import { z } from "zod";
import { conflict } from "../errors";
import { requireMatch } from "../etag";
import { compartmentsUnder, requireCompartment } from "../identity/tree";
import { queryFlag, queryText, readBody, requiredQuery, tagFields } from "../inputs";
import { destination, move, moveChildren } from "../move";
import { newOcid } from "../ocid";
import { page } from "../pagination";
import type { Call, Effect, Reply } from "../service";
import type { Wire } from "../wire";
import { type LogGroup, logGroups, logs, requireFreeName, requireLogGroup, startWork } from "./state";

const displayName = z.string().min(1).max(255);
const description = z.string().max(1000).optional();

const createDetails: z.ZodType<Wire<models.CreateLogGroupDetails>> = z.strictObject({
  compartmentId: z.string(),
  displayName,
  description,
  ...tagFields,
});

const updateDetails: z.ZodType<Wire<models.UpdateLogGroupDetails>> = z.strictObject({
  displayName: displayName.optional(),
  description,
  ...tagFields,
});

export function createLogGroup(call: Call): Reply {
  const { cloud } = call;
  const details = readBody(call, createDetails);
  const { compartmentId } = details;
  requireCompartment(cloud, compartmentId);
  requireFreeName(call, logGroups, { compartmentId }, details.displayName);
  const id = newOcid("loggroup", cloud.account.homeRegion.name);
  const timeCreated = new Date().toISOString();
  const document: LogGroup = {
    freeformTags: {},
    definedTags: {},
    ...details,
    id,
    lifecycleState: "CREATING",
    timeCreated,
    timeLastModified: timeCreated,
  };
  const workRequestId = cloud.store.transaction(() => {
    const place = { id, compartmentId, name: details.displayName };
    return startWork(call, cloud.store.insert(logGroups, place, document), "loggroup", "CREATE");
  });
  return { status: 202, workRequestId };
}

export function getLogGroup(call: Call): Reply {
  const resource = requireLogGroup(call);
  return { body: resource.document, resource };
}

export function listLogGroups(call: Call): Reply {
  const { cloud } = call;
  const compartmentId = requiredQuery(call, "compartmentId");
  requireCompartment(cloud, compartmentId);
  const name = queryText(call, "displayName");
  const whole = queryFlag(call, "isCompartmentIdInSubtree") === true;
  const places = whole ? compartmentsUnder(cloud, compartmentId) : [compartmentId];
  const found = places.flatMap((place) => cloud.store.find(logGroups, { compartmentId: place, name }));
  const { resources, headers } = page(call, found, {
    sort: { timeCreated: ({ document }) => document.timeCreated ?? "", displayName: (group) => group.name },
    by: "timeCreated",
    order: "DESC",
  });
  return { body: resources.map<Wire<models.LogGroupSummary>>(({ document }) => document), headers };
}

export function updateLogGroup(call: Call): Reply {
  const { store } = call.cloud;
  const current = requireLogGroup(call);
  requireMatch(call, current);
  const details = readBody(call, updateDetails);
  const { compartmentId } = current;
  if (details.displayName !== undefined && details.displayName !== current.name) {
    requireFreeName(call, logGroups, { compartmentId }, details.displayName);
  }
  const document: LogGroup = {
    ...current.document,
    ...details,
    displayName: details.displayName ?? current.name,
    lifecycleState: "UPDATING",
    timeLastModified: new Date().toISOString(),
  };
  const workRequestId = store.transaction(() => {
    const updated = store.update(logGroups, current, document, { name: document.displayName });
    return startWork(call, updated, "loggroup", "UPDATE");
  });
  return { status: 202, workRequestId };
}

export function changeLogGroupCompartment(call: Call): Reply {
  const { store } = call.cloud;
  const current = requireLogGroup(call);
  const compartmentId = destination(call, current);
  if (compartmentId !== current.compartmentId) {
    requireFreeName(call, logGroups, { compartmentId }, current.name);
  }
  const workRequestId = store.transaction(() => {
    const moved = move(store, logGroups, current, compartmentId);
    moveChildren(store, logs, current.id, compartmentId);
    return startWork(call, moved, "loggroup", "MOVE");
  });
  return { status: 202, workRequestId };
}

export function deleteLogGroup(call: Call): Reply {
  const { store } = call.cloud;
  const current = requireLogGroup(call);
  requireMatch(call, current);
  const held = store.find(logs, { parentId: current.id });
  if (held.length > 0) {
    const names = held.map(({ name }) => name).join(", ");
    throw conflict("Conflict", `Log group ${current.name} is not empty: it holds the logs ${names}.`);
  }
  const workRequestId = store.transaction(() => {
    store.update(logGroups, current, { ...current.document, lifecycleState: "DELETING" });
    return startWork(call, current, "loggroup", "DELETE");
  });
  return { status: 202, workRequestId };
}

export const activateLogGroup: Effect = ({ store }, { id = "" }) => {
  const current = store.get(logGroups, id);
  if (current) {
    store.update(logGroups, current, { ...current.document, lifecycleState: "ACTIVE" });
  }
};

export const removeLogGroup: Effect = ({ store }, { id = "" }) => store.remove(logGroups, id);
