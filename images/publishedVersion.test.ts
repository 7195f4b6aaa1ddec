import { describeWithRegistry, RegistryFixture } from "../local/registry/registryFixture";
import { publishedVersion, VersionTakenError } from "./publishedVersion";

jest.setTimeout(60_000);

describeWithRegistry("a published version", () => {
  let fixture: RegistryFixture;
  let token: string;
  let host: string;

  beforeAll(async () => {
    fixture = await RegistryFixture.start();
    token = await fixture.sessionToken();
    host = new URL(fixture.url).host;
  });

  afterAll(() => fixture.close());

  const content = "c".repeat(64);
  const labels = {
    "dev.fotogal-motando.content": content,
    "org.opencontainers.image.source": "https://example.com/app",
    "org.opencontainers.image.revision": "abc",
    "org.opencontainers.image.created": "2024-05-06T07:08:09Z",
  };
  const push = (version: string, given: object) =>
    fixture.push("app", version, version, token, { config: { Labels: given } });
  const look = (version: string, wanted = content, password = token) =>
    publishedVersion(
      { version, content: wanted, platform: "linux/amd64" },
      `${host}/${fixture.namespace}/app`,
      {
        username: "BEARER_TOKEN",
        password,
      },
    );

  it("is none before the first push, and none of another version", async () => {
    expect(await look("1.0.0")).toBeUndefined();
    await push("1.0.0", labels);
    expect(await look("1.0.1")).toBeUndefined();
  });

  it("tells what it was built with", async () => {
    await push("1.1.0", labels);
    expect(await look("1.1.0")).toEqual({
      content,
      args: {
        SOURCE: "https://example.com/app",
        REVISION: "abc",
        CREATED: "2024-05-06T07:08:09Z",
        SOURCE_DATE_EPOCH: "1714979289",
      },
    });
  });

  it("takes no default of a Dockerfile for what it was built with", async () => {
    await push("1.1.1", {
      "dev.fotogal-motando.content": content,
      "org.opencontainers.image.source": "about:blank",
      "org.opencontainers.image.revision": "0".repeat(40),
      "org.opencontainers.image.created": "1970-01-01T00:00:00Z",
    });
    expect(await look("1.1.1")).toEqual({ content, args: {} });
  });

  it("of another content is refused, with the next version that is free", async () => {
    await push("2.0.0", labels);
    await push("2.0.1", labels);
    await push("2.1.0-rc.1", labels);
    await expect(look("2.0.0", "other")).rejects.toThrow(VersionTakenError);
    await expect(look("2.0.0", "other")).rejects.toThrow(
      /app:2\.0\.0 is published with another.*raise the version to 2\.0\.2\./,
    );
    await expect(look("2.1.0-rc.1", "other")).rejects.toThrow(/to 2\.1\.0-rc\.2\./);
  });

  it("without the label has no content to compare with", async () => {
    await push("3.0.0", {});
    expect(await look("3.0.0")).toEqual({ content: undefined, args: {} });
  });

  it("is not looked for with a wrong password, or where nobody answers", async () => {
    await expect(look("1.0.0", content, "wrong")).rejects.toThrow(
      /gives no access to .*app with the stack's registry login/,
    );
    const plan = { version: "1.0.0", content, platform: "linux/amd64" };
    const nowhere = publishedVersion(plan, "127.0.0.1:9/ns/app", { username: "u", password: "p" });
    await expect(nowhere).rejects.toThrow(/127\.0\.0\.1:9/);
  });
});
