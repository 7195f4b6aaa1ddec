import { ImageBucket } from "./imageBucket";
import { ofType, read, runMocked } from "./testing/mockStack";

const place = { compartmentId: "ocid1.compartment", namespace: "ns" };

it("makes a private, protected bucket in the Standard tier", async () => {
  const { result, registered } = await runMocked(
    () =>
      new ImageBucket("images", { ...place, bucketName: "fotogal_bucket_images", freeformTags: { a: "b" } }),
  );
  expect(registered).toHaveLength(2);
  expect(ofType(registered, "Bucket")).toEqual([
    expect.objectContaining({
      name: "images",
      parent: "fotogal-motando:components:ImageBucket images",
      protect: true,
      inputs: {
        compartmentId: "ocid1.compartment",
        namespace: "ns",
        name: "fotogal_bucket_images",
        accessType: "NoPublicAccess",
        storageTier: "Standard",
        versioning: "Disabled",
        freeformTags: { a: "b" },
      },
    }),
  ]);
  expect(await read(result.bucketName)).toEqual({ value: "fotogal_bucket_images", secret: false });
});

it.each(["", "foto gal", "a/b", "a".repeat(257)])(
  "refuses the name %j before it makes a bucket",
  async (bucketName) => {
    const { registered } = await runMocked(() => {
      expect(() => new ImageBucket("images", { ...place, bucketName })).toThrow("is not 1 to 256 letters");
    });
    expect(ofType(registered, "Bucket")).toEqual([]);
  },
);

const expiring = { ...place, bucketName: "tmp" };
const region = "sa-saopaulo-1";

it("deletes what is old, once Object Storage may", async () => {
  const { registered } = await runMocked(
    () => new ImageBucket("temporary", { ...expiring, expiry: { days: 1, region } }),
  );
  expect(ofType(registered, "Policy")).toEqual([
    expect.objectContaining({
      name: "temporary-expiry-policy",
      inputs: expect.objectContaining({
        compartmentId: "ocid1.compartment",
        name: "fotogal-motando-test-temporary-expiry",
        statements: [
          "Allow service objectstorage-sa-saopaulo-1 to manage object-family in compartment id ocid1.compartment where target.bucket.name = 'tmp'",
        ],
      }) as unknown,
    }),
  ]);
  expect(ofType(registered, "ObjectLifecyclePolicy")).toEqual([
    expect.objectContaining({
      name: "temporary-expiry",
      parent: "fotogal-motando:components:ImageBucket temporary",
      inputs: {
        namespace: "ns",
        bucket: "tmp",
        rules: [
          {
            name: "delete-rule",
            target: "objects",
            action: "DELETE",
            timeAmount: "1",
            timeUnit: "DAYS",
            isEnabled: true,
          },
        ],
      },
    }),
  ]);
  const [rules] = ofType(registered, "ObjectLifecyclePolicy");
  expect(rules?.dependsOn).toContain("oci:Identity/policy:Policy temporary-expiry-policy");
});

it("leaves the policy to others where it is told to", async () => {
  const { registered } = await runMocked(
    () => new ImageBucket("temporary", { ...expiring, expiry: { days: 1, region, servicePolicy: false } }),
  );
  expect(ofType(registered, "Policy")).toEqual([]);
  expect(ofType(registered, "ObjectLifecyclePolicy")).toHaveLength(1);
});

it.each([0, 1.5, 36501])("refuses to delete after %d days", async (days) => {
  await runMocked(() => {
    expect(() => new ImageBucket("temporary", { ...expiring, expiry: { days, region } })).toThrow(
      "give a whole number from 1 to 36500",
    );
  });
});
