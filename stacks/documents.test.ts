import { readExportedResources, readPreviewSteps } from "./documents";

const type = "oci:Logging/log:Log";
const urn = `urn:pulumi:dev::p::${type}::app`;
const state = {
  ...{ type, custom: false, protect: false, inputs: {} },
  ...{ dependencies: [], propertyDependencies: {} },
};

it("reads a preview's steps, with what the engine leaves out", () => {
  const written = { type, custom: true, dependencies: null, propertyDependencies: { a: null, b: ["x"] } };
  const text = JSON.stringify({ config: {}, steps: [{ op: "create", urn, newState: written, more: 1 }] });
  const newState = { ...state, custom: true, propertyDependencies: { a: [], b: ["x"] } };
  expect(readPreviewSteps(text)).toEqual([{ op: "create", urn, newState }]);
  expect(readPreviewSteps("{}")).toEqual([]);
});

it("reads an export's resources, and that there are none", () => {
  const text = JSON.stringify({ version: 3, deployment: { resources: [{ urn, type, id: "ocid" }] } });
  expect(readExportedResources(text)).toEqual([
    { ...state, urn, id: "ocid", delete: false, external: false },
  ]);
  expect(readExportedResources('{"deployment":{"resources":null}}')).toEqual([]);
  expect(readExportedResources('{"version":3}')).toEqual([]);
});

it("says what to do about any other text", () => {
  expect(() => readPreviewSteps("error: no stack")).toThrow(
    "`pulumi preview --json` printed no JSON document; run it yourself to see what it says.",
  );
  expect(() => readExportedResources('{"deployment":{"resources":[{}]}}')).toThrow(
    "`pulumi stack export` printed a document that this version does not understand; use Pulumi 3.",
  );
});
