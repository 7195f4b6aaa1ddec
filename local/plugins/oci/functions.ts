/** Answers the functions (`oci.identity.getCompartments`, …) that the table describes. */
import { createHash } from "node:crypto";
import { BadArguments, type Failure, type InvokeRequest } from "../shared/plugin";
import { asText, isObject, type Properties, type Value } from "../shared/values";
import { checkFields } from "./check";
import type { Body, FunctionRow } from "./row";
import type { Session } from "./session";
import { fromWire, list, object, flag, required, text, toWire, type Fields } from "./shape";

const FILTERS: Fields = {
  filters: list(object({ name: required(text), values: required(list(text)), regex: flag })),
};

interface Filter {
  name: string;
  values: string[];
  regex?: boolean;
}

export async function invokeFunction(
  row: FunctionRow,
  session: Session,
  { args, token, signal }: Pick<InvokeRequest, "args" | "token" | "signal">,
): Promise<Properties> {
  const short = token.split(":").pop() ?? token;
  const failures = [...checkFields(argumentsOf(row), args, `function ${short}`), ...checkFilters(row, args)];
  if (failures.length > 0) throw new BadArguments(failures);
  const query = Object.fromEntries(
    Object.entries(toWire(row.query ?? {}, args)).map(([name, value]) => [name, asText(value as Value)]),
  );
  const call = { service: row.service, path: row.path(args), query, doing: short, signal };
  const { result } = row;
  if (result.kind === "many") {
    const { items, first } = await session.list(call);
    const kept = applyFilters(
      items.map((item) => fromWire(result.fields, item)),
      args,
    );
    const value = result.collection ? [{ ...fromWire(result.collection, first), items: kept }] : kept;
    return { ...args, id: hashId(short, args), [result.as]: value };
  }
  const { body } = await session.call({ ...call, method: "GET" });
  if (result.kind === "value") return { ...args, id: hashId(short, args), [result.as]: body as Value };
  return { ...args, ...fromWire(result.fields, body as Body) };
}

const argumentsOf = (row: FunctionRow): Fields =>
  row.result.kind === "many" ? { ...row.inputs, ...FILTERS } : row.inputs;

function hashId(name: string, args: Properties): string {
  return `${name}-${createHash("sha256").update(JSON.stringify(args)).digest("hex").slice(0, 16)}`;
}

const filtersOf = (args: Properties): Filter[] =>
  Array.isArray(args.filters) ? (args.filters as unknown as Filter[]) : [];

/** Filter names are the official plugin's: Terraform's `display_name`; the schema's `displayName` is understood too. */
const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function checkFilters(row: FunctionRow, args: Properties): Failure[] {
  const { result } = row;
  if (result.kind !== "many" || !Array.isArray(args.filters)) return [];
  return args.filters.flatMap((filter, at): Failure[] => {
    if (!isObject(filter) || typeof filter.name !== "string") return [];
    const [first = ""] = filter.name.split(".");
    if (!(camelCase(first) in result.fields)) {
      const reason = `nothing listed has a property "${filter.name}"; known are ${Object.keys(result.fields).sort().join(", ")}`;
      return [{ property: `filters[${at}].name`, reason }];
    }
    const patterns = filter.regex === true && Array.isArray(filter.values) ? filter.values : [];
    return patterns
      .filter((pattern) => !isPattern(pattern))
      .map((pattern) => ({
        property: `filters[${at}].values`,
        reason: `"${asText(pattern)}" is not a regular expression`,
      }));
  });
}

function isPattern(pattern: Value): boolean {
  try {
    return new RegExp(asText(pattern)) instanceof RegExp;
  } catch {
    return false;
  }
}

/** All filters must hold; of a filter's values, one. */
function applyFilters(items: Properties[], args: Properties): Properties[] {
  return filtersOf(args).reduce((left, filter) => left.filter((item) => matches(item, filter)), items);
}

function matches(item: Properties, { name, values, regex }: Filter): boolean {
  const [first = "", ...rest] = name.split(".");
  const outer = item[camelCase(first)];
  const value = rest.length === 0 ? outer : inside(outer, rest.join("."));
  if (value === undefined || value === null) return false;
  const found = (Array.isArray(value) ? value : [value]).map((part) => asText(part));
  return values.some((wanted) =>
    regex ? found.some((part) => new RegExp(wanted).test(part)) : found.includes(wanted),
  );
}

/** A tag's name may hold dots itself, so what follows the map's name is one key. */
function inside(value: Value | undefined, key: string): Value | undefined {
  if (Array.isArray(value) && value.length === 1) return inside(value[0], key);
  return isObject(value) ? (value[key] ?? value[camelCase(key)]) : undefined;
}
