import type { ChangeKind } from "./plugin";
import { isObject, same, Unknown, type Value } from "./values";

export interface Difference {
  /** Path as the engine writes it: `keys[0].columnName`. */
  path: string;
  kind: ChangeKind;
}

/** Where `after` differs from `before`, as deep as both sides have the same shape. An unknown differs from everything. */
export function differences(before: Value | undefined, after: Value | undefined, path = ""): Difference[] {
  if (same(before, after)) return [];
  if (before === undefined || before === null) return after === null ? [] : [{ path, kind: "add" }];
  if (after === undefined || after === null) return [{ path, kind: "delete" }];
  if (after instanceof Unknown || before instanceof Unknown) return [{ path, kind: "update" }];
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differences(before[name], after[name], join(path, name)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }).flatMap((_, at) =>
      differences(before[at], after[at], `${path}[${at}]`),
    );
  }
  return [{ path, kind: "update" }];
}

function join(path: string, name: string): string {
  const plain = /^[A-Za-z_$][\w$]*$/.test(name);
  if (!plain) return `${path}[${JSON.stringify(name)}]`;
  return path ? `${path}.${name}` : name;
}
