import { unknown, type Properties } from "../shared/values";
import { diffResource } from "./diff";
import { resourceRows } from "./table";

function diff(type: string, oldInputs: Properties, news: Properties, olds: Properties = oldInputs) {
  const row = resourceRows.get(type);
  if (!row) throw new Error(`no row ${type}`);
  const { changes, deleteBeforeReplace } = diffResource(row, { oldInputs, olds, news });
  return {
    updates: changes.filter(({ replace }) => !replace).map(({ path }) => path),
    replaces: changes.filter(({ replace }) => replace).map(({ path }) => path),
    deleteBeforeReplace,
  };
}

const none = { updates: [], replaces: [], deleteBeforeReplace: false };
const TABLE = "oci:Nosql/table:Table";
const table = {
  compartmentId: "c",
  name: "users",
  ddlStatement: "CREATE TABLE users (id INTEGER, PRIMARY KEY(id))",
  tableLimits: { maxReadUnits: 10, maxWriteUnits: 5, maxStorageInGbs: 1 },
};

test("the same inputs are no change, nor are DDL in another case or what the service added", () => {
  expect(diff(TABLE, table, table, { ...table, freeformTags: {}, state: "ACTIVE" })).toEqual(none);
  const lower = { ...table, ddlStatement: table.ddlStatement.toLowerCase() };
  expect(diff(TABLE, table, lower)).toEqual(none);
});

test("an optional input that is removed, or set to what the service chose, changes nothing", () => {
  expect(diff(TABLE, { ...table, freeformTags: { a: "1" } }, table)).toEqual(none);
  const olds = { ...table, isAutoReclaimable: false };
  expect(diff(TABLE, table, { ...table, isAutoReclaimable: false }, olds)).toEqual(none);
});

test("a compartment that may not be deleted any more is a change; one that never might is none", () => {
  const type = "oci:Identity/compartment:Compartment";
  const compartment = { name: "cmp", description: "ours" };
  const deletable = { ...compartment, enableDelete: true };
  expect(diff(type, deletable, compartment)).toEqual({ ...none, updates: ["enableDelete"] });
  expect(diff(type, { ...compartment, enableDelete: false }, compartment)).toEqual(none);
  expect(diff(type, compartment, compartment)).toEqual(none);
});

test("limits change in place, by path; on demand, the service's own units do not count", () => {
  const more = { ...table, tableLimits: { maxReadUnits: 10, maxWriteUnits: 6, maxStorageInGbs: 1 } };
  expect(diff(TABLE, table, more)).toEqual({ ...none, updates: ["tableLimits.maxWriteUnits"] });
  const demand = (units: number, storage: number): Properties => ({
    ...table,
    tableLimits: {
      capacityMode: "ON_DEMAND",
      maxReadUnits: units,
      maxWriteUnits: units,
      maxStorageInGbs: storage,
    },
  });
  expect(diff(TABLE, demand(0, 1), demand(10, 1))).toEqual(none);
  expect(diff(TABLE, demand(0, 1), demand(0, 2)).updates).toEqual(["tableLimits.maxStorageInGbs"]);
});

test("a value that is not known yet is a change", () => {
  expect(diff(TABLE, table, { ...table, compartmentId: unknown }).updates).toEqual(["compartmentId"]);
});

test("another name replaces, the new one first", () => {
  const result = diff(TABLE, table, { ...table, name: "people" });
  expect(result).toEqual({ updates: [], replaces: ["name"], deleteBeforeReplace: false });
});

test("a replacement under the same chosen name deletes first; under a made-up name it does not", () => {
  const bucket = { namespace: "n", compartmentId: "c", name: "b", storageTier: "Standard" };
  const archive = { ...bucket, storageTier: "Archive" };
  expect(diff("oci:ObjectStorage/bucket:Bucket", bucket, archive)).toMatchObject({
    replaces: ["storageTier"],
    deleteBeforeReplace: true,
  });
  const madeUp = { ...archive, __defaults: ["name"] };
  expect(diff("oci:ObjectStorage/bucket:Bucket", bucket, madeUp).deleteBeforeReplace).toBe(false);
});

test("in a fixed object single fields may still change", () => {
  const log = (service: string, flow: string): Properties => ({
    displayName: "l",
    logGroupId: "g",
    logType: "SERVICE",
    configuration: {
      source: { category: "all", resource: "r", service, sourceType: "OCISERVICE", parameters: { flow } },
    },
  });
  expect(diff("oci:Logging/log:Log", log("s", "1"), log("s", "2"))).toMatchObject({
    updates: ["configuration.source.parameters.flow"],
    replaces: [],
  });
  expect(diff("oci:Logging/log:Log", log("s", "1"), log("t", "1")).replaces).toEqual([
    "configuration.source.service",
  ]);
});

test("after a refresh, what was changed elsewhere is a change back", () => {
  const drifted = {
    ...table,
    tableLimits: { maxReadUnits: 50, maxWriteUnits: 5, maxStorageInGbs: 1, capacityMode: "PROVISIONED" },
  };
  expect(diff(TABLE, drifted, table).updates).toEqual(["tableLimits.maxReadUnits"]);
});
