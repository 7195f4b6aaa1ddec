import { AppImage, pushedDigest } from "./appImage";
import { RegistryCredentials } from "./registryCredentials";
import { ofType, read, runMocked } from "./testing/mockStack";

const digest = `sha256:${"a".repeat(64)}`;
const image = { repository: "gru.ocir.io/ns/fotogal", version: "1.2.3", context: "app/fotogal" };
const login = {
  registryHost: "gru.ocir.io",
  namespace: "ns",
  mode: "existing",
  username: "jane",
  password: "pw",
} as const;

it("builds the stage, pushes it by version with a secret login, and publishes its digest", async () => {
  const args = { ...image, target: "runtime", buildArgs: { NODE_IMAGE: "127.0.0.1/node" } };
  const { result, registered } = await build(args, `gru.ocir.io/ns/fotogal@${digest}`);
  expect(ofType(registered, "Image")).toEqual([
    expect.objectContaining({
      name: "fotogal",
      parent: "fotogal-motando:components:AppImage fotogal",
      secretInputs: ["registry"],
      inputs: expect.objectContaining({
        imageName: "gru.ocir.io/ns/fotogal:1.2.3",
        build: {
          context: "app/fotogal",
          dockerfile: "app/fotogal/Dockerfile",
          target: "runtime",
          platform: "linux/amd64",
          args: { VERSION: "1.2.3", NODE_IMAGE: "127.0.0.1/node" },
        },
        registry: { server: "gru.ocir.io", username: "ns/jane", password: "pw" },
      }) as unknown,
    }),
  ]);
  expect(await read(result.published)).toEqual({
    value: {
      reference: "gru.ocir.io/ns/fotogal:1.2.3",
      digest,
      uri: `gru.ocir.io/ns/fotogal@${digest}`,
    },
    secret: false,
  });
});

it.each([
  undefined,
  "",
  "<none>@<none>",
  "gru.ocir.io/ns/fotogal",
  `x@${digest.toUpperCase()}`,
  `x@${digest}0`,
])("sees no digest in %j", (repoDigest) => {
  expect(pushedDigest(repoDigest)).toBeUndefined();
});

it("reports every bad argument at once and builds nothing", async () => {
  const bad = { ...image, version: "v1.2.3", context: "app/nowhere", platform: "amd64" };
  await expect(build(bad, "")).rejects.toThrow(
    'AppImage "fotogal":' +
      '\n  version "v1.2.3" starts with a letter; write "1.2.3"' +
      "\n  there is no Dockerfile at app/nowhere/Dockerfile; give its place in dockerfile" +
      '\n  platform "amd64" is not os/architecture, such as "linux/amd64"',
  );
});

function build(
  args: Omit<ConstructorParameters<typeof AppImage>[1], "credentials">,
  repoDigest: string | undefined,
) {
  return runMocked(
    async () =>
      new AppImage("fotogal", { ...args, credentials: await RegistryCredentials.create("registry", login) }),
    { outputs: { "docker:index/image:Image": { repoDigest } } },
  );
}
