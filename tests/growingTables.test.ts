import { type StackInWorld, readOutputs, stackInNewWorld, succeeded } from "./stackInWorld";
import type { CommandResult } from "./world";

jest.setTimeout(10 * 60_000);

let stack: StackInWorld;

beforeAll(async () => {
  stack = await stackInNewWorld();
});

afterAll(() => stack.world.remove());

const table = "fotogal_ntable_images";
const ddl = `app/fotogal/tables/${table}.ddl`;
const up = ["up", "--yes", "--skip-preview"];

async function columnsNow(): Promise<string[]> {
  const { cloud, outputs } = stack;
  const { table: live } = await cloud.nosql.getTable({ tableNameOrId: outputs.tables[table] ?? "" });
  return (live.schema?.columns ?? []).map(({ name = "" }) => name);
}

async function indexesNow(): Promise<string[]> {
  const { cloud, outputs } = stack;
  const found = await cloud.nosql.listIndexes({ tableNameOrId: outputs.tables[table] ?? "" });
  return (found.indexCollection.items ?? []).map(({ name = "" }) => name).sort();
}

function expectRefusal({ code, output }: CommandResult, message: RegExp): void {
  expect(output).toMatch(message);
  expect(code).not.toBe(0);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
}

/** With the DDL changed for a while. */
async function withDdl<T>(change: (text: string) => string, use: () => Promise<T>): Promise<T> {
  const { world } = stack;
  let before = "";
  world.edit(ddl, (text) => change((before = text)));
  try {
    return await use();
  } finally {
    world.edit(ddl, () => before);
  }
}

test("a new column and a new index are plain changes, and the table stays the same", async () => {
  const { world, outputs } = stack;
  world.edit(ddl, (text) => text.replace(/,\s*PRIMARY KEY/i, ",\n  client STRING,\n  PRIMARY KEY"));
  world.edit("index.ts", (text) =>
    text.replace('created_ts_idx: ["created_ts"]', 'created_ts_idx: ["created_ts"], client_idx: ["client"]'),
  );
  const shown = succeeded(await world.pulumi(["preview"]));
  expect(shown).toMatch(/1 to create/);
  expect(shown).toMatch(/1 to update/);
  expect(shown).not.toMatch(/to (replace|delete)/);
  succeeded(await world.pulumi(up));
  expect(await columnsNow()).toContain("client");
  expect(await indexesNow()).toEqual(["client_idx", "created_ts_idx", "user_id_idx"]);
  expect((await readOutputs(world)).tables[table]).toBe(outputs.tables[table]);
  succeeded(await world.pulumi(["preview", "--expect-no-changes"]));
});

test("a column that is gone is refused in a preview and in an update, with both ways out", async () => {
  const { world } = stack;
  const before = await columnsNow();
  const refusal = new RegExp(
    `${ddl}: column (\\w+) is gone, and its data would be lost; put it back, or name it in dropColumns`,
  );
  await withDdl(
    (text) => text.replace(/,\s*main_comment STRING/i, ""),
    async () => {
      expectRefusal(await world.pulumi(["preview"]), refusal);
      expectRefusal(await world.pulumi(up), refusal);
    },
  );
  expect(await columnsNow()).toEqual(before);
});

test("a changed type, another order and another key are refused together", async () => {
  const result = await withDdl(
    (text) =>
      text
        .replace("user_id INTEGER", "user_id STRING")
        .replace(/PRIMARY KEY\s*\(id\)/i, "PRIMARY KEY(id, user_id)"),
    () => stack.world.pulumi(["preview"]),
  );
  expectRefusal(
    result,
    /column user_id was "user_id INTEGER" and is now "user_id STRING"; a column cannot change/,
  );
  expect(result.output).toMatch(/the primary key was \(shard id\).*cannot change/);
});

test("a column is dropped where its loss is meant", async () => {
  const { world } = stack;
  // The service drops no column that an index uses, and Pulumi deletes last: the index goes first.
  world.edit("index.ts", (text) => text.replace(', client_idx: ["client"]', ""));
  succeeded(await world.pulumi(up));
  await world.pulumi(["config", "set", "dropColumns", JSON.stringify({ [table]: ["client"] })]);
  world.edit(ddl, (text) => text.replace(/\s*client STRING,/i, ""));
  succeeded(await world.pulumi(up));
  expect(await columnsNow()).not.toContain("client");
  expect(await indexesNow()).toEqual(["created_ts_idx", "user_id_idx"]);
  succeeded(await world.pulumi(["preview", "--expect-no-changes"]));
});
