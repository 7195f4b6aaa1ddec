import fc from "fast-check";
import { differences } from "./compare";
import { unknown, type Value } from "./values";

test.each<[string, Value | undefined, Value | undefined, { path: string; kind: string }[]]>([
  ["nothing", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ["a nested value", { a: { b: 1 } }, { a: { b: 2 } }, [{ path: "p.a.b", kind: "update" }]],
  ["a new list entry", ["x"], ["x", "y"], [{ path: "p[1]", kind: "add" }]],
  ["a lost key that is no name", { "a.b": 1 }, {}, [{ path: 'p["a.b"]', kind: "delete" }]],
  ["null and absent are one", undefined, null, []],
  ["an unknown", "x", unknown, [{ path: "p", kind: "update" }]],
  ["another form", "x", ["x"], [{ path: "p", kind: "update" }]],
])("%s", (_name, before, after, expected) => {
  expect(differences(before, after, "p")).toEqual(expected);
});

test("a value never differs from itself", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(differences(value as Value, structuredClone(value) as Value)).toEqual([]);
    }),
  );
});
