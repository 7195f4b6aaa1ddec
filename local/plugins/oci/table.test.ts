import { readFileSync } from "node:fs";
import { functionRows, resourceRows } from "./table";

/** The official SDK's generated class or function is the judge of names: it is made from the official plugin's schema. */
function sdkSource(token: string): string {
  const [, module = "", name = ""] = /^oci:(\w+)\/(\w+):/.exec(token) ?? [];
  // A class called Index cannot live in index.js.
  const file = name === "index" ? "index_" : name;
  return readFileSync(require.resolve(`@pulumi/oci/${module.toLowerCase()}/${file}.js`), "utf8");
}

const namesIn = (source: string, pattern: RegExp): string[] => [
  ...new Set([...source.matchAll(pattern)].map(([, name = ""]) => name)),
];

test.each([...resourceRows.values()])("$type has the official names", ({ type, inputs, outputs }) => {
  const source = sdkSource(type);
  const sdkInputs = namesIn(source, /resourceInputs\["(\w+)"\] = args/g);
  const sdkOutputs = namesIn(source, /resourceInputs\["(\w+)"\] = undefined/g);
  const sdkRequired = namesIn(source, /Missing required property '(\w+)'/g);
  expect(Object.keys(inputs).sort()).toEqual(sdkInputs.sort());
  expect(Object.keys(outputs).sort()).toEqual(sdkOutputs.sort());
  expect(
    Object.keys(inputs)
      .filter((name) => inputs[name]?.required)
      .sort(),
  ).toEqual(sdkRequired.sort());
});

test.each([...functionRows.values()])("$token has the official arguments", ({ token, inputs, result }) => {
  const names = namesIn(sdkSource(token), /"(\w+)": args\??\.\w+/g).filter((name) => name !== "filters");
  expect(Object.keys(inputs).sort()).toEqual(names.sort());
  expect(sdkSource(token).includes('"filters": args')).toBe(result.kind === "many");
});
