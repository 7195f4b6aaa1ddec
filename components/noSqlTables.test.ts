import * as pulumi from "@pulumi/pulumi";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NoSqlTables, type NoSqlTablesArgs } from "./noSqlTables";
import { ofType, read, runMocked } from "./testing/mockStack";

const capacity = { mode: "provisioned", readUnits: 10, writeUnits: 5, storageGBs: 1 } as const;
const noTable = { calls: { getTable: () => ({ ddlStatement: "" }) } };
let ddlFolder: string;

beforeEach(() => {
  ddlFolder = mkdtempSync(join(tmpdir(), "tables-"));
  writeTable(
    "users",
    "create table users (\n  id integer, -- key\n  name string, likes ARRAY(INTEGER), PRIMARY KEY(id))",
  );
});

afterEach(() => {
  rmSync(ddlFolder, { recursive: true });
});

it("sends the canonical DDL, limits and one index after the other", async () => {
  const indexes = { one: ["id"], two: ["name", "id"], three: ["name"] };
  const { result, registered } = await runMocked(
    () => new NoSqlTables("app", args({ users: { indexes } })),
    noTable,
  );
  expect(registered).toHaveLength(5);
  expect(ofType(registered, "Table")).toEqual([
    expect.objectContaining({
      name: "app-users",
      parent: "fotogal-motando:components:NoSqlTables app",
      protect: true,
      inputs: {
        compartmentId: "ocid1.compartment",
        name: "users",
        ddlStatement: "CREATE TABLE users (id INTEGER, name STRING, likes ARRAY(INTEGER), PRIMARY KEY(id))",
        tableLimits: {
          capacityMode: "PROVISIONED",
          maxReadUnits: 10,
          maxWriteUnits: 5,
          maxStorageInGbs: 1,
        },
      },
    }),
  ]);
  const made = ofType(registered, "Index");
  expect(made.map(({ inputs }) => inputs)).toEqual([
    { tableNameOrId: "ocid1.app-users", name: "one", keys: [{ columnName: "id" }] },
    { tableNameOrId: "ocid1.app-users", name: "two", keys: [{ columnName: "name" }, { columnName: "id" }] },
    { tableNameOrId: "ocid1.app-users", name: "three", keys: [{ columnName: "name" }] },
  ]);
  expect(made[0]?.dependsOn).toContain("oci:Nosql/table:Table app-users");
  expect(made[1]?.dependsOn).toContain("oci:Nosql/index:Index app-users-one");
  expect(made[2]?.dependsOn).toContain("oci:Nosql/index:Index app-users-two");
  expect((await read(result.tableIds)).value).toEqual({ users: "ocid1.app-users" });
});

it("has no units on demand", async () => {
  const onDemand = { ...capacity, mode: "onDemand" as const, readUnits: 0, writeUnits: 0 };
  const { registered } = await runMocked(
    () => new NoSqlTables("app", { ...args({ users: {} }), capacity: onDemand }),
    noTable,
  );
  expect(ofType(registered, "Table")[0]?.inputs.tableLimits).toEqual({
    capacityMode: "ON_DEMAND",
    maxReadUnits: 0,
    maxWriteUnits: 0,
    maxStorageInGbs: 1,
  });
});

