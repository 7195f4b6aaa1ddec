import type { OciApi } from "../extract/functions/ociApi";
import { UNKNOWN } from "../stacks/engineValues";
import type { Found } from "./finders";
import { managedBy } from "./managed";
import { matchAll } from "./match";
import { wantedOf } from "./testing";
import { defaultProviderVersion, readPreview } from "./wanted";

const tenancyId = "ocid1.tenancy";
const compartment = wantedOf("oci:Identity/compartment:Compartment", "fotogal", {
  inputs: { name: "cmp-fotogal", compartmentId: tenancyId, description: "ours" },
});
const logGroup = wantedOf("oci:Logging/logGroup:LogGroup", "fotogal", {
  inputs: { compartmentId: UNKNOWN, displayName: "logs", freeformTags: { stack: "mine" } },
  sources: { compartmentId: [compartment.urn] },
});
const bucket = wantedOf("oci:ObjectStorage/bucket:Bucket", "images", {
  inputs: { compartmentId: UNKNOWN, namespace: "ns", name: "pictures", storageTier: "Standard" },
  sources: { compartmentId: [compartment.urn] },
});
const there = { id: "ocid1.c", name: "cmp-fotogal", compartmentId: tenancyId, description: "ours" };
const log = { id: "ocid1.g", displayName: "logs", compartmentId: "ocid1.c", lifecycleState: "ACTIVE" };
const pictures = { name: "pictures", namespace: "ns", compartmentId: "ocid1.c", storageTier: "Standard" };

/** An account in which each kind of resource is listed as given. */
function account(lists: Record<string, object[]>): OciApi {
  const listed = (kind: string) => Promise.resolve(lists[kind] ?? []);
  return {
    account: { tenancyId },
    list: (_service: string, kind: string) => listed(kind),
    get: async (_service: string, kind: string) => (await listed(kind))[0],
  } as unknown as OciApi;
}

async function statuses(
  lists: Record<string, object[]>,
  keep: string[] = [],
  chosen = new Map<string, Found>(),
  managed = new Map<string, string>(),
) {
  const matches = await matchAll(account(lists), [bucket, logGroup, compartment], { keep, chosen, managed });
  return Object.fromEntries(matches.map(({ noun, status }) => [noun, status]));
}

const all = { compartments: [there], logGroups: [log], bucket: [pictures] };

test("each resource is found by name, in the compartment that was found, and compared", async () => {
  expect(await statuses(all)).toEqual({ compartment: "matches", bucket: "matches", "log group": "differs" });
  expect(await statuses(all, ["freeformTags"])).toMatchObject({ "log group": "matches" });
});

test("what is being deleted is not there, and nothing is looked for in a compartment that is missing", async () => {
  const deleted = { ...all, logGroups: [{ ...log, lifecycleState: "DELETING" }] };
  expect(await statuses(deleted)).toMatchObject({ "log group": "missing" });
  // The bucket's name is the namespace's: it is found, but would have to move.
  expect(await statuses({ ...all, compartments: [] })).toEqual({
    compartment: "missing",
    bucket: "unlike",
    "log group": "missing",
  });
});

test("what an update would have to make anew is not adopted", async () => {
  expect(await statuses({ ...all, bucket: [{ ...pictures, storageTier: "Archive" }] })).toMatchObject({
    bucket: "unlike",
  });
});

test("of several compartments elsewhere none is guessed; one that is chosen counts", async () => {
  const elsewhere = [
    { ...there, id: "ocid1.c", compartmentId: "ocid1.a" },
    { ...there, id: "ocid1.d", compartmentId: "ocid1.b" },
  ];
  expect(await statuses({ ...all, compartments: elsewhere })).toMatchObject({ compartment: "ambiguous" });
  const choice = { id: "ocid1.c", importId: "ocid1.c", properties: { ...there } };
  const chosen = new Map([[compartment.urn, choice]]);
  expect(await statuses({ ...all, compartments: elsewhere }, [], chosen)).toMatchObject({
    compartment: "matches",
    bucket: "matches",
  });
});

test("what another stack of the project manages is not adopted, nor an index of its table", async () => {
  const exports: Record<string, object[]> = {
    theirs: [
      { type: compartment.type, custom: true, id: "ocid1.c" },
      { type: "oci:Nosql/table:Table", custom: true, id: "ocid1.t" },
      { type: "oci:Nosql/index:Index", custom: true, id: "by_date" },
    ],
    readers: [{ type: logGroup.type, custom: true, id: "ocid1.g", external: true }],
  };
  const managed = await managedBy(
    (args) =>
      Promise.resolve(
        JSON.stringify({
          deployment: { resources: exports[args.at(-1) ?? ""]?.map((one) => ({ urn: "urn", ...one })) },
        }),
      ),
    ["theirs", "readers", "new"],
  );
  expect(await statuses(all, [], undefined, managed)).toEqual({
    ...{ compartment: "managed", bucket: "matches", "log group": "differs" },
  });

  const table = wantedOf("oci:Nosql/table:Table", "t", { inputs: { name: "t", compartmentId: "ocid1.c" } });
  const other = { ...table, urn: `${table.urn}2`, inputs: { ...table.inputs, name: "t2" } };
  const indexes = [table, other].map(({ urn }) =>
    wantedOf("oci:Nosql/index:Index", `${urn}-by_date`, {
      inputs: { name: "by_date", tableNameOrId: UNKNOWN, keys: [{ columnName: "day" }] },
      sources: { tableNameOrId: [urn] },
    }),
  );
  const tables = [
    { id: "ocid1.t", name: "t" },
    { id: "ocid1.t2", name: "t2" },
  ];
  const api = account({ tables, indexes: [{ name: "by_date", keys: [{ columnName: "day" }] }] });
  api.get = ((_service: string, _kind: string, id: string) =>
    Promise.resolve(tables.find((one) => one.id === id))) as never;
  const matches = await matchAll(api, [table, other, ...indexes], { keep: [], chosen: new Map(), managed });
  expect(matches.map(({ name, managedBy }) => [name, managedBy])).toEqual([
    ["t", "theirs"],
    ["t2", undefined],
    ["t.by_date", "theirs"],
    ["t2.by_date", undefined],
  ]);
});

test("what is in the stack already is not looked for", async () => {
  const present = { ...compartment, op: "same" };
  const [match] = await matchAll(account({}), [present], { keep: [], chosen: new Map(), managed: new Map() });
  expect(match).toMatchObject({ status: "present", name: "cmp-fotogal" });
});

test("a preview is read as the engine writes it", () => {
  const newState = { type: "oci:Nosql/index:Index", custom: true, inputs: { name: "i" } };
  const urn = "urn:pulumi:mine::p::c$oci:Nosql/index:Index::a::b";
  const steps = [
    { op: "create", urn, newState: { ...newState, propertyDependencies: { name: null, table: ["t"] } } },
    { op: "delete", urn: "urn:pulumi:mine::p::t::gone" },
  ];
  expect(readPreview(JSON.stringify({ steps }))).toEqual([
    {
      ...{ urn, type: newState.type, name: "a::b", custom: true, protect: false, op: "create" },
      ...{ inputs: { name: "i" }, sources: { name: [], table: ["t"] } },
    },
  ]);
  const provider = "urn:pulumi:mine::p::pulumi:providers:oci::default_4_20_0::04da";
  expect(defaultProviderVersion(provider)).toBe("4.20.0");
  expect(defaultProviderVersion(provider.replace("default_4_20_0", "home-region"))).toBeUndefined();
});
