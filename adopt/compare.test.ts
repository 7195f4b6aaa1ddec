import { UNKNOWN } from "../stacks/engineValues";
import { differencesOf } from "./compare";

const statement = "CREATE TABLE IF NOT EXISTS t (id INTEGER, name STRING, PRIMARY KEY(id))";
const differs = (program: object, there: object) =>
  differencesOf({ ...program }, { ...there }).map(
    ({ property, there, program }) => `${property}: ${there} / ${program}`,
  );

test("what an update would change is told property by property, with both values", () => {
  const limits = { capacityMode: "PROVISIONED", maxReadUnits: 10, maxWriteUnits: 5, maxStorageInGbs: 1 };
  expect(
    differs(
      { accessType: "NoPublicAccess", freeformTags: { stack: "s" }, tableLimits: limits },
      { accessType: "ObjectRead", freeformTags: {}, tableLimits: { ...limits, maxReadUnits: 1 } },
    ),
  ).toEqual([
    "accessType: ObjectRead / NoPublicAccess",
    'freeformTags: none / {"stack":"s"}',
    "tableLimits.maxReadUnits: 1 / 10",
  ]);
});

test("what is not known yet, steers the provider, or is the service's to say does not count", () => {
  const onDemand = { capacityMode: "ON_DEMAND", maxReadUnits: 0, maxWriteUnits: 0, maxStorageInGbs: 1 };
  expect(
    differs(
      { compartmentId: UNKNOWN, enableDelete: true, freeformTags: {}, tableLimits: onDemand },
      { compartmentId: "ocid1", tableLimits: { ...onDemand, maxReadUnits: 500 }, versioning: "Enabled" },
    ),
  ).toEqual([]);
});

describe("a table's statement", () => {
  const compared = (there: string) => differencesOf({ ddlStatement: statement }, { ddlStatement: there })[0];

  test("differs in nothing but case: the provider takes them as equal", () => {
    expect(compared(statement.toLowerCase())).toBeUndefined();
  });

  test("differs in nothing but layout: the program keeps the service's text", () => {
    expect(compared(statement.replaceAll(", ", ",\n  "))).toBeUndefined();
  });

  test.each([
    ["name STRING, ", "", { there: "none", program: "name STRING" }],
    [
      "name STRING",
      "name STRING, age LONG",
      { there: "age LONG", program: "an update drops age with its data" },
    ],
    ["name STRING", "name INTEGER", { there: "name INTEGER", program: "name STRING" }],
    ["KEY(id))", "KEY(id)) USING TTL 2 DAYS", { there: "TTL 2 DAYS", program: "no TTL" }],
  ])("has %j as %j", (text, other, difference) => {
    expect(compared(statement.replace(text, other))).toEqual({ property: "ddlStatement", ...difference });
  });

  test("cannot be read", () => {
    expect(compared("CREATE something")).toMatchObject({ there: "CREATE something" });
  });
});
