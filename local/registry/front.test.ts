import { describeWithRegistry, errorOf, manifestType, RegistryFixture } from "./registryFixture";
import { tokenPath } from "./tokenRoute";
import { TokenIssuer } from "./tokens";

const basic = (login: string, password: string): string =>
  `Basic ${Buffer.from(`${login}:${password}`).toString("base64")}`;

describeWithRegistry("the registry's front", () => {
  let fixture: RegistryFixture;
  let token: string;

  beforeAll(async () => {
    fixture = await RegistryFixture.start();
    token = await fixture.sessionToken();
  });

  afterAll(() => fixture.close());

  const createRepository = async (displayName: string, settings = {}): Promise<string> => {
    const { tenancyId: compartmentId } = fixture.cloud.account;
    const createContainerRepositoryDetails = { compartmentId, displayName, ...settings };
    const created = await fixture.artifacts.createContainerRepository({ createContainerRepositoryDetails });
    return created.containerRepository.id;
  };

  const tokenFor = async (scope: string, authorization?: string): Promise<Response> => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    return fetch(`${fixture.url}${tokenPath}?service=x&scope=${encodeURIComponent(scope)}`, { headers });
  };

  describe("who may come in", () => {
    beforeAll(() => fixture.push("door", "1.0.0", "content", token));

    test("a stranger gets a challenge that says where to get a token for what", async () => {
      const { host } = new URL(fixture.url);
      const ping = await fetch(`${fixture.url}/v2/`);
      expect(ping.status).toBe(401);
      expect(ping.headers.get("www-authenticate")).toBe(
        `Bearer realm="${fixture.url}${tokenPath}",service="${host}"`,
      );
      const pull = await fixture.request("door/manifests/1.0.0");
      expect(pull.status).toBe(401);
      expect(pull.headers.get("www-authenticate")).toContain(
        `scope="repository:${fixture.namespace}/door:pull"`,
      );
      expect(await errorOf(pull)).toMatchObject({ code: "UNAUTHORIZED" });
    });

    test.each(["nonsense", new TokenIssuer("another key").issue({ user: "x", kind: "session" })])(
      "a wrong token is refused",
      async (wrong) => {
        for (const method of ["GET", "HEAD", "PUT"]) {
          expect((await fixture.request("door/manifests/1.0.0", { method, token: wrong })).status).toBe(401);
        }
      },
    );

    test("docker's login takes each form of the user name with an auth token, or a session token", async () => {
      const secret = await fixture.authToken();
      const { namespace } = fixture;
      const { userName } = fixture.cloud.account;
      const logins: [string, string][] = [
        [`${namespace}/${userName}`, secret],
        [`${namespace}/oracleidentitycloudservice/${userName}`, secret],
        [`${namespace}/Default/${userName}`, secret],
        ["BEARER_TOKEN", token],
      ];
      for (const [login, password] of logins) {
        const answer = await tokenFor(`repository:${namespace}/door:pull`, basic(login, password));
        expect(answer.status).toBe(200);
        const access = ((await answer.json()) as { token: string }).token;
        expect((await fixture.request("door/manifests/1.0.0", { token: access })).status).toBe(200);
        const authorization = basic(login, password);
        expect((await fetch(`${fixture.url}/v2/`, { headers: { authorization } })).status).toBe(200);
      }
    });

    test("a wrong password, user or namespace gets no token", async () => {
      const { namespace } = fixture;
      const { userName } = fixture.cloud.account;
      const logins = [
        [`${namespace}/${userName}`, "wrong"],
        [`${namespace}/nobody`, "wrong"],
        [`other/${userName}`, "wrong"],
        ["BEARER_TOKEN", "wrong"],
      ] as const;
      for (const [login, password] of logins) {
        const answer = await tokenFor(`repository:${namespace}/door:pull`, basic(login, password));
        expect(answer.status).toBe(401);
        expect((await errorOf(answer))?.code).toBe("UNAUTHORIZED");
      }
      expect((await tokenFor(`repository:${namespace}/door:pull`)).status).toBe(401);
    });

    test("an access token is good for its repository and action only, and buys no other token", async () => {
      const { namespace } = fixture;
      const answer = await tokenFor(`repository:${namespace}/door:pull`, basic("BEARER_TOKEN", token));
      const { token: access } = (await answer.json()) as { token: string };
      const push = await fixture.request("door/blobs/uploads/", { method: "POST", token: access });
      expect(push.status).toBe(401);
      expect(push.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
      expect((await fixture.request("window/manifests/1", { token: access })).status).toBe(401);
      const again = await tokenFor(`repository:${namespace}/door:push`, basic("BEARER_TOKEN", access));
      expect(again.status).toBe(401);
    });

    test("another namespace is denied, with the right one in the message", async () => {
      const answer = await fetch(`${fixture.url}/v2/elsewhere/door/manifests/1.0.0`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(403);
      expect(await errorOf(answer)).toMatchObject({
        code: "DENIED",
        message: expect.stringContaining(fixture.namespace) as string,
      });
    });

    test("anybody pulls from a public repository while it is public, and nobody pushes without a login", async () => {
      const repositoryId = await createRepository("open", { isPublic: true });
      await fixture.push("open", "1.0.0", "content", token);
      const answer = await tokenFor(`repository:${fixture.namespace}/open:pull,push`);
      const { token: anonymous } = (await answer.json()) as { token: string };
      const pull = (): Promise<Response> => fixture.request("open/manifests/1.0.0", { token: anonymous });
      expect((await pull()).status).toBe(200);
      const push = await fixture.request("open/blobs/uploads/", { method: "POST", token: anonymous });
      expect(push.status).toBe(401);
      const updateContainerRepositoryDetails = { isPublic: false };
      await fixture.artifacts.updateContainerRepository({ repositoryId, updateContainerRepositoryDetails });
      expect((await pull()).status).toBe(401);
    });
  });

  describe("content", () => {
    test("what is pushed comes back byte for byte, by tag and by digest, whole and in part", async () => {
      const pushed = await fixture.push("app/nested/name", "1.0.0", "0123456789", token);
      expect(pushed.status).toBe(201);
      const digest = pushed.headers.get("docker-content-digest") ?? "";
      const head = await fixture.request("app/nested/name/manifests/1.0.0", { method: "HEAD", token });
      expect(head.headers.get("docker-content-digest")).toBe(digest);
      expect(Number(head.headers.get("content-length"))).toBeGreaterThan(0);
      const manifest = await fixture.request(`app/nested/name/manifests/${digest}`, { token });
      expect(manifest.headers.get("content-type")).toBe(manifestType);
      const { layers } = (await manifest.json()) as { layers: { digest: string }[] };
      const blob = `app/nested/name/blobs/${layers[0]?.digest ?? ""}`;
      expect(await (await fixture.request(blob, { token })).text()).toBe("0123456789");
      const part = await fixture.request(blob, { token, headers: { range: "bytes=2-4" } });
      expect([part.status, await part.text()]).toEqual([206, "234"]);
    });

    test("an immutable repository keeps its versions: same content is fine, other content is refused", async () => {
      await createRepository("fixed", { isImmutable: true });
      expect((await fixture.push("fixed", "1.0.0", "first", token)).status).toBe(201);
      expect((await fixture.push("fixed", "1.0.0", "first", token)).status).toBe(201);
      const refused = await fixture.push("fixed", "1.0.0", "second", token);
      expect(refused.status).toBe(409);
      expect(await errorOf(refused)).toMatchObject({
        code: "DENIED",
        message: expect.stringMatching(/immutable.*1\.0\.0/) as string,
      });
      expect((await fixture.push("fixed", "1.0.1", "second", token)).status).toBe(201);
    });

    test("of concurrent pushes of one version to an immutable repository, one wins", async () => {
      await createRepository("race", { isImmutable: true });
      const contents = ["a", "b", "c", "d", "e", "f"];
      const answers = await Promise.all(
        contents.map((content) => fixture.push("race", "1.0.0", content, token)),
      );
      const winners = answers.filter(({ status }) => status === 201);
      expect(winners).toHaveLength(1);
      const kept = await fixture.request("race/manifests/1.0.0", { method: "HEAD", token });
      expect(kept.headers.get("docker-content-digest")).toBe(
        winners[0]?.headers.get("docker-content-digest"),
      );
    });

    test("concurrent pushes of many versions make one repository with all of them", async () => {
      const versions = Array.from({ length: 12 }, (_, index) => `1.0.${index}`);
      await Promise.all(versions.map((version) => fixture.push("many", version, version, token)));
      const { tenancyId: compartmentId } = fixture.cloud.account;
      const listed = await fixture.artifacts.listContainerImages({ compartmentId, repositoryName: "many" });
      expect(listed.containerImageCollection.items.map(({ version }) => version).sort()).toEqual(
        versions.sort(),
      );
      const tags = await fixture.request("many/tags/list", { token });
      expect(((await tags.json()) as { tags: string[] }).tags.sort()).toEqual(versions);
    });

    test("a broken manifest is refused and recorded nowhere", async () => {
      const put = (body: string): Promise<Response> =>
        fixture.request("broken/manifests/1.0.0", {
          method: "PUT",
          body,
          token,
          headers: { "content-type": manifestType },
        });
      const missing = { digest: `sha256:${"0".repeat(64)}`, size: 1, mediaType: "application/octet-stream" };
      const config = { ...missing, mediaType: "application/vnd.oci.image.config.v1+json" };
      const dangling = { schemaVersion: 2, mediaType: manifestType, config, layers: [missing] };
      expect((await put("no JSON")).status).toBe(400);
      expect((await put(JSON.stringify(dangling))).status).toBe(400);
      expect((await put("x".repeat(5 * 1024 * 1024))).status).toBe(413);
      const { tenancyId: compartmentId } = fixture.cloud.account;
      const listed = await fixture.artifacts.listContainerRepositories({
        compartmentId,
        displayName: "broken",
      });
      expect(listed.containerRepositoryCollection.items).toEqual([]);
    });
  });

  describe("a push to a repository that does not exist", () => {
    const configure = (isRepositoryCreatedOnFirstPush: boolean): Promise<unknown> =>
      fixture.artifacts.updateContainerConfiguration({
        compartmentId: fixture.cloud.account.tenancyId,
        updateContainerConfigurationDetails: { isRepositoryCreatedOnFirstPush },
      });

    test("makes it in the root compartment, private", async () => {
      await fixture.push("first/push", "1.0.0", "content", token);
      const { tenancyId: compartmentId } = fixture.cloud.account;
      const listed = await fixture.artifacts.listContainerRepositories({
        compartmentId,
        displayName: "first/push",
      });
      expect(listed.containerRepositoryCollection.items).toMatchObject([{ imageCount: 1, isPublic: false }]);
    });

    test("is refused before the upload when the tenancy says so", async () => {
      await configure(false);
      try {
        const refused = await fixture.request("never/made/blobs/uploads/", { method: "POST", token });
        expect(refused.status).toBe(403);
        expect(await errorOf(refused)).toMatchObject({
          code: "DENIED",
          message: expect.stringContaining("isRepositoryCreatedOnFirstPush") as string,
        });
      } finally {
        await configure(true);
      }
    });
  });

  test("the rest of the protocol that is not served is refused with its reason", async () => {
    const authorization = `Bearer ${token}`;
    const catalog = await fetch(`${fixture.url}/v2/_catalog`, { headers: { authorization } });
    expect(catalog.status).toBe(405);
    const climbing = await fetch(`${fixture.url}/v2/a/%2e%2e%2fb/manifests/1`, {
      headers: { authorization },
    });
    expect(climbing.status).toBe(404);
    const blob = await fixture.request(`door/blobs/sha256:${"0".repeat(64)}`, { method: "DELETE", token });
    expect(blob.status).toBe(405);
  });

  test("images, records and tokens survive a restart; a reset empties the registry", async () => {
    await fixture.push("lasting", "1.0.0", "content", token);
    await fixture.restart();
    expect((await fixture.request("lasting/manifests/1.0.0", { token })).status).toBe(200);
    const { cloud, namespace } = fixture;
    const image = `127.0.0.1:1/${namespace}/lasting:1.0.0`;
    expect(await cloud.registry?.resolveImageDigest(image)).toMatch(/^sha256:/);
    expect(
      await cloud.registry?.resolveImageDigest(`127.0.0.1:1/${namespace}/lasting:2.0.0`),
    ).toBeUndefined();
    expect(await cloud.registry?.resolveImageDigest("docker.io/library/lasting:1.0.0")).toBeUndefined();
    await expect(cloud.registry?.resolveImageDigest("no image")).rejects.toMatchObject({ status: 400 });
    await fetch(`${fixture.url}/_local/reset`, { method: "POST" });
    expect((await fixture.request("lasting/manifests/1.0.0", { token })).status).toBe(404);
  });
});
