import { isDeepStrictEqual } from "node:util";
import { parseCreateTable, sameTable, type TableDefinition } from "../formats/ddl";
import { formatColumn } from "../formats/ddlFormat";
import { UNKNOWN } from "../stacks/engineValues";

export interface Difference {
  property: string;
  /** What there is, and what the program says, for people. */
  there: string;
  program: string;
}

/** Steers the provider only; no service keeps it. */
const notKept = ["enableDelete"];
const GREATEST_TEXT = 60;

/** What an update would change of what is there. */
export function differencesOf(inputs: Record<string, unknown>, there: Record<string, unknown>): Difference[] {
  return Object.entries(inputs).flatMap(([property, program]) => {
    const found = there[property];
    if (program === UNKNOWN || notKept.includes(property) || equal(property, program, found)) return [];
    if (property === "ddlStatement") return [statementDifference(String(program), String(found))];
    return isPlain(program) && isPlain(found) && property === "tableLimits"
      ? differencesOf(program, found).map((one) => ({ ...one, property: `${property}.${one.property}` }))
      : [{ property, there: shown(found), program: shown(program) }];
  });
}

/** The program's value is an OCID that only an update will tell. */
export function notThere(property: string, there: unknown): Difference {
  return { property, there: shown(there), program: "one that an update would make" };
}

function equal(property: string, program: unknown, found: unknown): boolean {
  if (isDeepStrictEqual(program, found)) return true;
  const none = (value: unknown) =>
    value === undefined || value === null || (isPlain(value) && Object.keys(value).length === 0);
  if (none(program) && none(found)) return true;
  if (property === "tableLimits" && isPlain(program) && isPlain(found)) {
    // On demand, the service sets the units itself.
    const onDemand = program.capacityMode === "ON_DEMAND" && found.capacityMode === "ON_DEMAND";
    return onDemand && program.maxStorageInGbs === found.maxStorageInGbs;
  }
  // What means the same is kept as the service has it.
  return property === "ddlStatement" && meansTheSame(String(program), String(found));
}

function meansTheSame(program: string, found: string): boolean {
  // The provider compares statements without regard to case.
  return program.toLowerCase() === found.toLowerCase() || sameTable(program, found);
}

function statementDifference(program: string, found: string): Difference {
  const property = "ddlStatement";
  const [ours, theirs] = [partsOf(program), partsOf(found)];
  if (ours === undefined || theirs === undefined) {
    return { property, there: shown(found), program: shown(program) };
  }
  const only = (one: Parts, other: Parts) =>
    [...one].filter(([part, text]) => other.get(part) !== text).map(([, text]) => text);
  const dropped = [...theirs.keys()].filter((part) => !ours.has(part));
  const loss = dropped.length === 0 ? [] : [`an update drops ${dropped.join(", ")} with its data`];
  return {
    property,
    there: only(theirs, ours).join("; ") || "none",
    program: [...only(ours, theirs), ...loss].join("; ") || "none",
  };
}

/** Column, or other part of a statement → what it is, as text. */
type Parts = Map<string, string>;

function partsOf(text: string): Parts | undefined {
  let table: TableDefinition;
  try {
    table = parseCreateTable(text);
  } catch {
    return undefined;
  }
  const key = `PRIMARY KEY(${table.primaryKey.columns.join(", ")})`;
  return new Map([
    ...table.columns.map((column): [string, string] => [column.name, formatColumn(column)]),
    ["the primary key", key],
    ["the time to live", table.ttl ? `TTL ${table.ttl.value} ${table.ttl.unit}` : "no TTL"],
  ]);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined || value === null || (isPlain(value) && Object.keys(value).length === 0))
    return "none";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > GREATEST_TEXT ? `${text.slice(0, GREATEST_TEXT - 1)}…` : text;
}