it("reports all that is wrong with capacity, DDL and indexes at once and makes no table", async () => {
  writeTable("keyless", "CREATE TABLE keyless (id INTEGER)");
  writeTable("other", "CREATE TABLE another (id INTEGER, PRIMARY KEY(id))");
  const columns = Array.from({ length: 51 }, (_, number) => `c${number} STRING`).join(", ");
  writeTable("wide", `CREATE TABLE wide (${columns}, ${"x".repeat(65)} STRING, PRIMARY KEY(c0))`);
  const indexes = { "9": ["id"], none: [], no: ["missing"], list: ["likes"], a: ["id"], b: ["id"] };
  const bad: NoSqlTablesArgs = {
    ...args({ users: { indexes }, keyless: {}, other: {}, wide: {}, absent: {} }),
    capacity: { mode: "provisioned", readUnits: 0, writeUnits: 20001, storageGBs: 1.5 },
  };
  const { result, registered } = await runMocked(() => {
    try {
      return new NoSqlTables("app", bad);
    } catch (error) {
      return error as Error;
    }
  });
  const lines = (result as Error).message.replaceAll(ddlFolder, "D").split("\n  ");
  expect(lines).toEqual([
    'NoSqlTables "app":',
    "capacity.storageGBs is 1.5; give a whole number from 1 to 5000",
    "capacity.readUnits is 0; give a whole number from 1 to 40000",
    "capacity.writeUnits is 20001; give a whole number from 1 to 20000",
    "D/users.ddl: table users has 6 indexes; the service takes 5",
    'D/users.ddl: index 9 of users is no name: give a letter, then letters, digits or "_", at most 64',
    "D/users.ddl: index none of users names no column; name at least one",
    "D/users.ddl: index no of users is on missing, which is no column; the columns are id, name, likes",
    "D/users.ddl: index list of users is on likes, which is ARRAY(INTEGER); index a column of a scalar type",
    expect.stringMatching(
      /^D\/keyless.ddl, line 1, column \d+: table keyless has no primary key; add PRIMARY KEY/,
    ),
    "D/other.ddl: the statement creates table another, not other; make the two names equal",
    "D/wide.ddl: table wide has 52 columns; the service takes 50",
    `D/wide.ddl: column ${"x".repeat(65)} has a name of 65 characters; the service takes 64`,
    "D/absent.ddl cannot be read (ENOENT); give the DDL's file",
  ]);
  expect(registered).toHaveLength(1);
});

it("checks the same before anything is made", async () => {
  const missing = args({ users: { indexes: { no: ["missing"] } } });
  const { registered } = await runMocked(() => {
    expect(() => NoSqlTables.check("app", missing)).toThrow(
      /^NoSqlTables "app": .*users.ddl: index no of users is on missing, which is no column/,
    );
    expect(() => NoSqlTables.check("app", args({ users: {} }))).not.toThrow();
  });
  expect(registered).toHaveLength(0);
});

it("shows the DDL in the preview of a compartment that is still to be made", async () => {
  const { registered } = await runMocked(
    () => {
      const compartmentId = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
      return new NoSqlTables("app", { ...args({ users: {} }), compartmentId });
    },
    { preview: true },
  );
  expect(ofType(registered, "Table")[0]?.inputs.ddlStatement).toMatch(/^CREATE TABLE users/);
});

describe("beside the live table", () => {
  const sent = async (ddlStatement: string, dropColumns: Record<string, string[]> = {}) => {
    const { registered } = await runMocked(
      () => new NoSqlTables("app", { ...args({ users: {} }), dropColumns }),
      {
        calls: { getTable: () => ({ ddlStatement }) },
      },
    );
    return ofType(registered, "Table")[0]?.inputs.ddlStatement;
  };
  const canonical = "CREATE TABLE users (id INTEGER, name STRING, likes ARRAY(INTEGER), PRIMARY KEY(id))";

  it("the service's text of the same table is sent, so that it is no change", async () => {
    const theirs = "create table users (id integer,name string,likes array(integer),primary key(shard(id)))";
    expect(await sent(theirs)).toBe(theirs);
  });

  it("a new column is sent", async () => {
    expect(await sent("CREATE TABLE users (id INTEGER, name STRING, PRIMARY KEY(id))")).toBe(canonical);
  });

  it("a column is dropped where its loss is meant", async () => {
    const before =
      "CREATE TABLE users (id INTEGER, old STRING, name STRING, likes ARRAY(INTEGER), PRIMARY KEY(id))";
    expect(await sent(before, { users: ["old"] })).toBe(canonical);
  });
});

function args(tables: NoSqlTablesArgs["tables"]): NoSqlTablesArgs {
  return { compartmentId: "ocid1.compartment", ddlFolder, tables, capacity };
}

function writeTable(name: string, ddl: string): void {
  writeFileSync(join(ddlFolder, `${name}.ddl`), ddl);
}
