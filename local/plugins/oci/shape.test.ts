import fc from "fast-check";
import {
  as,
  definedTags,
  flag,
  fromWire,
  list,
  object,
  single,
  text,
  time,
  toWire,
  unsent,
  whole,
  wholeText,
  type Fields,
} from "./shape";

const fields: Fields = {
  name: text,
  accessType: as("publicAccessType", text),
  limits: object({ maxStorageInGbs: as("maxStorageInGBs", whole), isOn: flag }),
  keys: list(object({ columnName: text })),
  memoryInMbs: as("memoryInMBs", wholeText),
  definedTags,
  steers: unsent(flag),
};

test("properties are sent under their wire names, nested ones too", () => {
  const values = {
    name: "n",
    accessType: "NoPublicAccess",
    limits: { maxStorageInGbs: 1 },
    keys: [{ columnName: "id" }],
    memoryInMbs: "256",
    definedTags: { "ops.cost": "1", "ops.team": "a", "hr.x": "2", "constructor.y": "3" },
    steers: true,
    other: "not in the schema",
  };
  expect(toWire(fields, values)).toEqual({
    name: "n",
    publicAccessType: "NoPublicAccess",
    limits: { maxStorageInGBs: 1 },
    keys: [{ columnName: "id" }],
    memoryInMBs: 256,
    definedTags: { ops: { cost: "1", team: "a" }, hr: { x: "2" }, constructor: { y: "3" } },
  });
});

test("what is sent reads back the same", () => {
  const value = fc.record(
    {
      name: fc.string(),
      accessType: fc.string(),
      limits: fc.record({ maxStorageInGbs: fc.integer(), isOn: fc.boolean() }, { requiredKeys: [] }),
      keys: fc.array(fc.record({ columnName: fc.string() })),
      memoryInMbs: fc.nat().map(String),
      definedTags: fc.dictionary(fc.stringMatching(/^[a-z]+\.[a-z]+$/), fc.string(), {
        noNullPrototype: true,
      }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(value, (values) => {
      expect(fromWire(fields, toWire(fields, values))).toEqual(values);
    }),
  );
});

test("an object that the schema shows as a list of one", () => {
  const schemas = { schemas: as("schema", single({ primaryKeys: as("primaryKey", list(text)) })) };
  expect(fromWire(schemas, { schema: { primaryKey: ["id"] } })).toEqual({
    schemas: [{ primaryKeys: ["id"] }],
  });
  expect(fromWire(schemas, { schema: null })).toEqual({});
});

test.each([
  ["2026-01-31T12:00:00.120Z", "2026-01-31 12:00:00.12 +0000 UTC"],
  ["2026-01-31T12:00:00.000Z", "2026-01-31 12:00:00 +0000 UTC"],
  ["2026-01-31T12:00:00+00:00", "2026-01-31 12:00:00 +0000 UTC"],
  ["soon", "soon"],
])("time %s is shown as %s", (wire, shown) => {
  expect(fromWire({ timeCreated: time }, { timeCreated: wire })).toEqual({ timeCreated: shown });
});
