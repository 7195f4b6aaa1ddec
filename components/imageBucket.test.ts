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
