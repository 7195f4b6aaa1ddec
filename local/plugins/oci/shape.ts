/**
 * Shapes: how a property looks in the plugin's schema and on OCI's wire. The table (table/) is written in these words.
 */
import { asText, isObject, Unknown, type Properties, type Value } from "../shared/values";

export type Shape =
  | { kind: "text" | "flag" | "whole" | "wholeText" | "time" | "textMap" | "definedTags" }
  | { kind: "list"; item: Shape }
  | { kind: "object"; fields: Fields }
  /** An object on the wire, a list of one in the schema. */
  | { kind: "single"; fields: Fields };

export interface Field {
  readonly shape: Shape;
  /** Name on the wire, where it is not the schema's. */
  readonly wire?: string;
  readonly required?: boolean;
  /** A change makes another resource. */
  readonly replaces?: boolean;
  /** `never`: it is part of the path, or steers the plugin. */
  readonly send?: "never" | "whenChanged";
  /** What it is where it is left out. Of a field without, the service chooses, and leaving it out later changes nothing. */
  readonly absent?: Value;
  /** Why the local plugin refuses it. */
  readonly refused?: boolean;
  /** Equality where it is not by value. */
  readonly same?: (before: Value, after: Value) => boolean;
}

export type Fields = Readonly<Record<string, Field>>;

const plain = (
  kind: "text" | "flag" | "whole" | "wholeText" | "time" | "textMap" | "definedTags",
): Field => ({
  shape: { kind },
});

export const text = plain("text");
export const flag = plain("flag");
export const whole = plain("whole");
/** A 64-bit number: a number on the wire, text in the schema. */
export const wholeText = plain("wholeText");
export const time = plain("time");
export const textMap = plain("textMap");
/** `{namespace: {key: value}}` on the wire, `{"namespace.key": value}` in the schema. */
export const definedTags = plain("definedTags");
export const object = (fields: Fields): Field => ({ shape: { kind: "object", fields } });
export const single = (fields: Fields): Field => ({ shape: { kind: "single", fields } });
export const list = (item: Field): Field => ({ shape: { kind: "list", item: item.shape } });

export const required = (field: Field): Field => ({ ...field, required: true });
export const replaces = (field: Field): Field => ({ ...field, replaces: true });
export const unsent = (field: Field): Field => ({ ...field, send: "never" });
export const whenChanged = (field: Field): Field => ({ ...field, send: "whenChanged" });
export const refused = (field: Field): Field => ({ ...field, refused: true });
export const absentAs = (absent: Value, field: Field): Field => ({ ...field, absent });
export const as = (wire: string, field: Field): Field => ({ ...field, wire });
export const ignoringCase = (field: Field): Field => ({
  ...field,
  same: (before, after) => asText(before).toLowerCase() === asText(after).toLowerCase(),
});

export const tags: Fields = { definedTags, freeformTags: textMap };
export const systemTags: Fields = { systemTags: definedTags };
export const state: Fields = { state: as("lifecycleState", text) };
export const description: Fields = { description: text };

export const wireName = (name: string, field: Field): string => field.wire ?? name;

/** A request body from the properties of `fields` that are set. */
export function toWire(fields: Fields, values: Properties): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name];
    if (value === undefined || value === null || field.send === "never") continue;
    body[wireName(name, field)] = valueToWire(field.shape, value);
  }
  return body;
}

function valueToWire(shape: Shape, value: Value): unknown {
  if (value instanceof Unknown) throw new Error("an unknown value cannot be sent");
  switch (shape.kind) {
    case "object":
      return isObject(value) ? toWire(shape.fields, value) : value;
    case "single":
      return Array.isArray(value) ? valueToWire({ ...shape, kind: "object" }, value[0] ?? {}) : value;
    case "list":
      return Array.isArray(value) ? value.map((item) => valueToWire(shape.item, item)) : value;
    case "wholeText":
      return Number(value);
    case "definedTags":
      return isObject(value) ? nestTags(value) : value;
    default:
      return value;
  }
}

/** The properties of `fields` that an answer holds; what it leaves out stays out. */
export function fromWire(fields: Fields, body: Readonly<Record<string, unknown>>): Properties {
  const values: Properties = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = body[wireName(name, field)];
    if (value === undefined || value === null) continue;
    values[name] = valueFromWire(field.shape, value);
  }
  return values;
}

function valueFromWire(shape: Shape, value: unknown): Value {
  switch (shape.kind) {
    case "object":
      return fromWire(shape.fields, value as Record<string, unknown>);
    case "single":
      return [fromWire(shape.fields, value as Record<string, unknown>)];
    case "list":
      return (value as unknown[]).map((item) => valueFromWire(shape.item, item));
    case "wholeText":
      return typeof value === "number" ? value.toString() : asText(value as Value);
    case "time":
      return goTime(asText(value as Value));
    case "definedTags":
      return flattenTags(value as Record<string, Record<string, string>>);
    default:
      return value as Value;
  }
}

function nestTags(flat: Properties): Record<string, Properties> {
  const namespaces = new Map<string, Properties>();
  for (const [name, value] of Object.entries(flat)) {
    const [namespace = "", key = ""] = name.split(".");
    namespaces.set(namespace, { ...namespaces.get(namespace), [key]: value });
  }
  return Object.fromEntries(namespaces);
}

function flattenTags(nested: Record<string, Record<string, string>>): Properties {
  return Object.fromEntries(
    Object.entries(nested).flatMap(([namespace, keys]) =>
      Object.entries(keys).map(([key, value]) => [`${namespace}.${key}`, value]),
    ),
  );
}

/** The official plugin shows times as Go prints them: `2026-01-31 12:00:00.5 +0000 UTC`. */
function goTime(wire: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|\+00:00)$/.exec(wire);
  if (!parts) return wire;
  const [, day = "", clock = "", digits = ""] = parts;
  const fraction = digits.replace(/0+$/, "");
  return `${day} ${clock}${fraction && `.${fraction}`} +0000 UTC`;
}
