import { unknown, type Properties } from "../shared/values";
import { checkResource } from "./check";
import type { ResourceRow } from "./row";
import { resourceRows } from "./table";

const row = (type: string): ResourceRow => {
  const found = resourceRows.get(type);
  if (!found) throw new Error(`no row ${type}`);
  return found;
};
const table = row("oci:Nosql/table:Table");
const bucket = row("oci:ObjectStorage/bucket:Bucket");

function check(of: ResourceRow, news: Properties, olds?: Properties) {
  return checkResource(of, {
    news,
    olds,
    name: "thing",
    autoname: undefined,
    randomSeed: new Uint8Array(32).fill(0xab),
  });
}

test("required, unknown and wrongly typed inputs are reported together, each by its path", () => {
  const { failures } = check(table, {
    name: "t",
    compartmentId: 7,
    tableLimits: { maxReadUnits: 1.5, maxWriteUnits: unknown, maxStorage: 1 },
    colour: "red",
  });
  expect(failures.map(({ property }) => property).sort()).toEqual([
    "colour",
    "compartmentId",
    "ddlStatement",
    "tableLimits.maxReadUnits",
    "tableLimits.maxStorage",
    "tableLimits.maxStorageInGbs",
  ]);
  expect(failures.find(({ property }) => property === "ddlStatement")?.reason).toBe(
    'missing required property "ddlStatement" of the table',
  );
});

test("values not known yet pass", () => {
  const news = { name: "t", compartmentId: unknown, ddlStatement: unknown, tableLimits: unknown };
  expect(check(table, news).failures).toEqual([]);
});

test("a property that only the official plugin serves is refused with the way to it", () => {
  const news = { name: "b", namespace: "n", compartmentId: "c", retentionRules: [{ displayName: "r" }] };
  expect(check(bucket, news).failures).toEqual([
    {
      property: "retentionRules",
      reason: expect.stringContaining("pulumi plugin install resource oci 4.20.0") as string,
    },
  ]);
});

test("a defined tag is named by namespace and key", () => {
  const news = { name: "b", namespace: "n", compartmentId: "c", definedTags: { cost: "1" } };
  expect(check(bucket, news).failures[0]?.property).toBe("definedTags");
});

test("an unnamed resource is named after its logical name and keeps that name", () => {
  const news = { namespace: "n", compartmentId: "c" };
  const { inputs, failures } = check(bucket, news);
  expect(failures).toEqual([]);
  expect(inputs.name).toBe("thing-abababa");
  const kept = checkResource(bucket, {
    news,
    olds: { ...inputs, name: "thing-1234567" },
    name: "thing",
    autoname: undefined,
    randomSeed: new Uint8Array(32),
  });
  expect(kept.inputs.name).toBe("thing-1234567");
  expect(check(bucket, { ...news, name: "mine" }, inputs).inputs).toEqual({ ...news, name: "mine" });
});

test("the engine's own naming rule is followed", () => {
  const request = {
    news: { namespace: "n", compartmentId: "c" },
    olds: undefined,
    name: "thing",
    randomSeed: new Uint8Array(32),
  };
  expect(
    checkResource(bucket, { ...request, autoname: { mode: "enforce", name: "ruled" } }).inputs.name,
  ).toBe("ruled");
  expect(
    checkResource(bucket, { ...request, autoname: { mode: "disable", name: "" } }).inputs.name,
  ).toBeUndefined();
});
