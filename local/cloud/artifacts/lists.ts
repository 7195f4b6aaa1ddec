import { invalidParameter } from "../errors";
import { compartmentsUnder, requireCompartment } from "../identity/tree";
import { queryFlag, requiredQuery } from "../inputs";
import type { Call } from "../service";
import type { Resource } from "../store";

/** The compartments that a list asks for, by `compartmentId` and `compartmentIdInSubtree`. */
export function compartmentsAsked(call: Call): Set<string> {
  const compartmentId = requiredQuery(call, "compartmentId");
  requireCompartment(call.cloud, compartmentId);
  if (queryFlag(call, "compartmentIdInSubtree") !== true) return new Set([compartmentId]);
  if (compartmentId !== call.cloud.account.tenancyId) {
    throw invalidParameter("compartmentIdInSubtree can be true only when compartmentId is the tenancy.");
  }
  return new Set(compartmentsUnder(call.cloud, compartmentId));
}

/** How the service's lists are ordered: by time, the newest first. */
export const byAge = {
  sort: {
    TIMECREATED: (resource: Resource<{ timeCreated: string }>) => resource.document.timeCreated,
    DISPLAYNAME: (resource: Resource<unknown>) => resource.name,
  },
  by: "TIMECREATED",
  order: "DESC" as const,
};

/** Whether a text matches a filter such as `foo` or `foo*`. */
export function matches(filter: string | undefined, text: string | undefined): boolean {
  if (filter === undefined) return true;
  if (text === undefined) return false;
  return filter.endsWith("*") ? text.startsWith(filter.slice(0, -1)) : text === filter;
}
