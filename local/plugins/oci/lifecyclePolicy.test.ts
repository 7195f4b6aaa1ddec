import { diffResource } from "./diff";
import { fakeService } from "./fakeService";
import { request, row } from "./resourceFixture";
import { createResource, deleteResource, readResource, updateResource } from "./resources";

const lifecyclePolicy = row("ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy");
const rule = {
  name: "delete-rule",
  target: "objects",
  action: "DELETE",
  timeAmount: "1",
  timeUnit: "DAYS",
  isEnabled: true,
};
const inputs = { namespace: "ns", bucket: "b", rules: [rule] };
/** A 64-bit number is text in the schema and a number on the wire. */
const items = [{ ...rule, timeAmount: 1 }];
const path = "/n/ns/b/b/l";
const shown = { body: { items, timeCreated: "2024-01-01T00:00:00Z" } };

it("is put in its bucket's one place, and read from there", async () => {
  const fake = fakeService([`PUT ${path}`, shown], [`GET ${path}`, shown]);
  const created = await createResource(lifecyclePolicy, () => fake.session, { ...request, inputs });
  expect(created).toMatchObject({ id: path.slice(1), outputs: inputs });
  expect(fake.requests[0]).toMatchObject({ method: "PUT", body: { items } });
});

it("is imported by its place", async () => {
  const fake = fakeService([`GET ${path}`, shown]);
  const read = { ...request, id: path.slice(1), olds: {}, inputs: undefined };
  expect(await readResource(lifecyclePolicy, fake.session, read)).toMatchObject({ id: read.id, inputs });
});

it("is changed as a whole, moved by a replacement, and deleted alone", async () => {
  const changed = { ...inputs, rules: [{ ...rule, timeAmount: "2" }] };
  const changes = (news: typeof inputs) =>
    diffResource(lifecyclePolicy, { oldInputs: inputs, olds: inputs, news }).changes;
  expect(changes(inputs)).toEqual([]);
  expect(changes(changed)).toEqual([{ path: "rules[0].timeAmount", kind: "update", replace: false }]);
  expect(changes({ ...inputs, bucket: "c" })).toMatchObject([{ path: "bucket", replace: true }]);

  const fake = fakeService(
    [`PUT ${path}`, shown],
    [`GET ${path}`, shown, { status: 404, body: { code: "LifecyclePolicyNotFound", message: "none" } }],
    [`DELETE ${path}`, { status: 204 }],
  );
  const old = { ...request, id: path.slice(1), oldInputs: inputs, olds: inputs };
  await updateResource(lifecyclePolicy, () => fake.session, { ...old, inputs: changed });
  expect(fake.requests[0]?.body).toEqual({ items: [{ ...rule, timeAmount: 2 }] });
  await deleteResource(lifecyclePolicy, fake.session, old);
  expect(fake.requests.map(({ method }) => method)).toContain("DELETE");
});

it("says why it cannot be made", async () => {
  const missing = { code: "InsufficientServicePermissions", message: "Permissions granted are not enough." };
  const fake = fakeService([`PUT ${path}`, { status: 400, body: missing }]);
  const created = createResource(lifecyclePolicy, () => fake.session, { ...request, inputs });
  await expect(created).rejects.toThrow(/create object lifecycle policy of bucket "b".*InsufficientService/);
});
