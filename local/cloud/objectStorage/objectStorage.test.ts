import { models } from "oci-objectstorage";
import { refusal, TestCloud } from "../testCloud";

let cloud: TestCloud;
let compartmentId: string;
let namespaceName: string;
beforeAll(async () => {
  cloud = await TestCloud.start();
  compartmentId = await cloud.compartment();
  namespaceName = (await cloud.objectStorage.getNamespace({})).value;
});
afterAll(() => cloud.close());

const create = (name: string, more: Partial<models.CreateBucketDetails> = {}) =>
  cloud.objectStorage.createBucket({ namespaceName, createBucketDetails: { name, compartmentId, ...more } });

test("the namespace begins with a letter and has twelve characters", () => {
  expect(namespaceName).toMatch(/^[a-z][a-z0-9]{11}$/);
});

test("a bucket has the service's defaults, and its etag in body and header", async () => {
  const { bucket, eTag } = await create("defaults");
  expect(bucket).toMatchObject({
    namespace: namespaceName,
    publicAccessType: "NoPublicAccess",
    storageTier: "Standard",
    versioning: "Disabled",
    metadata: {},
  });
  expect(bucket.etag).toBe(eTag);
  const head = await cloud.objectStorage.headBucket({ namespaceName, bucketName: "defaults" });
  expect(head.eTag).toBe(eTag);
  await expect(refusal(create("defaults"))).resolves.toBe("409 BucketAlreadyExists");
  await expect(refusal(create("no spaces"))).resolves.toBe("400 InvalidParameter");
  await expect(refusal(create("keyed", { kmsKeyId: "ocid1.key" }))).resolves.toBe("501 NotImplemented");
});

test("a bucket is changed and deleted", async () => {
  await create("changing");
  const bucketName = "changing";
  const versioning = models.UpdateBucketDetails.Versioning.Enabled;
  const { bucket } = await cloud.objectStorage.updateBucket({
    namespaceName,
    bucketName,
    updateBucketDetails: { versioning, metadata: { a: "b" } },
  });
  expect(bucket).toMatchObject({ versioning: "Enabled", metadata: { a: "b" } });
  const { items } = await cloud.objectStorage.listBuckets({ namespaceName, compartmentId });
  expect(items.map(({ name }) => name)).toContain(bucketName);
  await cloud.objectStorage.deleteBucket({ namespaceName, bucketName });
  await expect(refusal(cloud.objectStorage.getBucket({ namespaceName, bucketName }))).resolves.toBe(
    "404 BucketNotFound",
  );
});

test("objects keep their bytes, their type and their metadata", async () => {
  const bucketName = "objects";
  await create(bucketName);
  const bytes = Buffer.from([0, 255, 1, 254, 10, 13]);
  const object = { namespaceName, bucketName, objectName: "folder/a b.bin" };
  await cloud.objectStorage.putObject({
    ...object,
    putObjectBody: bytes,
    contentLength: bytes.length,
    contentType: "image/png",
    opcMeta: { owner: "me" },
  });
  const got = await cloud.objectStorage.getObject(object);
  expect(got.contentType).toBe("image/png");
  const content = await new Response(got.value as ReadableStream).arrayBuffer();
  expect(Buffer.from(content).equals(bytes)).toBe(true);
  const list = await cloud.objectStorage.listObjects({
    namespaceName,
    bucketName,
    delimiter: "/",
    fields: "size",
  });
  expect(list.listObjects).toMatchObject({ objects: [], prefixes: ["folder/"] });
  const counted = await cloud.objectStorage.getBucket({
    namespaceName,
    bucketName,
    fields: ["approximateCount", "approximateSize"] as never,
  });
  expect(counted.bucket).toMatchObject({ approximateCount: 1, approximateSize: 6 });
  await expect(refusal(cloud.objectStorage.deleteBucket({ namespaceName, bucketName }))).resolves.toBe(
    "409 BucketNotEmpty",
  );
  await cloud.objectStorage.deleteObject(object);
  await expect(refusal(cloud.objectStorage.getObject(object))).resolves.toBe("404 ObjectNotFound");
});

