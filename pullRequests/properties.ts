import { SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN } from "../stacks/engineValues";
import type { Step } from "./events";

/** A property of a resource that differs; `before` and `after` as text, undefined where it is not set. */
export interface PropertyChange {
  /** `accessType`, `build.args.VERSION`, `repositories[0]`. */
  path: string;
  before?: string;
  after?: string;
  /** The resource is made anew because of it. */
  forcesReplacement: boolean;
}

/** What the engine writes for a value, of each type, that only the update will know. */
const unknowns = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && unknowns.has(value);
}

/** What a step changes, sorted by path: of a new resource all that is set, of one that goes nothing. */
export function propertyChanges({ op, old, new: wanted, keys, diffs, detailedDiff }: Step): PropertyChange[] {
  const before = old ? { ...old.outputs, ...old.inputs } : undefined;
  const after = { ...wanted?.inputs };
  if (op === "delete") return [];
  const replacing = new Set(keys ?? []);
  const differing: Record<string, { diffKind: string } | undefined> =
    before === undefined
      ? Object.fromEntries(Object.keys(after).map((name) => [name, undefined]))
      : (detailedDiff ?? Object.fromEntries((diffs ?? []).map((name) => [name, undefined])));
  return Object.entries(differing)
    .filter(([path]) => !path.startsWith("__"))
    .map(([path, detail]) => {
      const segments = segmentsOf(path);
      const [was, willBe] = [at(before, segments), at(after, segments)];
      return {
        path,
        ...(was !== undefined && { before: valueText(was) }),
        ...(willBe !== undefined && { after: valueText(willBe) }),
        forcesReplacement: detail?.diffKind.endsWith("-replace") ?? replacing.has(segments[0] ?? ""),
      };
    })
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** `a.b[0]["c.d"]` → a, b, 0, c.d */
function segmentsOf(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted?.replace(/\\(.)/g, "$1") ?? index ?? plain ?? "",
  );
}

function at(value: unknown, segments: readonly string[]): unknown {
  const [first, ...rest] = segments;
  // Of a secret or a value that is not known, nothing inside is told.
  if (first === undefined || isMarked(value) || isUnknown(value)) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, first)) return undefined;
  return at((value as Record<string, unknown>)[first], rest);
}

function valueText(value: unknown): string {
  const shown = readable(value);
  return typeof shown === "string" ? shown : JSON.stringify(shown);
}

/** The value with secrets, files and unknown values in words. */
function readable(value: unknown): unknown {
  if (isUnknown(value)) return "(known after the update)";
  if (isMarked(value)) return value[SIGNATURE_KEY] === SECRET_SIGNATURE ? "[secret]" : "[file]";
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readable(inner)]));
}

function isMarked(value: unknown): value is Record<typeof SIGNATURE_KEY, unknown> {
  return typeof value === "object" && value !== null && SIGNATURE_KEY in value;
}
