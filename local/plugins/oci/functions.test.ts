import { BadArguments } from "../shared/plugin";
import type { Properties } from "../shared/values";
import { fakeService, type Route } from "./fakeService";
import { invokeFunction } from "./functions";
import { functionRows } from "./table";

function invoke(token: string, args: Properties, ...routes: Route[]) {
  const row = functionRows.get(token);
  if (!row) throw new Error(`no row ${token}`);
  const fake = fakeService(...routes);
  const result = invokeFunction(row, fake.session, { token, args, signal: new AbortController().signal });
  return { result, fake };
}

const COMPARTMENTS = "oci:Identity/getCompartments:getCompartments";
const compartments: Route = [
  "GET /20160918/compartments",
  {
    body: [
      { id: "1", name: "cmp-a", lifecycleState: "ACTIVE", inactiveStatus: 3, freeformTags: { "a.b": "x" } },
      { id: "2", name: "cmp-b", lifecycleState: "DELETED", freeformTags: {} },
    ],
  },
];

async function names(args: Properties): Promise<unknown[]> {
  const { result } = invoke(COMPARTMENTS, { compartmentId: "t", ...args }, compartments);
  const { compartments: found } = (await result) as { compartments: { name: string }[] };
  return found.map(({ name }) => name);
}

test("arguments go into the query under their wire names, answers come back in the schema's", async () => {
  const args = { compartmentId: "t", compartmentIdInSubtree: true, state: "ACTIVE" };
  const { result, fake } = invoke(COMPARTMENTS, args, compartments);
  const answer = await result;
  expect(answer).toMatchObject(args);
  expect(answer.compartments).toContainEqual({
    id: "1",
    name: "cmp-a",
    state: "ACTIVE",
    inactiveState: "3",
    freeformTags: { "a.b": "x" },
  });
  expect(fake.requests[0]?.query).toEqual({
    compartmentId: "t",
    compartmentIdInSubtree: "true",
    lifecycleState: "ACTIVE",
  });
});

test("filters: any of the values, all of the filters, text or pattern, both spellings of a name", async () => {
  expect(await names({ filters: [{ name: "name", values: ["cmp-b", "cmp-c"] }] })).toEqual(["cmp-b"]);
  expect(await names({ filters: [{ name: "name", values: ["^cmp-"], regex: true }] })).toEqual([
    "cmp-a",
    "cmp-b",
  ]);
  expect(await names({ filters: [{ name: "inactive_state", values: ["3"] }] })).toEqual(["cmp-a"]);
  expect(await names({ filters: [{ name: "freeform_tags.a.b", values: ["x"] }] })).toEqual(["cmp-a"]);
  const both = [
    { name: "state", values: ["ACTIVE"] },
    { name: "name", values: ["cmp-b"] },
  ];
  expect(await names({ filters: both })).toEqual([]);
});

test.each<[string, Properties, string]>([
  ["an unknown filter name", { filters: [{ name: "colour", values: ["red"] }] }, "filters[0].name"],
  ["a broken pattern", { filters: [{ name: "name", values: ["("], regex: true }] }, "filters[0].values"],
  ["an unknown argument", { colour: "red" }, "colour"],
])("%s is refused by name before anything is asked", async (_name, args, property) => {
  const { result, fake } = invoke(COMPARTMENTS, { compartmentId: "t", ...args }, compartments);
  const failure = await result.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BadArguments);
  expect((failure as BadArguments).failures.map((found) => found.property)).toEqual([property]);
  expect(fake.requests).toEqual([]);
});

test("a collection is one object around its items", async () => {
  const { result } = invoke("oci:Artifacts/getContainerImages:getContainerImages", { compartmentId: "t" }, [
    "GET /20160918/container/images",
    { body: { remainingItemsCount: 0, items: [{ displayName: "a:1.0.0" }] } },
  ]);
  expect((await result).containerImageCollections).toEqual([
    { remainingItemsCount: 0, items: [{ displayName: "a:1.0.0" }] },
  ]);
});

test("one function's image and memory, a bare namespace", async () => {
  const one = invoke("oci:Functions/getFunction:getFunction", { functionId: "f" }, [
    "GET /20181201/functions/f",
    { body: { id: "f", memoryInMBs: 256, imageDigest: "sha256:1", traceConfig: { isEnabled: false } } },
  ]);
  expect(await one.result).toEqual({
    functionId: "f",
    id: "f",
    memoryInMbs: "256",
    imageDigest: "sha256:1",
    traceConfigs: [{ isEnabled: false }],
  });
  const bare = invoke("oci:ObjectStorage/getNamespace:getNamespace", {}, ["GET /n", { body: "space" }]);
  expect((await bare.result).namespace).toBe("space");
});
