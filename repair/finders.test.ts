import type { OciApi } from "../extract/functions/ociApi";
import { finders } from "./finders";

const policy = "oci:Identity/policy:Policy";
const recipe = "oci:VulnerabilityScanning/containerScanRecipe:ContainerScanRecipe";
const target = "oci:VulnerabilityScanning/containerScanTarget:ContainerScanTarget";
const compartmentId = "ocid1.compartment.oc1..a";

/** OCI's API, whose lists have these; tells what it was asked for. */
function account(listed: object[]) {
  const asked: unknown[] = [];
  const list = (...args: unknown[]) => {
    asked.push(args);
    return Promise.resolve(listed);
  };
  return { asked, api: { list } as unknown as OciApi };
}

test.each([
  [policy, "name", "identity", "policies"],
  ["oci:Identity/group:Group", "name", "identity", "groups"],
  ["oci:Identity/dynamicGroup:DynamicGroup", "name", "identity", "dynamicGroups"],
  [recipe, "displayName", "vss-cp-api", "containerScanRecipes"],
  [target, "displayName", "vss-cp-api", "containerScanTargets"],
])("%s is looked for by its name in its compartment", async (type, name, service, kind) => {
  const live = { id: "ocid1.1", compartmentId, [name]: "mine", lifecycleState: "ACTIVE", extra: 1 };
  const { asked, api } = account([
    live,
    { ...live, id: "ocid1.2", lifecycleState: "DELETED" },
    { ...live, id: "ocid1.3", lifecycleState: "DELETING" },
  ]);
  expect(await finders[type]?.find(api, { compartmentId, [name]: "mine", more: true })).toEqual([
    { id: "ocid1.1", importId: "ocid1.1", properties: { [name]: "mine", compartmentId } },
  ]);
  expect(asked).toEqual([[service, kind, { compartmentId, [name]: "mine" }]]);
  expect(finders[type]?.needs).toEqual(["compartmentId", name]);
});

test("nothing is found where the compartment is gone", async () => {
  const api = { list: () => Promise.resolve(undefined) } as unknown as OciApi;
  expect(await finders[policy]?.find(api, { compartmentId, name: "mine" })).toEqual([]);
});
