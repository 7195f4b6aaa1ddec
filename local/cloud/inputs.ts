import { z } from "zod";
import { invalidParameter, missingParameter, notImplemented } from "./errors";
import type { Call } from "./service";

/** The two tag properties. Tag namespaces are not served, so there are no defined tags to set. */
export const tagFields = {
  freeformTags: z.record(z.string().min(1).max(100), z.string().max(256)).optional(),
  definedTags: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .refine((tags) => Object.keys(tags).length === 0, "names a tag namespace that does not exist")
    .optional(),
};

/** Reads the JSON body by a schema; a wrong one is refused in the words of the services, naming the property. */
export function readBody<Details>(call: Call, schema: z.ZodType<Details>): Details {
  if (call.body === undefined) {
    throw missingParameter(`${call.operation.name}Details`);
  }
  const result = schema.safeParse(withoutNulls(call.body));
  if (result.success) {
    return result.data;
  }
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  if (issue?.code === "invalid_type" && valueAt(call.body, issue.path) === undefined) {
    throw missingParameter(where);
  }
  throw invalidParameter(`Invalid ${where === "" ? "body" : where}: ${issue?.message ?? "not understood"}`);
}

/** A property that the API has and that we cannot honour: given, the request is refused with 501. */
export function notServedProperty(name: string): z.ZodOptional<z.ZodType<undefined>> {
  const refuse = z.custom<undefined>(() => {
    throw notImplemented(`the property ${name}`);
  });
  return refuse.optional();
}

/** A query parameter given at most once. */
export function queryText(call: Call, name: string): string | undefined {
  const value = call.query[name];
  if (Array.isArray(value)) {
    throw invalidParameter(`The query parameter ${name} is given more than once.`);
  }
  return value;
}

export function requiredQuery(call: Call, name: string): string {
  const value = queryText(call, name);
  if (value === undefined || value === "") {
    throw missingParameter(name);
  }
  return value;
}

/** `true`, `false` or absent. */
export function queryFlag(call: Call, name: string): boolean | undefined {
  const value = queryText(call, name);
  if (value !== undefined && value !== "true" && value !== "false") {
    throw invalidParameter(`The query parameter ${name} must be true or false, not ${value}.`);
  }
  return value === undefined ? undefined : value === "true";
}

export function pathParam(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined || value === "") {
    throw missingParameter(name);
  }
  return value;
}

/** The API takes null for absent. */
function withoutNulls(body: unknown): unknown {
  return typeof body === "object" && body !== null && !Array.isArray(body)
    ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
    : body;
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value === null ? undefined : (value as Record<PropertyKey, unknown> | undefined)?.[key]),
    body,
  );
}
