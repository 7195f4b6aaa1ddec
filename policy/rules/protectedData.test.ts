import { defaultsOf, noConfiguration, resource } from "../testing";
import { protectedData } from "./protectedData";

const settings = defaultsOf(protectedData);
const problems = (type: string, more: { protect: boolean; stack?: string }) =>
  protectedData.problems(resource(type, {}, more), settings, noConfiguration);

const STORES = [
  "oci:Artifacts/containerRepository:ContainerRepository",
  "oci:Identity/compartment:Compartment",
  "oci:Logging/log:Log",
  "oci:Logging/logGroup:LogGroup",
  "oci:Nosql/table:Table",
  "oci:ObjectStorage/bucket:Bucket",
];

test.each(STORES)("%s is protected, but in local", (type) => {
  expect(problems(type, { protect: true })).toEqual([]);
  expect(problems(type, { protect: false, stack: "local" })).toEqual([]);
  expect(problems(type, { protect: false })).toEqual([
    expect.stringContaining('"it" holds data and could be deleted by mistake: type `pulumi config set'),
  ]);
});

test("an index can be made again", () => {
  expect(problems("oci:Nosql/index:Index", { protect: false })).toEqual([]);
});
