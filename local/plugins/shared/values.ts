/** Property values as plugins see them, and their form on the engine's wire (a protobuf Struct with signed objects). */
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN } from "../../../stacks/engineValues";

/** A value that is not known before the deployment runs (seen in previews only). */
export class Unknown {
  declare private readonly brand: never;
}
export const unknown = new Unknown();

/** A value that the engine stores encrypted and prints as [secret]. */
export class Secret {
  constructor(readonly value: Value) {}
}

export type Value = null | boolean | number | string | Unknown | Secret | Value[] | Properties;
export interface Properties {
  [name: string]: Value;
}

export const isObject = (value: unknown): value is Properties =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Unknown) &&
  !(value instanceof Secret);

export function decode(struct: Struct | undefined): Properties {
  return struct ? (fromWire(struct.toJavaScript()) as Properties) : {};
}

export function encode(properties: Properties): Struct {
  return Struct.fromJavaScript(toWire(properties) as Record<string, JavaScriptValue>);
}

function fromWire(value: unknown): Value {
  if (value === UNKNOWN) return unknown;
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== "object" || value === null) return value as Value;
  const object = value as Record<string, unknown>;
  if (object[SIGNATURE_KEY] === SECRET_SIGNATURE) return new Secret(fromWire(object.value ?? null));
  return Object.fromEntries(Object.entries(object).map(([name, item]) => [name, fromWire(item)]));
}

function toWire(value: Value): JavaScriptValue {
  if (value instanceof Unknown) return UNKNOWN;
  if (value instanceof Secret) return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: toWire(value.value) };
  if (Array.isArray(value)) return value.map(toWire);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toWire(item)]));
}

/** The value with every secret opened, for comparing and for sending. */
export function reveal<T extends Value>(value: T): T {
  const open = (item: Value): Value => {
    if (item instanceof Secret) return open(item.value);
    if (Array.isArray(item)) return item.map(open);
    if (isObject(item)) return mapValues(item, open);
    return item;
  };
  return open(value) as T;
}

/** Marks in `value` what is secret at the same place in `like`: what goes in secret comes out secret. */
export function hideLike(value: Value, like: Value | undefined): Value {
  if (value instanceof Secret || like === undefined) return value;
  if (like instanceof Secret) return new Secret(value);
  if (Array.isArray(value) && Array.isArray(like)) return value.map((item, at) => hideLike(item, like[at]));
  if (isObject(value) && isObject(like)) return mapValues(value, (item, name) => hideLike(item, like[name]));
  return value;
}

export function containsSecret(value: Value | undefined): boolean {
  return some(value, (item) => item instanceof Secret);
}

export function containsUnknown(value: Value | undefined): boolean {
  return some(value, (item) => item instanceof Unknown);
}

function some(value: Value | undefined, test: (item: Value) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (value instanceof Secret) return some(value.value, test);
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isObject(value) && Object.values(value).some((item) => some(item, test));
}

function mapValues(object: Properties, change: (value: Value, name: string) => Value): Properties {
  return Object.fromEntries(Object.entries(object).map(([name, item]) => [name, change(item, name)]));
}

/** Equality by value; an unknown equals nothing, since it may turn out to be anything. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a instanceof Unknown || b instanceof Unknown) return false;
  if (a instanceof Secret) return same(a.value, b);
  if (b instanceof Secret) return same(a, b.value);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => same(item, b[at]));
  }
  if (isObject(a) && isObject(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => same(a[name], b[name]));
  }
  return a === b;
}

/** A scalar as text, for paths and messages. */
export function asText(value: Value | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}
