import type { TableDefinition } from "./ddl";

/** The most that a table may have: reads and writes of 1 KB a second, gigabytes. The least is 1 of each. */
export const CAPACITY_LIMITS = { readUnits: 40000, writeUnits: 20000, storageGBs: 5000 };

/** The service's other limits. */
const COLUMNS_LIMIT = 50;
const INDEXES_LIMIT = 5;
const NAME_LIMIT = 64;
const TABLE_NAME_LIMIT = 256;
const NOT_INDEXABLE = ["ANY", "ARRAY", "BINARY", "JSON", "MAP", "RECORD"];

/** What the service would not take of a table that is known as `key`. */
export function tableProblems(key: string, { name, columns }: TableDefinition): string[] {
  const problems: string[] = [];
  if (name !== key) {
    problems.push(`the statement creates table ${name}, not ${key}; make the two names equal`);
  }
  if (name.length > TABLE_NAME_LIMIT) {
    problems.push(`the table's name has ${name.length} characters; the service takes ${TABLE_NAME_LIMIT}`);
  }
  if (columns.length > COLUMNS_LIMIT) {
    problems.push(`table ${name} has ${columns.length} columns; the service takes ${COLUMNS_LIMIT}`);
  }
  for (const column of columns.filter((candidate) => candidate.name.length > NAME_LIMIT)) {
    problems.push(
      `column ${column.name} has a name of ${column.name.length} characters; the service takes ${NAME_LIMIT}`,
    );
  }
  return problems;
}

/** What the service would not take of a table's indexes, name → columns. */
export function indexProblems(
  indexes: Readonly<Record<string, readonly string[]>>,
  { name: tableName, columns }: TableDefinition,
): string[] {
  const problems: string[] = [];
  const names = Object.keys(indexes);
  if (names.length > INDEXES_LIMIT) {
    problems.push(`table ${tableName} has ${names.length} indexes; the service takes ${INDEXES_LIMIT}`);
  }
  for (const [indexName, columnNames] of Object.entries(indexes)) {
    const index = `index ${indexName} of ${tableName}`;
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(indexName) || indexName.length > NAME_LIMIT) {
      problems.push(`${index} is no name: give a letter, then letters, digits or "_", at most ${NAME_LIMIT}`);
    }
    if (columnNames.length === 0) {
      problems.push(`${index} names no column; name at least one`);
    }
    for (const columnName of columnNames) {
      const column = columns.find(({ name }) => name.toLowerCase() === columnName.toLowerCase());
      if (column === undefined) {
        const known = columns.map(({ name }) => name).join(", ");
        problems.push(`${index} is on ${columnName}, which is no column; the columns are ${known}`);
      } else if (NOT_INDEXABLE.includes(column.baseType)) {
        problems.push(
          `${index} is on ${columnName}, which is ${column.type}; index a column of a scalar type`,
        );
      }
    }
  }
  return problems;
}
