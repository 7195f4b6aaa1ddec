import fc from "fast-check";
import {
  containsSecret,
  containsUnknown,
  decode,
  encode,
  hideLike,
  reveal,
  same,
  Secret,
  unknown,
  type Properties,
  type Value,
} from "./values";

/** Any name but the one that the protobuf library, and so Pulumi, cannot carry. */
const propertyName = fc.string({ minLength: 1 }).filter((name) => name !== "__proto__");

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.constant(unknown),
    fc.array(tie("value")),
    fc.dictionary(propertyName, tie("value"), { noNullPrototype: true }),
    tie("value").map((inner) => new Secret(inner)),
  ),
})).value;
const properties = fc.dictionary(propertyName, value, { noNullPrototype: true });

test("values survive the engine's wire", () => {
  fc.assert(
    fc.property(properties, (before) => {
      expect(decode(encode(before))).toEqual(before);
    }),
  );
});

test("revealed values hold no secret, and marking them like the original hides as much again", () => {
  fc.assert(
    fc.property(properties, (before) => {
      const open = reveal(before);
      expect(containsSecret(open)).toBe(false);
      expect(reveal(hideLike(open, before))).toEqual(open);
      expect(containsSecret(hideLike(open, before))).toBe(containsSecret(before));
    }),
  );
});

test("secrets are marked at the same place and nowhere else", () => {
  const inputs: Properties = {
    registry: { user: "u", password: new Secret("p") },
    list: ["a", new Secret("b")],
  };
  const outputs: Properties = { registry: { user: "u", password: "p" }, list: ["a", "b"], id: "x" };
  expect(hideLike(outputs, inputs)).toEqual({ ...inputs, id: "x" });
});

test("a value is the same as its secret; an unknown is the same as nothing, not even itself", () => {
  expect(same({ a: [new Secret("x")] }, { a: ["x"] })).toBe(true);
  expect(same({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  expect(same(unknown, unknown)).toBe(false);
  expect(containsUnknown({ a: [{ b: new Secret(unknown) }] })).toBe(true);
});
