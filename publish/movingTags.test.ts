import { parseImageReference } from "../formats/imageReference";
import { digestOf } from "../local/registry/registryFixture";
import { describeWithRegistry, RegistryFixture } from "../local/registry/registryFixture";
import { moveTags } from "./movingTags";

jest.setTimeout(60_000);

describeWithRegistry("moving tags", () => {
  let fixture: RegistryFixture;
  let token: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    fixture = await RegistryFixture.start();
    token = await fixture.sessionToken();
    const { host } = new URL(fixture.url);
    environment = { OCIR_HOST: host, OCIR_USERNAME: "BEARER_TOKEN", OCIR_PASSWORD: token };
  });

  afterAll(() => fixture.close());

  const digests = new Map<string, string>();
  const on = async (repository: string, tag: string) =>
    versionOf(
      (await fixture.request(`${repository}/manifests/${tag}`, { token })).headers.get(
        "docker-content-digest",
      ),
    );
  const versionOf = (digest: string | null) => [...digests].find(([, each]) => each === digest)?.[0];

  async function release(repository: string, version: string): Promise<string[]> {
    const pushed = await fixture.push(repository, version, version, token);
    const digest = pushed.headers.get("docker-content-digest") ?? digestOf("");
    digests.set(version, digest);
    const { host } = new URL(fixture.url);
    const image = parseImageReference(`${host}/${fixture.namespace}/${repository}@${digest}`);
    return moveTags(image, version, ["minor", "major", "latest"], { environment });
  }

  it("follow the releases, never back, and no prerelease", async () => {
    expect(await release("app", "1.2.3")).toEqual(["1.2", "1", "latest"]);
    expect(await release("app", "1.3.0")).toEqual(["1.3", "1", "latest"]);
    expect(await release("app", "1.2.4")).toEqual(["1.2"]);
    expect(await release("app", "2.0.0-rc.1")).toEqual([]);
    expect(await release("app", "2.0.0")).toEqual(["2.0", "2", "latest"]);
    expect(await release("app", "1.3.1")).toEqual(["1.3", "1"]);
    const tags = ["1.2", "1.3", "1", "2.0", "2", "latest"];
    expect(await Promise.all(tags.map((tag) => on("app", tag)))).toEqual([
      "1.2.4",
      "1.3.1",
      "1.3.1",
      "2.0.0",
      "2.0.0",
      "2.0.0",
    ]);
  });

  it("stay where they are when it is done again", async () => {
    await release("again", "1.0.0");
    expect(await release("again", "1.0.0")).toEqual(["1.0", "1", "latest"]);
  });

  it("are not put on an image that is not there", async () => {
    const { host } = new URL(fixture.url);
    const image = parseImageReference(`${host}/${fixture.namespace}/app@sha256:${"0".repeat(64)}`);
    await expect(moveTags(image, "9.0.0", ["latest"], { environment })).rejects.toThrow(/There is no image/);
  });
});
