import { z } from "zod";
import { conflict } from "../errors";
import { queryText } from "../inputs";
import { page } from "../pagination";
import type { Call, Reply } from "../service";
import type { Kind, Resource } from "../store";

/** What the service takes as a name of its resources. */
export const identityName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\w.-]+$/, "may hold letters, digits, periods, hyphens and underscores only");

/** Names in a tenancy don't tell capitals from small letters. @param title such as `Policy` */
export function requireNameInTenancy<Document>(
  call: Call,
  kind: Kind<Document>,
  title: string,
  name: string,
): void {
  const lower = name.toLowerCase();
  if (call.cloud.store.find(kind).some((other) => other.name.toLowerCase() === lower)) {
    throw conflict(`${title}AlreadyExists`, `${title} '${name}' already exists in this tenancy.`);
  }
}

/** One that has just been made, as the API shows it. */
export function made<Details extends object>(id: string, details: Details) {
  const timeCreated = new Date().toISOString();
  return {
    freeformTags: {},
    definedTags: {},
    ...details,
    id,
    timeCreated,
    lifecycleState: "ACTIVE" as const,
  };
}

/** A page of those in the state that is asked for, the newest first. */
export function listed<Document extends { timeCreated: string; lifecycleState: string }>(
  call: Call,
  found: readonly Resource<Document>[],
): Reply {
  const state = queryText(call, "lifecycleState");
  const inState = found.filter(({ document }) => state === undefined || document.lifecycleState === state);
  const { resources, headers } = page(call, inState, {
    sort: { TIMECREATED: ({ document }) => document.timeCreated, NAME: ({ name }) => name },
    by: "TIMECREATED",
    order: "DESC",
  });
  return { body: resources.map(({ document }) => document), headers };
}
