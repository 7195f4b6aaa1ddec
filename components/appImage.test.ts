import type { BuildPlan } from "../images/buildPlan";
import { publishedVersion } from "../images/publishedVersion";
import { AppImage, type AppImageArgs, pushedDigest } from "./appImage";
import { RegistryCredentials } from "./registryCredentials";
import { ofType, read, runMocked } from "./testing/mockStack";

jest.mock("../images/publishedVersion");
const published = publishedVersion as jest.MockedFunction<typeof publishedVersion>;

const digest = `sha256:${"a".repeat(64)}`;
const repository = "gru.ocir.io/ns/fotogal";
const build: BuildPlan = {
  version: "1.2.3",
  context: "app/fotogal",
  dockerfile: "app/fotogal/Dockerfile",
  target: "runtime",
  platform: "linux/amd64",
  args: { VERSION: "1.2.3", REVISION: "new", NODE_IMAGE: "127.0.0.1/node" },
  content: "c".repeat(64),
};
const login = {
  registryHost: "gru.ocir.io",
  namespace: "ns",
  mode: "existing",
  username: "jane",
  password: "pw",
} as const;

beforeEach(() => {
  published.mockReset();
  published.mockResolvedValue(undefined);
});

it("builds the stage, pushes it by version with a secret login, and publishes its digest", async () => {
  const { result, registered } = await run({});
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
          args: build.args,
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
  const credential = { username: "ns/jane", password: "pw" };
  expect(published.mock.calls).toEqual([[build, repository, credential]]);
  expect(ofType(registered, "Command")).toEqual([]);
});

it("builds what is published already with what it was built with", async () => {
  published.mockResolvedValue({ content: build.content, args: { REVISION: "old" } });
  const { registered } = await run({});
  expect(ofType(registered, "Image")[0]?.inputs.build).toMatchObject({
    args: { VERSION: "1.2.3", REVISION: "old", NODE_IMAGE: "127.0.0.1/node" },
  });
});

it("moves tags after the push", async () => {
  const { result, registered } = await run({ movingTags: ["minor", "latest"] });
  expect(ofType(registered, "Command")).toEqual([
    expect.objectContaining({
      name: "fotogal-tags",
      inputs: expect.objectContaining({
        create: `node dist/publish.js tag '${repository}@${digest}' --image-version '1.2.3' --tags minor,latest`,
        triggers: [`${repository}@${digest}`, "minor,latest"],
      }) as unknown,
      dependsOn: ["docker:index/image:Image fotogal"],
    }),
  ]);
  expect((await read(result.movedTags)).value).toEqual(["1.2", "latest"]);
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

it("refuses moving tags that it does not know, or where none can move", async () => {
  const wrong = { movingTags: ["patch"], immutableTags: true } as unknown as Partial<AppImageArgs>;
  await expect(run(wrong)).rejects.toThrow(
    'AppImage "fotogal":' +
      '\n  movingTags "patch" is none of minor, major, latest' +
      "\n  movingTags cannot move in a repository with immutable tags; leave one of both out",
  );
});

function run(args: Partial<AppImageArgs>) {
  return runMocked(
    async () =>
      new AppImage("fotogal", {
        repository,
        build,
        credentials: await RegistryCredentials.create("registry", login),
        ...args,
      }),
    {
      outputs: {
        "docker:index/image:Image": { repoDigest: `${repository}@${digest}` },
        "command:local:Command": { stdout: '{"tags":["1.2","latest"]}' },
      },
    },
  );
}
