/** What a row makes of properties: request bodies, outputs, and the inputs that a refresh or an import finds. */
import type { ReadRequest } from "../shared/plugin";
import { unknown, type Properties, type Value } from "../shared/values";
import { changedFields } from "./diff";
import type { Body, ResourceRow } from "./row";
import { fromWire, toWire, wireName, type Field, type Fields } from "./shape";

/** The bodies of an update: everything that may change and is set, or one body a changed input. */
export function updateBodies(row: ResourceRow, inputs: Properties, changes: readonly string[]): Body[] {
  const sent = Object.entries(updatable(row.inputs)).filter(
    ([name, field]) => name !== row.move?.field && (field.send !== "whenChanged" || changes.includes(name)),
  );
  const changed = sent.filter(([name]) => changes.includes(name));
  if (changed.length === 0) return [];
  const groups = row.updateOneByOne ? changed.map((entry) => [entry]) : [sent];
  return groups.map((group) => toWire(Object.fromEntries(group), inputs));
}

/** Of an object that is fixed as a whole, single fields may still change. */
function updatable(fields: Fields): Fields {
  const kept = Object.entries(fields).flatMap(([name, field]): [string, Field][] => {
    if (field.send === "never") return [];
    if (!field.replaces) return [[name, field]];
    const inner = field.shape.kind === "object" ? updatable(field.shape.fields) : {};
    return Object.keys(inner).length > 0
      ? [[name, { ...field, shape: { kind: "object", fields: inner } }]]
      : [];
  });
  return Object.fromEntries(kept);
}

export function outputsOf(row: ResourceRow, body: Body, values: Properties): Properties {
  const fields: Fields = { ...row.inputs, ...row.outputs };
  const unread = Object.entries(fields).filter(
    ([name, field]) => isUnread(row, name, field, body) && values[name] !== undefined,
  );
  return {
    ...Object.fromEntries(unread.map(([name]): [string, Value] => [name, values[name] ?? null])),
    ...fromWire(fields, body),
  };
}

/** Whether the answer says nothing of a property that stays as it was given: steering inputs, path parts, one-time outputs. */
function isUnread(row: ResourceRow, name: string, field: Field, body: Body): boolean {
  const told = body[wireName(name, field)] !== undefined && body[wireName(name, field)] !== null;
  return !told && (name in row.inputs || (row.shownOnce?.includes(name) ?? false));
}

/** A preview knows the inputs; everything else is the service's to say. */
export function previewOutputs(row: ResourceRow, inputs: Properties): Properties {
  const names = Object.keys({ ...row.inputs, ...row.outputs });
  return { ...Object.fromEntries(names.map((name) => [name, unknown])), ...inputs };
}

/** The inputs of the last deployment with what the service says now, so that drift shows in the next diff. */
export function refreshed(fields: Fields, inputs: Properties, outputs: Properties): Properties {
  const drifted = Object.entries(fields).flatMap(([name, field]): [string, Value][] => {
    const before = inputs[name];
    const now = outputs[name];
    if (before === undefined || before === null || now === undefined || now === null) return [];
    const change = changedFields({ [name]: field }, { [name]: now }, {}, { [name]: before });
    return change.length > 0 ? [[name, now]] : [];
  });
  return { ...inputs, ...Object.fromEntries(drifted) };
}

export function imported(fields: Fields, outputs: Properties): Properties {
  const known = Object.keys(fields).filter((name) => outputs[name] !== undefined && outputs[name] !== null);
  return Object.fromEntries(known.map((name): [string, Value] => [name, outputs[name] ?? null]));
}

export function locate(row: ResourceRow, request: ReadRequest): { id: string; values: Properties } {
  const known = { ...request.olds, ...request.inputs };
  const parts = row.importId?.exec(request.id)?.groups;
  if (parts) {
    const { id = request.id, ...values } = Object.fromEntries(
      Object.entries(parts).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    return { id, values: { ...known, ...values } };
  }
  return { id: request.id, values: known };
}
