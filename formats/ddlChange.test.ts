import { parseCreateTable } from "./ddl";
import { tableChangeProblems } from "./ddlChange";

const before = "CREATE TABLE t (id INTEGER, a STRING, b LONG, PRIMARY KEY(id))";

it.each([
  ["nothing", before],
  ["a new column at the end", "CREATE TABLE t (id INTEGER, a STRING, b LONG, c JSON, PRIMARY KEY(id))"],
  ["a time to live", `${before} USING TTL 5 DAYS`],
  ["the case of a name", "CREATE TABLE t (id INTEGER, a STRING, b LONG, PRIMARY KEY(ID))"],
])("lets %s change", (_what, after) => {
  expect(problems(after)).toEqual([]);
});

it.each([
  [
    "CREATE TABLE t (id INTEGER, b LONG, PRIMARY KEY(id))",
    ["column a is gone, and its data would be lost; put it back, or name it in dropColumns if that is meant"],
  ],
  [
    "CREATE TABLE t (id INTEGER, b LONG, a STRING, PRIMARY KEY(id))",
    ["the columns are in another order, from b on; keep the old order"],
  ],
  [
    "CREATE TABLE t (id INTEGER, a STRING, c JSON, b LONG, PRIMARY KEY(id))",
    ["new column c is not at the end; move it behind b"],
  ],
  [
    "CREATE TABLE t (id INTEGER, a JSON, b LONG, PRIMARY KEY(id))",
    [
      'column a was "a STRING" and is now "a JSON"; a column cannot change: take the change back, or add a new column',
    ],
  ],
  [
    "CREATE TABLE t (id INTEGER, a STRING, b LONG, PRIMARY KEY(id, a))",
    [
      "the primary key was (shard id) and is now (shard id, a); a primary key cannot change: take the change back, or make another table and copy the rows",
    ],
  ],
])("refuses %s", (after, expected) => {
  expect(problems(after)).toEqual(expected);
});

it("drops a column whose loss is meant", () => {
  expect(problems("CREATE TABLE t (id INTEGER, b LONG, c JSON, PRIMARY KEY(id))", ["A"])).toEqual([]);
});

it("reports all at once", () => {
  expect(problems("CREATE TABLE t (c JSON, id LONG, PRIMARY KEY(c2), c2 STRING)")).toHaveLength(5);
});

function problems(after: string, mayDrop?: string[]): string[] {
  return tableChangeProblems(parseCreateTable(before), parseCreateTable(after), mayDrop);
}
