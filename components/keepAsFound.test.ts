import * as pulumi from "@pulumi/pulumi";
import { ImageBucket } from "./imageBucket";
import { keepAsFound } from "./keepAsFound";
import { ofType, runMocked } from "./testing/mockStack";

test.each([[["freeformTags", "readme"]], [[]]])("%j stay as they are found", async (properties) => {
  const bucket = { compartmentId: "ocid1.compartment", namespace: "ns", bucketName: "pictures" };
  const { registered } = await runMocked(() =>
    pulumi.runtime.runInPulumiStack(() => {
      keepAsFound(properties);
      new ImageBucket("pictures", bucket);
      return Promise.resolve({});
    }),
  );
  const [made] = ofType(registered, "Bucket");
  expect(made?.ignoreChanges).toEqual(properties);
});
