import type { ColumnDefinition, TableDefinition } from "./ddl";

/** A table as its canonical text. */
export function formatTable(table: TableDefinition): string {
  return words(
    "CREATE TABLE",
    table.ifNotExists && "IF NOT EXISTS",
    table.name,
    table.comment && `COMMENT ${table.comment}`,
    `(${[...table.columns.map(formatColumn), formatPrimaryKey(table.primaryKey)].join(", ")})`,
    table.ttl && `USING TTL ${table.ttl.value} ${table.ttl.unit}`,
    table.jsonCollection && "AS JSON COLLECTION",
  );
}

export function formatColumn(column: ColumnDefinition): string {
  const { identity } = column;
  return words(
    column.name,
    column.type,
    column.role,
    identity && `GENERATED ${identity.generated} AS IDENTITY`,
    identity && identity.options !== "" && `(${identity.options})`,
    column.defaultValue !== undefined && `DEFAULT ${column.defaultValue}`,
    column.notNull && "NOT NULL",
    column.comment && `COMMENT ${column.comment}`,
  );
}

function formatPrimaryKey({ shard, columns, sizes }: TableDefinition["primaryKey"]): string {
  const list = (names: string[]) =>
    names.map((name) => (Object.hasOwn(sizes, name) ? `${name}(${String(sizes[name])})` : name)).join(", ");
  const rest = columns.slice(shard.length);
  // A key that is wholly the shard key needs no SHARD: the service reads both alike.
  return rest.length === 0
    ? `PRIMARY KEY(${list(shard)})`
    : `PRIMARY KEY(SHARD(${list(shard)}), ${list(rest)})`;
}

function words(...parts: (string | false | undefined)[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "").join(" ");
}
