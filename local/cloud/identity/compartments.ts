import { randomInt } from "node:crypto";
import type { models } from "oci-identity";
import { z } from "zod";
import type { Cloud } from "../cloud";
import { conflict, incorrectState, invalidParameter, limitExceeded, notFound } from "../errors";
import { requireMatch } from "../etag";
import { pathParam, queryFlag, queryText, readBody, requiredQuery, tagFields } from "../inputs";
import { newOcid } from "../ocid";
import { keptReplies } from "../retryToken";
import type { Call, Effect, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { workRequests } from "../workRequests";
import { identityName, listed, made } from "./named";
import { type Compartment, compartments } from "./state";
import { compartmentsUnder, depthOf, findCompartment, requireCompartment } from "./tree";

const MAXIMUM_DEPTH = 6;
const BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const description = z.string().min(1).max(400);

const createDetails: z.ZodType<Wire<models.CreateCompartmentDetails>> = z.strictObject({
  compartmentId: z.string(),
  name: identityName,
  description,
  ...tagFields,
});

const updateDetails: z.ZodType<Wire<models.UpdateCompartmentDetails>> = z.strictObject({
  name: identityName.optional(),
  description: description.optional(),
  ...tagFields,
});

export function createCompartment(call: Call): Reply {
  const { store } = call.cloud;
  const details = readBody(call, createDetails);
  const { compartmentId } = details;
  requireCompartment(call.cloud, compartmentId);
  if (depthOf(call.cloud, compartmentId) >= MAXIMUM_DEPTH) {
    throw limitExceeded(`Compartments can be nested ${MAXIMUM_DEPTH} levels deep.`);
  }
  requireFreeName(call.cloud, compartmentId, details.name);
  const id = newOcid("compartment");
  const document: Compartment = { ...made(id, details), isAccessible: true };
  const resource = store.insert(compartments, { id, compartmentId, name: details.name }, document);
  return { body: document, resource };
}

export function getCompartment(call: Call): Reply {
  const resource = required(call);
  return { body: resource.document, resource };
}

export function listCompartments(call: Call): Reply {
  const { cloud } = call;
  const compartmentId = requiredQuery(call, "compartmentId");
  requireCompartment(cloud, compartmentId);
  const whole = queryFlag(call, "compartmentIdInSubtree") ?? false;
  if (whole && compartmentId !== cloud.account.tenancyId) {
    throw invalidParameter("compartmentIdInSubtree can be true only when compartmentId is the tenancy.");
  }
  const parents = whole ? compartmentsUnder(cloud, compartmentId) : [compartmentId];
  const wantedName = queryText(call, "name");
  const found = parents.flatMap((parent) =>
    cloud.store.find(compartments, { compartmentId: parent, name: wantedName }),
  );
  return listed(call, found);
}

export function updateCompartment(call: Call): Reply {
  const current = requiredActive(call);
  requireMatch(call, current);
  const details = readBody(call, updateDetails);
  if (details.name !== undefined && details.name !== current.name) {
    requireFreeName(call.cloud, current.compartmentId, details.name);
  }
  const document = { ...current.document, ...details };
  const resource = call.cloud.store.update(compartments, current, document, { name: document.name });
  return { body: document, resource };
}

export function deleteCompartment(call: Call): Reply {
  const { cloud } = call;
  const current = requiredActive(call);
  requireMatch(call, current);
  const held = contents(cloud, current.id);
  if (held.length > 0) {
    throw conflict("Conflict", `Compartment ${current.name} is not empty: it holds ${held.join(", ")}.`);
  }
  const workRequestId = cloud.store.transaction(() => {
    cloud.store.update(compartments, current, { ...current.document, lifecycleState: "DELETING" });
    return cloud.work.start({
      service: "identity",
      operationType: "DELETE_COMPARTMENT",
      compartmentId: current.compartmentId,
      resource: {
        entityType: "compartment",
        actionType: "DELETED",
        identifier: current.id,
        entityUri: `/compartments/${current.id}`,
      },
      effect: "deleteCompartment",
      args: { id: current.id },
    });
  });
  return { status: 202, workRequestId };
}

/** A deleted compartment stays listed, under a name that leaves its own free. */
export const finishDeletion: Effect = ({ store }, { id = "" }) => {
  const current = store.get(compartments, id);
  if (current) {
    const suffix = Array.from({ length: 8 }, () => BASE62[randomInt(BASE62.length)]).join("");
    const document: Compartment = {
      ...current.document,
      name: `${current.name}.${suffix}`,
      lifecycleState: "DELETED",
    };
    store.update(compartments, current, document, { name: document.name });
  }
};

function required(call: Call): Resource<Compartment> {
  const found = findCompartment(call.cloud, pathParam(call, "compartmentId"));
  if (!found) {
    throw notFound();
  }
  return found;
}

function requiredActive(call: Call): Resource<Compartment> {
  const found = required(call);
  if (found.id === call.cloud.account.tenancyId) {
    throw invalidParameter("The root compartment cannot be changed.");
  }
  if (found.document.lifecycleState !== "ACTIVE") {
    throw incorrectState(`Compartment ${found.name} is ${found.document.lifecycleState}.`);
  }
  return found;
}

function requireFreeName({ store }: Cloud, compartmentId: string, wanted: string): void {
  const lower = wanted.toLowerCase();
  const taken = store
    .find(compartments, { compartmentId })
    .some((other) => other.name.toLowerCase() === lower && other.document.lifecycleState !== "DELETED");
  if (taken) {
    throw conflict("CompartmentAlreadyExists", `A compartment with name '${wanted}' already exists`);
  }
}

/** What keeps a compartment from being deleted, such as `2 bucket`. */
function contents(cloud: Cloud, id: string): string[] {
  const counts = cloud.store.countByKind(id);
  counts.delete(workRequests.name);
  counts.delete(keptReplies.name);
  counts.set(compartments.name, compartmentsUnder(cloud, id).length - 1);
  return [...counts].filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
}
