import type { OciApi } from "../extract/functions/ociApi";
import { describePlan, planRepair } from "./plan";
import { type PendingOperation, readState } from "./state";

const compartmentId = "ocid1.compartment.oc1..a";
const state = readState(JSON.stringify({ deployment: { resources: [] } }));

function creating(type: string, name: string, inputs: Record<string, unknown> = {}): PendingOperation {
  return { type: "creating", resource: { urn: `urn:pulumi:dev::p::${type}::${name}`, type, inputs } };
}

const group = creating("oci:Logging/logGroup:LogGroup", "group", { compartmentId, displayName: "group" });

/** OCI's API, of which every list has these. */
function api(...listed: object[]): () => Promise<OciApi> {
  return () => Promise.resolve({ list: () => Promise.resolve(listed) } as unknown as OciApi);
}

const notAsked = () => Promise.reject(new Error("OCI was asked"));
const one = { id: "ocid1.loggroup.oc1..1", compartmentId, displayName: "group", lifecycleState: "ACTIVE" };

async function actionOf(
  operation: PendingOperation,
  ask: () => Promise<OciApi>,
  given = new Map<string, string>(),
) {
  const [decision] = await planRepair(state, [operation], ask, given);
  return [decision?.action, decision?.id, decision?.why];
}

test("what was made is found by its name in its compartment", async () => {
  expect(await actionOf(group, api(one))).toEqual(["import", one.id, 'log group "group" was made']);
});

test("a bucket's rules are written again", async () => {
  const rules = creating("oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy", "expiry");
  expect((await actionOf(rules, notAsked))[0]).toBe("forget");
});

test.each<[string, object[]]>([
  ["nothing has its name", []],
  ["another has its name, in another compartment", [{ ...one, compartmentId: "ocid1.compartment.oc1..b" }]],
  ["one is gone", [{ ...one, lifecycleState: "DELETED" }]],
])("it was not made where %s", async (_case, listed) => {
  expect(await actionOf(group, api(...listed))).toEqual([
    "forget",
    undefined,
    'there is no log group "group"',
  ]);
});

test("one that the stack has already is not the one", async () => {
  const known = readState(
    JSON.stringify({ deployment: { resources: [{ urn: "urn:x", type: "t", id: one.id }] } }),
  );
  const [decision] = await planRepair(known, [group], api(one), new Map());
  expect(decision?.action).toBe("forget");
});

test("of two, and of a type that nothing is known of, the user must say", async () => {
  const two = [one, { ...one, id: "ocid1.loggroup.oc1..2" }];
  expect(await actionOf(group, api(...two))).toEqual([
    "unclear",
    undefined,
    'there are 2 of log group "group": ocid1.loggroup.oc1..1, ocid1.loggroup.oc1..2',
  ]);
  const strange = creating("oci:Core/instance:Instance", "vm");
  expect(await actionOf(strange, notAsked)).toEqual(["unclear", undefined, "nothing is known of its type"]);
  const { urn } = strange.resource;
  expect(await actionOf(strange, notAsked, new Map([[urn, "ocid1"]]))).toEqual([
    "import",
    "ocid1",
    "as given",
  ]);
  expect(await actionOf(strange, notAsked, new Map([[urn, ""]]))).toEqual(["forget", undefined, "as given"]);
});

test("a component is registered again by the next update", async () => {
  const { type, resource } = creating("fotogal-motando:components:RegistryCredentials", "registry");
  const component = { type, resource: { ...resource, custom: false } };
  expect((await actionOf(component, notAsked))[0]).toBe("forget");
});

test("images are published again, and changes are read", async () => {
  expect((await actionOf(creating("docker:index/image:Image", "app"), notAsked))[0]).toBe("forget");
  const changing = { ...group, type: "updating" };
  const decisions = await planRepair(state, [changing], notAsked, new Map());
  expect(describePlan(decisions)).toBe(
    "  oci:Logging/logGroup:LogGroup group: looked at (the refresh looks at it)\n",
  );
});
