import type { models } from "oci-nosql";
import {
  type ColumnDefinition,
  DdlError,
  parseCreateTable,
  type TableDefinition,
} from "../../../formats/ddl";
import { invalidParameter, notImplemented } from "../errors";
import type { Wire } from "../wire";
import { LIMITS, limitError } from "./state";

const IDENTITY_TYPES = new Set(["INTEGER", "LONG", "NUMBER"]);
const HOURS_A_DAY = 24;

/** Reads a CREATE TABLE for the table of that name and checks what the service would refuse. */
export function readDefinition(ddl: string, name: string): TableDefinition {
  const definition = asParameter(() => parseCreateTable(ddl));
  if (definition.name.toLowerCase() !== name.toLowerCase()) {
    throw invalidParameter(`The table's name is ${name}, but ddlStatement creates ${definition.name}.`);
  }
  if (definition.name.includes(".")) {
    throw notImplemented("child tables");
  }
  checkDefinition(definition);
  return definition;
}

export function checkDefinition({ columns }: TableDefinition): void {
  if (columns.length > LIMITS.columns) {
    throw limitError(
      "InvalidParameter",
      `A table may have ${LIMITS.columns} columns, not ${columns.length}.`,
    );
  }
  const wrong = columns.find(({ identity, baseType }) => identity && !IDENTITY_TYPES.has(baseType));
  if (wrong) {
    throw invalidParameter(`Column ${wrong.name} is IDENTITY, so its type must be INTEGER, LONG or NUMBER.`);
  }
}

/** The schema as the API shows it; `ttl` is in days, and 0 when rows stay. */
export function toSchema(definition: TableDefinition): Wire<models.Schema> {
  const { columns, primaryKey, ttl } = definition;
  const identity = columns.find((column) => column.identity);
  const days = ttl && ttl.unit === "HOURS" ? Math.ceil(ttl.value / HOURS_A_DAY) : (ttl?.value ?? 0);
  return {
    columns: columns.map((column) => toColumn(column, primaryKey.columns)),
    primaryKey: primaryKey.columns,
    shardKey: primaryKey.shard,
    ttl: days,
    ...(identity?.identity && {
      identity: {
        columnName: identity.name,
        isAlways: identity.identity.generated === "ALWAYS",
        isNull: identity.identity.generated === "BY DEFAULT ON NULL",
      },
    }),
  };
}

/**
 * What becomes of a table when a new complete definition is given: columns left out are dropped with their data, new
 * ones are appended whatever their place in the text, and nothing else of a column can change.
 */
export function evolve(current: TableDefinition, wanted: TableDefinition): TableDefinition {
  const currentKey = current.primaryKey;
  const wantedKey = wanted.primaryKey;
  if (!sameNames(currentKey.columns, wantedKey.columns) || !sameNames(currentKey.shard, wantedKey.shard)) {
    throw invalidParameter(`The primary key of table ${current.name} cannot be changed.`);
  }
  const kept = current.columns.flatMap((column) => {
    const next = findColumn(wanted.columns, column.name);
    if (next && signature(next) !== signature(column)) {
      throw invalidParameter(
        `Column ${column.name} of table ${current.name} is ${signature(column)} and cannot become ${signature(next)}.`,
      );
    }
    return next ? [column] : [];
  });
  const added = wanted.columns.filter((column) => !findColumn(current.columns, column.name));
  return { ...wanted, name: current.name, columns: [...kept, ...added] };
}

export function findColumn(columns: ColumnDefinition[], name: string): ColumnDefinition | undefined {
  return columns.find((column) => sameName(column.name, name));
}

/** Turns a parser's complaint into the API's. */
export function asParameter<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw error instanceof DdlError ? invalidParameter(`Invalid ddlStatement: ${error.message}`) : error;
  }
}

function toColumn(column: ColumnDefinition, primaryKey: string[]): Wire<models.Column> {
  const { name, type, defaultValue, notNull, role } = column;
  return {
    name,
    type,
    isNullable: !notNull && !primaryKey.includes(name),
    ...(defaultValue !== undefined && { defaultValue: defaultValue.replace(/^"(.*)"$/s, "$1") }),
    isAsUuid: role?.startsWith("AS UUID") === true,
    isGenerated: role?.includes("GENERATED") === true,
  };
}

function signature({ type, notNull, defaultValue, identity, role }: ColumnDefinition): string {
  const parts = [
    type,
    role,
    identity && `GENERATED ${identity.generated} AS IDENTITY (${identity.options})`,
    notNull ? "NOT NULL" : undefined,
    defaultValue === undefined ? undefined : `DEFAULT ${defaultValue}`,
  ];
  return parts.filter((part) => part !== undefined).join(" ");
}

function sameNames(first: string[], second: string[]): boolean {
  return first.length === second.length && first.every((name, at) => sameName(name, second[at] ?? ""));
}

function sameName(first: string, second: string): boolean {
  return first.toLowerCase() === second.toLowerCase();
}
