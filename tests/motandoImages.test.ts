import { readFileSync } from "node:fs";
import { run } from "../local/toolchain/run";
import {
  dockerIn,
  type Image,
  imageNames,
  readOutputs,
  type StackInWorld,
  stackInNewWorld,
  succeeded,
} from "./stackInWorld";

jest.setTimeout(10 * 60_000);

const names = imageNames.filter((name) => name !== "fotogal");

/** Motando's documented way to its registry, by the stack and then by hand: a real Docker Engine and a real registry. */
describe("Motando's images", () => {
  let stack: StackInWorld;
  let username: string;
  let token: string;

  const containerImages = async () => {
    const { cloud, outputs } = stack;
    const compartmentId = outputs.compartments["cmp-motando"] ?? "";
    return (await cloud.artifacts.listContainerImages({ compartmentId })).containerImageCollection.items;
  };
  const authTokens = async () => {
    const { cloud } = stack;
    const [user] = (await cloud.identity.listUsers({ compartmentId: cloud.tenancyId })).items;
    const { items } = await cloud.identity.listAuthTokens({ userId: user?.id ?? "" });
    return { user, items };
  };

  beforeAll(async () => {
    stack = await stackInNewWorld();
  });

  afterAll(() => stack.world.remove());

  test.each(names)(
    "the repository %s is private and mutable, in Motando's compartment, and scanned",
    async (name) => {
      const { cloud, outputs } = stack;
      const compartmentId = outputs.compartments["cmp-motando"] ?? "";
      const { containerRepositoryCollection } = await cloud.artifacts.listContainerRepositories({
        compartmentId,
      });
      const listed = containerRepositoryCollection.items.find(({ displayName }) => displayName === name);
      const repositoryId = listed?.id ?? "";
      const { containerRepository } = await cloud.artifacts.getContainerRepository({ repositoryId });
      expect(containerRepository).toMatchObject({ isPublic: false, isImmutable: false });
      const { containerScanTargetSummaryCollection } = await cloud.scanning.listContainerScanTargets({
        compartmentId,
      });
      const [target] = containerScanTargetSummaryCollection.items;
      expect(target?.targetRegistry).toMatchObject({
        repositories: expect.arrayContaining([name]) as string[],
      });
    },
  );

  test("the stack logs in with an auth token that it makes, and pushes the next version of one image", async () => {
    const { world } = stack;
    succeeded(await world.pulumi(["config", "set", "registryCredentials", "authToken"]));
    succeeded(await world.pulumi(["config", "set", "motandoWebappVersion", "1.0.1"]));
    succeeded(await world.pulumi(["up", "--yes", "--skip-preview"]));
    const { images } = await readOutputs(world);
    expect(images["motando-webapp"]?.reference).toMatch(/\/motando-webapp:1\.0\.1$/);
    expect(images["dramatiq-classifiedad"]).toEqual(stack.outputs.images["dramatiq-classifiedad"]);
    expect((await authTokens()).items).toHaveLength(1);
    const pushed = (await containerImages()).map(({ displayName, digest }) => [displayName, digest]);
    expect(pushed).toContainEqual(["motando-webapp:1.0.1", images["motando-webapp"]?.digest]);
  });

  test("by hand: a second auth token, and docker login as NAMESPACE/USER", async () => {
    const { cloud, outputs, world } = stack;
    const { user } = await authTokens();
    const created = await cloud.identity.createAuthToken({
      userId: user?.id ?? "",
      createAuthTokenDetails: { description: "Used by Docker" },
    });
    token = created.authToken.token ?? "";
    username = `${outputs.namespace}/${user?.name ?? ""}`;
    const login = ["--config", world.path(".local", "docker-config"), "login", outputs.registryHost];
    await run("docker", [...login, "--username", username, "--password-stdin"], { input: token });
  });

  test.each(names)(
    "by hand: docker tag and push %s, which the registry then lists by that tag",
    async (name) => {
      const docker = dockerIn(stack);
      const { uri } = stack.outputs.images[name] as Image;
      const tagged = `${stack.outputs.repositories[name] ?? ""}:1.1.0`;
      succeeded(await docker("pull", uri));
      const id = succeeded(await docker("images", "--quiet", "--no-trunc", uri)).trim();
      succeeded(await docker("tag", id, tagged));
      const pushed = succeeded(await docker("push", tagged));
      const digest = /^1\.1\.0: digest: (sha256:[0-9a-f]{64})/m.exec(pushed)?.[1];
      expect(await containerImages()).toContainEqual(
        expect.objectContaining({ displayName: `${name}:1.1.0`, digest, repositoryName: name }),
      );
      succeeded(await docker("image", "rm", "--force", tagged));
      succeeded(await docker("pull", tagged));
      succeeded(await docker("image", "rm", "--force", tagged));
    },
  );

  test("logging out of this one registry leaves no password behind", async () => {
    const docker = dockerIn(stack);
    succeeded(await docker("logout", stack.outputs.registryHost));
    const config = readFileSync(stack.world.path(".local", "docker-config", "config.json"), "utf8");
    expect(JSON.parse(config)).toEqual({ auths: {} });
    const encoded = Buffer.from(`${username}:${token}`).toString("base64");
    expect(config).not.toContain(encoded);
  });
});
