import { readFileSync } from "node:fs";
import { canonicalDdl, DdlError, parseCreateTable, type TableDefinition } from "../formats/ddl";
import { CAPACITY_LIMITS, indexProblems, tableProblems } from "../formats/tableLimits";
import type { TableCapacity, TableSchemas } from "./noSqlTables";

/** What a table's file says. */
export type Statement =
  | { definition: TableDefinition; canonical: string; problem?: undefined }
  | { problem: string; canonical?: undefined };

/** Table → its statement, or what is wrong with its file. */
export function readStatements(args: TableSchemas): Map<string, Statement> {
  return new Map(Object.keys(args.tables).map((key) => [key, readStatement(ddlFile(args, key))]));
}

/** Everything that is wrong with what is written down. */
export function schemaProblems(args: TableSchemas, statements: Map<string, Statement>): string[] {
  return [...capacityProblems(args.capacity), ...tablesProblems(args, statements)];
}

/** Where a table's statement is. */
export function ddlFile({ ddlFolder }: TableSchemas, table: string): string {
  return `${ddlFolder}/${table}.ddl`;
}

function readStatement(file: string): Statement {
  try {
    const text = readFileSync(file, "utf8");
    return { definition: parseCreateTable(text), canonical: canonicalDdl(text) };
  } catch (error) {
    if (error instanceof DdlError) {
      return { problem: `${file}, ${error.message}` };
    }
    return {
      problem: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}); give the DDL's file`,
    };
  }
}

function capacityProblems(capacity: TableCapacity): string[] {
  const units = capacity.mode === "provisioned" ? (["readUnits", "writeUnits"] as const) : [];
  return (["storageGBs", ...units] as const)
    .map((key) => [key, capacity[key], CAPACITY_LIMITS[key]] as const)
    .filter(([, value, most]) => !Number.isInteger(value) || value < 1 || value > most)
    .map(([key, value, most]) => `capacity.${key} is ${value}; give a whole number from 1 to ${most}`);
}

function tablesProblems(args: TableSchemas, statements: Map<string, Statement>): string[] {
  if (statements.size === 0) {
    return ["tables is empty; name at least one"];
  }
  const strange = Object.keys(args.dropColumns ?? {}).filter((table) => !statements.has(table));
  if (strange.length > 0) {
    return [`dropColumns names ${strange.join(", ")}; the tables are ${[...statements.keys()].join(", ")}`];
  }
  return Object.entries(args.tables).flatMap(([key, table]) => {
    const statement = statements.get(key);
    if (statement?.problem !== undefined) {
      return [statement.problem];
    }
    const definition = statement?.definition;
    return definition === undefined
      ? []
      : [...tableProblems(key, definition), ...indexProblems(table.indexes ?? {}, definition)].map(
          (problem) => `${ddlFile(args, key)}: ${problem}`,
        );
  });
}
