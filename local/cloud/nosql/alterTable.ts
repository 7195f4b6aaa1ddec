import { formatTable, parseCreateTable, type TableDefinition } from "../../../formats/ddl";
import { invalidParameter, notImplemented } from "../errors";
import { asParameter, checkDefinition, evolve, findColumn, readDefinition } from "./schema";

interface Change {
  definition: TableDefinition;
  /** What the table shows as its statement from now on. */
  ddlStatement: string;
}

/** Applies a complete CREATE TABLE, or an ALTER TABLE that adds or drops columns or sets the time to live. */
export function changeTable(current: string, statement: string, name: string): Change {
  // The columns' order is the table's own, whatever the text's that last described it.
  const before = parseCreateTable(current);
  if (/^\s*alter\s/i.test(statement)) {
    const definition = alter(before, statement, name);
    checkDefinition(definition);
    return { definition, ddlStatement: formatTable(definition) };
  }
  const definition = evolve(before, readDefinition(statement, name));
  checkDefinition(definition);
  return { definition, ddlStatement: statement };
}

function alter(table: TableDefinition, statement: string, name: string): TableDefinition {
  const match = /^\s*alter\s+table\s+([\w.]+)\s*(.*?)\s*;?\s*$/is.exec(statement);
  if (match?.[1]?.toLowerCase() !== name.toLowerCase()) {
    throw invalidParameter(`Invalid ddlStatement: it must alter table ${name}.`);
  }
  const rest = match[2] ?? "";
  if (/^using\s+ttl\s/i.test(rest)) {
    const { ttl } = definitionOf("x INTEGER", rest);
    return { ...table, ttl };
  }
  const clauses = /^\((.*)\)$/s.exec(rest)?.[1];
  if (clauses === undefined) {
    throw notImplemented(`this form of ALTER TABLE: ${rest.split(/\s/, 1).join("")}`);
  }
  return splitClauses(clauses).reduce(applyClause, table);
}

function applyClause(table: TableDefinition, clause: string): TableDefinition {
  const [, verb = "", rest = ""] = /^(\w+)\s+(.*)$/s.exec(clause.trim()) ?? [];
  switch (verb.toUpperCase()) {
    case "ADD":
      return addColumn(table, rest);
    case "DROP":
      return dropColumn(table, rest.trim());
    default:
      throw notImplemented(`this clause of ALTER TABLE: ${clause.trim()}`);
  }
}

function addColumn(table: TableDefinition, text: string): TableDefinition {
  const column = definitionOf(text, "").columns[1];
  if (!column || findColumn(table.columns, column.name)) {
    throw invalidParameter(`Table ${table.name} already has the column of: ADD ${text.trim()}.`);
  }
  return { ...table, columns: [...table.columns, column] };
}

function dropColumn(table: TableDefinition, name: string): TableDefinition {
  const column = findColumn(table.columns, name);
  if (!column || table.primaryKey.columns.includes(column.name)) {
    throw invalidParameter(
      `Column ${name} cannot be dropped: it is not there, or it is part of the primary key.`,
    );
  }
  return { ...table, columns: table.columns.filter((other) => other !== column) };
}

/** Reads a column's or a table option's text by way of a table made for it. */
function definitionOf(column: string, option: string): TableDefinition {
  return asParameter(() =>
    parseCreateTable(`CREATE TABLE t (pk__ INTEGER, ${column}, PRIMARY KEY (pk__)) ${option}`),
  );
}

/** Splits at the commas outside parentheses and quotes. */
function splitClauses(text: string): string[] {
  const clauses = [""];
  let depth = 0;
  for (const token of text.match(/"[^"]*"|'[^']*'|[\s\S]/g) ?? []) {
    depth += token === "(" ? 1 : token === ")" ? -1 : 0;
    if (token === "," && depth === 0) {
      clauses.push("");
    } else {
      clauses[clauses.length - 1] = (clauses.at(-1) ?? "") + token;
    }
  }
  return clauses;
}
