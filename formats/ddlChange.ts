import type { ColumnDefinition, TableDefinition } from "./ddl";
import { formatColumn } from "./ddlFormat";

/**
 * What keeps a table from being changed in place from one definition to the next: Oracle NoSQL Database adds columns at the end
 * and drops columns, and changes the time to live; everything else is fixed. Empty when the change can be made.
 * @param mayDrop names of columns whose loss, with their data, is meant.
 */
export function tableChangeProblems(
  before: TableDefinition,
  after: TableDefinition,
  mayDrop: readonly string[] = [],
): string[] {
  const problems: string[] = [];
  const find = (list: readonly ColumnDefinition[], name: string) =>
    list.find((column) => column.name.toLowerCase() === name.toLowerCase());

  const dropped = before.columns.filter(({ name }) => find(after.columns, name) === undefined);
  for (const { name } of dropped) {
    if (!mayDrop.some((candidate) => candidate.toLowerCase() === name.toLowerCase())) {
      problems.push(
        `column ${name} is gone, and its data would be lost; put it back, or name it in dropColumns if that is meant`,
      );
    }
  }
  for (const column of before.columns) {
    const now = find(after.columns, column.name);
    if (now !== undefined && formatColumn(now) !== formatColumn(column)) {
      problems.push(
        `column ${column.name} was "${formatColumn(column)}" and is now "${formatColumn(now)}"; a column cannot change: take the change back, or add a new column`,
      );
    }
  }
  const kept = before.columns.filter(({ name }) => find(after.columns, name) !== undefined);
  const misplaced = after.columns.find((column, position) => {
    const expected = kept[position]?.name;
    return expected !== undefined && expected.toLowerCase() !== column.name.toLowerCase();
  });
  if (misplaced !== undefined) {
    const added = find(before.columns, misplaced.name) === undefined;
    problems.push(
      added
        ? `new column ${misplaced.name} is not at the end; move it behind ${kept.at(-1)?.name ?? ""}`
        : `the columns are in another order, from ${misplaced.name} on; keep the old order`,
    );
  }
  if (keyText(before) !== keyText(after)) {
    problems.push(
      `the primary key was (${keyText(before)}) and is now (${keyText(after)}); a primary key cannot change: take the change back, or make another table and copy the rows`,
    );
  }
  return problems;
}

function keyText({ primaryKey: { shard, columns, sizes } }: TableDefinition): string {
  const names = columns.map((name) =>
    Object.hasOwn(sizes, name) ? `${name}(${String(sizes[name])})` : name,
  );
  return [`shard ${names.slice(0, shard.length).join(", ")}`, ...names.slice(shard.length)].join(", ");
}
