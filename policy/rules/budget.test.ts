import { defaultsOf, resource } from "../testing";
import { budget, type BudgetSettings } from "./budget";

const settings: BudgetSettings = { readUnits: 20, writeUnits: 10, storageGBs: 2, onDemand: false };
const table = (name: string, maxReadUnits: number, capacityMode = "PROVISIONED") =>
  resource(
    "oci:Nosql/table:Table",
    { tableLimits: { capacityMode, maxReadUnits, maxWriteUnits: 5, maxStorageInGbs: 1 } },
    { name },
  );

test("the whole budget may be used", () => {
  expect(budget.problems([table("a", 10), table("b", 10)], settings)).toEqual([]);
});

test("all limits that are exceeded are named, with what to type", () => {
  const problems = budget.problems([table("b", 10), table("a", 11), table("c", 0)], settings);
  expect(problems).toEqual([
    'Together the tables a, b, c have 21 read units, and the budget is 20: lower each table\'s, type `pulumi config set --path fotogal-motando:tableCapacity.readUnits NUMBER -s dev`, or raise "readUnits" of "budget" in the policy pack\'s configuration.',
    expect.stringContaining("15 write units, and the budget is 10"),
    expect.stringContaining("3 GB of storage, and the budget is 2"),
  ]);
});

test("a table on demand needs leave", () => {
  const onDemand = [table("a", 0, "ON_DEMAND")];
  expect(budget.problems(onDemand, settings)).toEqual([expect.stringContaining('Table "a" is on demand')]);
  expect(budget.problems(onDemand, { ...settings, onDemand: true })).toEqual([]);
});

test("each table on demand says which setting made it so", () => {
  const problems = budget.problems(
    [table("motando-motando_sessao", 0, "ON_DEMAND"), table("fotogal-a", 0, "ON_DEMAND")],
    { ...settings, writeUnits: 10 },
  );
  expect(problems).toEqual([
    'Table "motando-motando_sessao" is on demand, which no budget limits: type `pulumi config set fotogal-motando:motandoTables false -s dev`, or set "onDemand" of "budget" to true in the policy pack\'s configuration.',
    expect.stringContaining("fotogal-motando:tableCapacity.mode provisioned"),
  ]);
});

test("the stack as it is by default fits the default budget", () => {
  const defaults = defaultsOf(budget);
  expect(budget.problems([table("a", 10), table("b", 10), table("c", 10)], defaults)).toEqual([]);
});
