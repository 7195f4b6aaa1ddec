import { blobOf, imageOf, layerOf } from "../layers/layerTesting";
import { movedTag } from "./movedTag";
import { TestRegistry } from "../registry/registryTesting";

const registry = new TestRegistry();
let image: string;
let imageDigest: string;
const ask = () => movedTag({ image, imageDigest, name: "fn" }, { retryDelay: () => 0 });

beforeAll(() => registry.start());
afterAll(() => registry.stop());
beforeEach(async () => {
  registry.manifests.clear();
  registry.intercept = undefined;
  const made = imageOf([await layerOf([["function/func.py", "1"]])]);
  image = registry.add(made);
  imageDigest = made.manifest.digest;
});

test("says nothing while the tag names what the function runs, itself or in an index", async () => {
  await expect(ask()).resolves.toBeUndefined();
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, manifests: [{ digest: imageDigest, size: 1 }] }),
  );
  registry.manifests.set("1", { ...blobOf(bytes), mediaType: "application/vnd.oci.image.index.v1+json" });
  await expect(ask()).resolves.toBeUndefined();
});

test("warns where the tag has moved, is gone, or cannot be asked for", async () => {
  const deployed = imageDigest;
  registry.add(imageOf([await layerOf([["function/func.py", "2"]])]));
  const now = registry.manifests.get("1")?.digest ?? "";
  await expect(ask()).resolves.toBe(
    `The tag of ${image} has moved since the deployment, to ${now}; ` +
      `the source is of ${deployed}, which the function "fn" runs.`,
  );
  registry.manifests.delete("1");
  await expect(ask()).resolves.toMatch(/^The tag of .* is gone since the deployment/);
  registry.intercept = (_request, response) => {
    response.writeHead(403).end();
    return true;
  };
  await expect(ask()).resolves.toMatch(/^Whether the tag of .* has moved since the deployment is not known/);
});

test("an image without a tag has none to move", async () => {
  image = `${registry.host}/app`;
  registry.manifests.clear();
  await expect(ask()).resolves.toBeUndefined();
});
