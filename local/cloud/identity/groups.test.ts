import { refusal, TestCloud } from "../testCloud";
import { isMatchingRule } from "./matchingRule";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start();
});
afterAll(() => cloud.close());

const group = (name: string, compartmentId = cloud.tenancyId) =>
  cloud.identity.createGroup({ createGroupDetails: { compartmentId, name, description: "d" } });

const dynamicGroup = (name: string, matchingRule: string) =>
  cloud.identity.createDynamicGroup({
    createDynamicGroupDetails: { compartmentId: cloud.tenancyId, name, description: "d", matchingRule },
  });

test("a group is made, listed by name, updated by etag and deleted", async () => {
  const { group: made, etag } = await group("people");
  expect(made).toMatchObject({ lifecycleState: "ACTIVE", compartmentId: cloud.tenancyId, freeformTags: {} });
  const groupId = made.id;
  await group("others");
  const { items } = await cloud.identity.listGroups({ compartmentId: cloud.tenancyId, name: "people" });
  expect(items.map(({ id }) => id)).toEqual([groupId]);

  const change = (ifMatch: string) =>
    cloud.identity.updateGroup({ groupId, ifMatch, updateGroupDetails: { description: "changed" } });
  await expect(refusal(change("stale"))).resolves.toBe("412 NoEtagMatch");
  await change(etag);
  expect((await cloud.identity.getGroup({ groupId })).group).toMatchObject({
    name: "people",
    description: "changed",
  });

  await cloud.identity.deleteGroup({ groupId });
  await expect(refusal(cloud.identity.getGroup({ groupId }))).resolves.toBe("404 NotAuthorizedOrNotFound");
});

test("a dynamic group has a rule, which may change", async () => {
  const { dynamicGroup: made } = await dynamicGroup("instances", "instance.compartment.id = 'ocid1.a'");
  const dynamicGroupId = made.id;
  expect(made.id).toMatch(/^ocid1\.dynamicgroup\./);
  const change = (matchingRule: string) =>
    cloud.identity.updateDynamicGroup({ dynamicGroupId, updateDynamicGroupDetails: { matchingRule } });
  await expect(refusal(change("everything"))).resolves.toBe("400 InvalidParameter");
  const matchingRule = "resource.type = 'fnfunc'";
  await change(matchingRule);
  const { items } = await cloud.identity.listDynamicGroups({ compartmentId: cloud.tenancyId });
  expect(items).toMatchObject([{ id: dynamicGroupId, matchingRule }]);
  await cloud.identity.deleteDynamicGroup({ dynamicGroupId });
});

test("groups are the tenancy's, under names of their own among their kind", async () => {
  await group("taken");
  await dynamicGroup("taken", "instance.id = 'a'");
  await expect(refusal(group("Taken"))).resolves.toBe("409 GroupAlreadyExists");
  await expect(refusal(dynamicGroup("TAKEN", "instance.id = 'a'"))).resolves.toBe(
    "409 DynamicGroupAlreadyExists",
  );
  await expect(refusal(group("with space"))).resolves.toBe("400 InvalidParameter");
  await expect(refusal(group("inner", await cloud.compartment()))).resolves.toBe("400 InvalidParameter");
});

test.each([
  "instance.compartment.id = 'ocid1.compartment.oc1..a'",
  "instance.id!='a'",
  "tag.department.operations.value",
  "tag.department.operations.value='45'",
  "All {instance.compartment.id = 'a', instance.id != 'b'}",
  "ANY { instance.compartment.id = 'a', all {resource.type = 'fnfunc', resource.compartment.id = 'a'} }",
])("takes the matching rule %s", (rule) => {
  expect(isMatchingRule(rule)).toBe(true);
});

test.each([
  "",
  "everything",
  "any {}",
  "instance.id = a",
  "any {instance.id = 'a'",
  "instance.id = 'a' instance.id = 'b'",
  "some {instance.id = 'a'}",
])("takes no matching rule %j", (rule) => {
  expect(isMatchingRule(rule)).toBe(false);
});
