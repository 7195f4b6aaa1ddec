import { DefaultRequestSigner } from "oci-common";
import { refusal, TestCloud } from "../testCloud";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const OTHER = `sha256:${"cd".repeat(32)}`;
const IMAGE = "127.0.0.1/namespace/path/app:0.0.1";

let cloud: TestCloud;
let compartmentId: string;
beforeAll(async () => {
  cloud = await TestCloud.start();
  cloud.server.cloud.registry = {
    resolveImageDigest: (image) =>
      Promise.resolve(image === IMAGE ? DIGEST : image.endsWith(`@${OTHER}`) ? OTHER : undefined),
  };
  compartmentId = await cloud.compartment();
});
afterAll(() => cloud.close());

const application = async (displayName: string) => {
  const details = { compartmentId, displayName, subnetIds: ["ocid1.subnet.oc1..x"], config: { A: "1" } };
  return (await cloud.functions.createApplication({ createApplicationDetails: details })).application;
};
const create = (applicationId: string, more: object = {}) =>
  cloud.functions.createFunction({
    createFunctionDetails: {
      applicationId,
      displayName: "fn sample 001",
      image: IMAGE,
      memoryInMBs: 256,
      ...more,
    },
  });

test("a function pins the digest that its tag names", async () => {
  const { id: applicationId } = await application("fn app sample 001");
  const { function: made } = await create(applicationId);
  expect(made).toMatchObject({
    image: IMAGE,
    imageDigest: DIGEST,
    lifecycleState: "ACTIVE",
    timeoutInSeconds: 30,
  });
  const { items } = await cloud.functions.listFunctions({ applicationId, displayName: "fn sample 001" });
  expect(items).toMatchObject([{ id: made.id, image: IMAGE, imageDigest: DIGEST, compartmentId }]);
  await expect(refusal(create(applicationId))).resolves.toBe("409 Conflict");
  const updated = await cloud.functions.updateFunction({
    functionId: made.id,
    updateFunctionDetails: { imageDigest: OTHER, memoryInMBs: 512 },
  });
  expect(updated.function).toMatchObject({ image: IMAGE, imageDigest: OTHER, memoryInMBs: 512 });
  await expect(refusal(cloud.functions.deleteApplication({ applicationId }))).resolves.toBe("409 Conflict");
  await cloud.functions.deleteFunction({ functionId: made.id });
  await cloud.functions.deleteApplication({ applicationId });
  await expect(refusal(cloud.functions.getApplication({ applicationId }))).resolves.toBe(
    "404 NotAuthorizedOrNotFound",
  );
});

test("an image that is not in the registry is refused, and so is an odd size of memory", async () => {
  const { id } = await application("refusals");
  await expect(refusal(create(id, { image: "127.0.0.1/namespace/none:1.0.0" }))).resolves.toBe(
    "400 InvalidParameter",
  );
  await expect(refusal(create(id, { memoryInMBs: 200 }))).resolves.toBe("400 InvalidParameter");
  await expect(refusal(create(id, { image: undefined }))).resolves.toBe("400 MissingParameter");
});

test("a pre-built function has a listing of the catalogue instead of an image", async () => {
  const { id: applicationId } = await application("pre-built");
  const pbfListingId = "ocid1.pbflisting.oc1..x";
  const sourceDetails = { sourceType: "PRE_BUILT_FUNCTIONS", pbfListingId };
  const { function: made } = await create(applicationId, { image: undefined, sourceDetails });
  const { items } = await cloud.functions.listFunctions({ applicationId });
  expect(items).toMatchObject([{ id: made.id, sourceDetails }]);
  expect(items[0]).not.toHaveProperty("image");
  await expect(refusal(create(applicationId, { displayName: "both", sourceDetails }))).resolves.toBe(
    "400 InvalidParameter",
  );
  const updateFunctionDetails = { image: IMAGE };
  await expect(
    refusal(cloud.functions.updateFunction({ functionId: made.id, updateFunctionDetails })),
  ).resolves.toBe("400 InvalidParameter");
});

test("an application moves to another compartment with its functions", async () => {
  const { id: applicationId } = await application("moving");
  const { function: made } = await create(applicationId);
  const other = await cloud.compartment("cmp-other");
  await cloud.functions.changeApplicationCompartment({
    applicationId,
    changeApplicationCompartmentDetails: { compartmentId: other },
  });
  const shown = await cloud.functions.getFunction({ functionId: made.id });
  expect(shown.function.compartmentId).toBe(other);
});

test("two applications may have one name", async () => {
  await application("twice");
  await application("twice");
  const { items } = await cloud.functions.listApplications({ compartmentId, displayName: "twice" });
  expect(items).toHaveLength(2);
});

test("the newer version of the API shows the image as the function's source", async () => {
  const { id: applicationId } = await application("newer");
  const { function: made } = await create(applicationId);
  const uri = `${cloud.server.url}/20260325/functions?applicationId=${applicationId}`;
  const headers = new Headers();
  const signer = new DefaultRequestSigner(cloud.provider);
  await signer.signHttpRequest({ method: "GET", uri, headers });
  const response = await fetch(uri, { headers });
  await expect(response.json()).resolves.toMatchObject([
    { id: made.id, sourceDetails: { sourceType: "CONTAINER_IMAGE", image: IMAGE, imageDigest: DIGEST } },
  ]);
});
