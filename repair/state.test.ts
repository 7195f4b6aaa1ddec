import { mendedState, readState, shortName } from "./state";

const bucket = {
  urn: "urn:pulumi:dev::p::oci:ObjectStorage/bucket:Bucket::images",
  type: "oci:ObjectStorage/bucket:Bucket",
  custom: true,
  inputs: { name: "images", key: { "4dabf18193072939515e22adb298388d": "secret", ciphertext: "v1:…" } },
};
const stackOf = (resources: object[], pending: object[]) =>
  readState(
    JSON.stringify({
      version: 3,
      deployment: { manifest: { version: "v3" }, resources, pending_operations: pending },
    }),
  );
const creating = { type: "creating", resource: bucket };

test("what was made gets behind the others, with the program's inputs, secrets as they are, and no outputs", () => {
  const other = { urn: "urn:other", type: "pulumi:pulumi:Stack" };
  const state = stackOf([other], [creating]);
  expect(mendedState(state, new Map([[bucket.urn, "n/ns/b/images"]]))).toEqual({
    version: 3,
    deployment: {
      manifest: { version: "v3" },
      resources: [other, { ...bucket, id: "n/ns/b/images", outputs: {} }],
    },
  });
});

test("what was not made, and what was only changed, leaves no trace", () => {
  const state = stackOf([bucket], [{ type: "updating", resource: bucket }]);
  expect(mendedState(state, new Map([[bucket.urn, "id"]])).deployment.resources).toEqual([bucket]);
  expect(mendedState(stackOf([], [creating]), new Map()).deployment.resources).toEqual([]);
});

test("of a replacement, the one that was there is to be deleted", () => {
  const old = { ...bucket, id: "old" };
  const { resources = [] } = mendedState(
    stackOf([old], [creating]),
    new Map([[bucket.urn, "new"]]),
  ).deployment;
  expect(resources.map(({ id, delete: goes }) => [id, goes])).toEqual([
    ["new", undefined],
    ["old", true],
  ]);
});

test("a name is the type's and the program's", () => {
  expect(shortName(bucket)).toBe("oci:ObjectStorage/bucket:Bucket images");
});