test("another namespace is unknown", async () => {
  const other = cloud.objectStorage.listBuckets({ namespaceName: "other", compartmentId });
  await expect(refusal(other)).resolves.toBe("404 NamespaceNotFound");
});

describe("a bucket's lifecycle policy", () => {
  const daily: models.ObjectLifecycleRule = {
    name: "delete-rule",
    action: "DELETE",
    timeAmount: 1,
    timeUnit: models.ObjectLifecycleRule.TimeUnit.Days,
    isEnabled: true,
  };
  const put = (bucketName: string, items: models.ObjectLifecycleRule[], ifMatch?: string) =>
    cloud.objectStorage.putObjectLifecyclePolicy({
      namespaceName,
      bucketName,
      putObjectLifecyclePolicyDetails: { items },
      ifMatch,
    });
  const etagShown = async (bucketName: string) =>
    (await cloud.objectStorage.getBucket({ namespaceName, bucketName })).bucket.objectLifecyclePolicyEtag;

  test("is set as a whole, shown with the bucket, and goes alone or with it", async () => {
    const bucketName = "rules";
    const bucket = { namespaceName, bucketName };
    await create(bucketName);
    const read = () => cloud.objectStorage.getObjectLifecyclePolicy(bucket);
    await expect(refusal(read())).resolves.toBe("404 LifecyclePolicyNotFound");
    expect(await etagShown(bucketName)).toBeUndefined();

    const first = await put(bucketName, [daily]);
    expect(await etagShown(bucketName)).toBe(first.eTag);
    expect((await read()).objectLifecyclePolicy.items).toEqual([{ ...daily, target: "objects" }]);
    await expect(refusal(put(bucketName, [], "stale"))).resolves.toBe("412 NoEtagMatch");
    const weekly = { ...daily, name: "week", timeAmount: 7, objectNameFilter: { inclusionPrefixes: ["a/"] } };
    await put(bucketName, [weekly], first.eTag);
    expect((await read()).objectLifecyclePolicy.items).toEqual([{ ...weekly, target: "objects" }]);

    await cloud.objectStorage.deleteObjectLifecyclePolicy(bucket);
    await expect(refusal(read())).resolves.toBe("404 LifecyclePolicyNotFound");
    await put(bucketName, [daily]);
    await cloud.objectStorage.deleteBucket(bucket);
    await create(bucketName);
    await expect(refusal(read())).resolves.toBe("404 LifecyclePolicyNotFound");
    await expect(refusal(put("none", [daily]))).resolves.toBe("404 BucketNotFound");
  });

  test("refuses rules that the service cannot follow", async () => {
    await create("bad-rules");
    const refused: Partial<models.ObjectLifecycleRule>[][] = [
      [{ action: "SHRED" }],
      [{ timeAmount: 0 }],
      [{ name: "" }],
      [{}, {}],
      [{ action: "ABORT" }],
      [{ target: "multipart-uploads" }],
      [{ target: "multipart-uploads", action: "ABORT", objectNameFilter: { inclusionPrefixes: ["a"] } }],
      [{ objectNameFilter: { inclusionPatterns: [""] } }],
      Array.from({ length: 1001 }, (_, position) => ({ name: `rule-${position}` })),
    ];
    for (const rules of refused) {
      const attempt = put(
        "bad-rules",
        rules.map((rule) => ({ ...daily, ...rule })),
      );
      await expect(refusal(attempt)).resolves.toBe("400 InvalidParameter");
    }
    const uploads = { ...daily, target: "multipart-uploads", action: "ABORT" };
    await expect(refusal(put("bad-rules", [uploads, { ...daily, name: "other" }]))).resolves.toBe("accepted");
  });
});
