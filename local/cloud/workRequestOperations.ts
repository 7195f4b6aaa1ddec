import { notFound } from "./errors";
import { pathParam, requiredQuery } from "./inputs";
import { page } from "./pagination";
import { operation, type Call, type Operation } from "./service";
import type { Resource } from "./store";
import { workRequests, type WorkDocument } from "./workRequests";

/**
 * The routes under `<prefix>/workRequests`: GetWorkRequest, ListWorkRequests, ListWorkRequestErrors and
 * ListWorkRequestLogs. Lists are `{items}` in most services and plain arrays in some.
 */
export function workRequestOperations(
  service: string,
  prefix: string,
  lists: "collection" | "array",
): Operation[] {
  const one = `${prefix}/workRequests/:workRequestId`;
  const list = (items: unknown[]) => (lists === "collection" ? { items } : items);
  return [
    operation("GetWorkRequest", "GET", one, (call) => ({ body: present(required(service, call)) })),
    operation("ListWorkRequests", "GET", `${prefix}/workRequests`, (call) => {
      const { resources, headers } = listed(service, call);
      return { body: list(resources.map(present)), headers };
    }),
    operation("ListWorkRequestErrors", "GET", `${one}/errors`, (call) => {
      const { error } = required(service, call).document;
      return { body: list(error ? [error] : []) };
    }),
    operation("ListWorkRequestLogs", "GET", `${one}/logs`, (call) => {
      return { body: list(logs(required(service, call))) };
    }),
  ];
}

/** A page of a compartment's work requests, newest first. */
export function listed(service: string, call: Call) {
  const compartmentId = requiredQuery(call, "compartmentId");
  const found = call.cloud.store.find(workRequests, { compartmentId, name: service });
  return page(call, found, {
    sort: { timeAccepted: ({ document }) => document.timeAccepted },
    by: "timeAccepted",
    order: "DESC",
  });
}

/** A work request as every service's API shows it. */
export function present({ id, compartmentId, document }: Resource<WorkDocument>) {
  const { operationType, status, resource, timeAccepted, timeFinished } = document;
  const done = status === "SUCCEEDED";
  return {
    id,
    operationType,
    status: status === "ACCEPTED" ? "IN_PROGRESS" : status,
    compartmentId,
    resources: [{ ...resource, actionType: done ? resource.actionType : "IN_PROGRESS" }],
    percentComplete: done ? 100 : 0,
    timeAccepted,
    timeStarted: timeAccepted,
    timeFinished,
  };
}

export function logs({ document }: Resource<WorkDocument>) {
  const { timeAccepted, timeFinished, operationType, status } = document;
  const entries = [{ message: `${operationType} accepted`, timestamp: timeAccepted }];
  return timeFinished === undefined
    ? entries
    : [...entries, { message: `${operationType} ${status.toLowerCase()}`, timestamp: timeFinished }];
}

export function required(service: string, call: Call): Resource<WorkDocument> {
  const request = call.cloud.store.get(workRequests, pathParam(call, "workRequestId"));
  if (request?.document.service !== service) {
    throw notFound();
  }
  return request;
}
