import { models } from "oci-artifacts";

import { describeWithRegistry, RegistryFixture } from "../../registry/registryFixture";
import { imageKind } from "./state";

describeWithRegistry("Artifacts, asked by the official SDK", () => {
  let fixture: RegistryFixture;
  let token: string;
  let compartmentId: string;

  beforeAll(async () => {
    // The SDK warns of every refusal.
    jest.spyOn(console, "warn").mockReturnValue();
    fixture = await RegistryFixture.start();
    token = await fixture.sessionToken();
    compartmentId = fixture.cloud.account.tenancyId;
  });

  afterAll(() => fixture.close());

  const create = async (
    displayName: string,
    settings: Partial<models.CreateContainerRepositoryDetails> = {},
  ): Promise<models.ContainerRepository> => {
    const createContainerRepositoryDetails = { compartmentId, displayName, ...settings };
    const created = await fixture.artifacts.createContainerRepository({ createContainerRepositoryDetails });
    return created.containerRepository;
  };

  const images = async (repositoryName: string): Promise<models.ContainerImageSummary[]> => {
    const request = { compartmentId, repositoryName, sortBy: "DISPLAYNAME", sortOrder: "ASC" } as const;
    const listed = await fixture.artifacts.listContainerImages(request as never);
    return listed.containerImageCollection.items;
  };

  test("a repository is made, read, changed with its etag, listed and deleted", async () => {
    const readme = { content: "# Hello", format: models.ContainerRepositoryReadme.Format.TextMarkdown };
    const made = await create("made", { readme, freeformTags: { team: "a" } });
    expect(made).toMatchObject({
      displayName: "made",
      compartmentId,
      namespace: fixture.namespace,
      isImmutable: false,
      isPublic: false,
      lifecycleState: "AVAILABLE",
      imageCount: 0,
      createdBy: fixture.cloud.account.userId,
      readme,
      freeformTags: { team: "a" },
    });
    const repositoryId = made.id;
    const read = await fixture.artifacts.getContainerRepository({ repositoryId });
    expect(read.containerRepository).toEqual(made);
    const updateContainerRepositoryDetails = { isImmutable: true };
    const ifMatch = read.etag;
    const update = { repositoryId, updateContainerRepositoryDetails, ifMatch };
    const updated = await fixture.artifacts.updateContainerRepository(update);
    expect(updated.containerRepository).toEqual({ ...made, isImmutable: true });
    await expect(fixture.artifacts.updateContainerRepository(update)).rejects.toMatchObject({
      statusCode: 412,
    });
    const listed = await fixture.artifacts.listContainerRepositories({ compartmentId, displayName: "made" });
    expect(listed.containerRepositoryCollection).toMatchObject({
      repositoryCount: 1,
      items: [{ id: repositoryId }],
    });
    await fixture.artifacts.deleteContainerRepository({ repositoryId });
    await expect(fixture.artifacts.getContainerRepository({ repositoryId })).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  test.each([
    ["a name in use", { displayName: "taken" }, { statusCode: 409, serviceCode: "NAMESPACE_CONFLICT" }],
    ["capitals", { displayName: "Taken" }, { statusCode: 400, serviceCode: "InvalidParameter" }],
    ["no name", { displayName: undefined as never }, { statusCode: 400, serviceCode: "MissingParameter" }],
    ["an unknown compartment", { compartmentId: "ocid1.compartment.oc1..x" }, { statusCode: 404 }],
    ["an unknown property", { color: "red" } as never, { statusCode: 400, serviceCode: "InvalidParameter" }],
  ])("a repository with %s is refused", async (_, details, error) => {
    await create("taken").catch(() => undefined);
    await expect(create("free", details)).rejects.toMatchObject(error);
    const all = await fixture.artifacts.listContainerRepositories({ compartmentId, displayName: "free" });
    expect(all.containerRepositoryCollection.items).toEqual([]);
  });

  test("a pushed image is listed by display name, repository, version and digest, with its layers' sizes", async () => {
    const pushed = await fixture.push("team/app", "1.0.0", "0123456789", token);
    const digest = pushed.headers.get("docker-content-digest") ?? "";
    const filters = [
      { displayName: "team/app:1.0.0", compartmentIdInSubtree: true },
      { repositoryName: "team/*" },
      { version: "1.0.*", repositoryName: "team/app" },
      { imageDigest: digest },
      { isVersioned: true, repositoryName: "team/app" },
    ];
    for (const filter of filters) {
      const listed = await fixture.artifacts.listContainerImages({ compartmentId, ...filter });
      const { items } = listed.containerImageCollection;
      expect(items).toEqual([
        expect.objectContaining({ displayName: "team/app:1.0.0", version: "1.0.0", digest }),
      ]);
    }
    const [summary] = await images("team/app");
    await fixture.request("team/app/manifests/1.0.0", { token });
    const { containerImage } = await fixture.artifacts.getContainerImage({ imageId: summary?.id ?? "" });
    expect(containerImage).toMatchObject({
      layersSizeInBytes: 10,
      layers: [{ sizeInBytes: 10 }],
      pullCount: 1,
      versions: [{ version: "1.0.0" }],
    });
    const repositories = await fixture.artifacts.listContainerRepositories({
      compartmentId,
      displayName: "team/app",
    });
    expect(repositories.containerRepositoryCollection).toMatchObject({
      imageCount: 1,
      layersSizeInBytes: 10,
    });
  });

  test("a version that is pushed anew leaves the old image without one", async () => {
    const first = await fixture.push("moving", "1.0.0", "first", token);
    await fixture.push("moving", "1.0.0", "second", token);
    const digest = first.headers.get("docker-content-digest") ?? "";
    const listed = await images("moving");
    expect(listed.map(({ displayName }) => displayName)).toEqual(["moving:1.0.0", `moving:1.0.0@${digest}`]);
    expect(listed.map(({ version }) => version)).toEqual(["1.0.0", undefined]);
  });

  test("a deleted image is gone from the registry, and a deleted manifest from the list", async () => {
    await fixture.push("shrinking", "1.0.0", "one", token);
    await fixture.push("shrinking", "1.0.1", "two", token);
    const [one] = await images("shrinking");
    await fixture.artifacts.deleteContainerImage({ imageId: one?.id ?? "" });
    expect((await fixture.request("shrinking/manifests/1.0.0", { token })).status).toBe(404);
    const [two] = await images("shrinking");
    const deleted = await fixture.request(`shrinking/manifests/${two?.digest ?? ""}`, {
      method: "DELETE",
      token,
    });
    expect(deleted.status).toBe(202);
    expect(await images("shrinking")).toEqual([]);
  });

  test("a removed version is gone from the registry; the image, its digest and its other versions stay", async () => {
    const pushed = await fixture.push("untagged", "1.0.0", "one", token);
    await fixture.push("untagged", "latest", "one", token);
    const digest = pushed.headers.get("docker-content-digest") ?? "";
    const [listed] = await images("untagged");
    const imageId = listed?.id ?? "";
    const { etag } = await fixture.artifacts.getContainerImage({ imageId });
    const remove = (version: string, ifMatch?: string) =>
      fixture.artifacts.removeContainerVersion({
        imageId,
        removeContainerVersionDetails: { version },
        ...(ifMatch !== undefined && { ifMatch }),
      });
    await expect(remove("9.9.9")).rejects.toMatchObject({ statusCode: 404 });
    await expect(remove("1.0.0", "another")).rejects.toMatchObject({ statusCode: 412 });
    const { containerImage } = await remove("1.0.0", etag);
    expect(containerImage.versions.map(({ version }) => version)).toEqual(["latest"]);
    const statuses = ["1.0.0", "latest", digest].map(
      async (reference) => (await fixture.request(`untagged/manifests/${reference}`, { token })).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 200, 200]);
    await remove("latest");
    expect((await fixture.request(`untagged/manifests/${digest}`, { token })).status).toBe(200);
    expect((await images("untagged")).map(({ displayName }) => displayName)).toEqual([
      `untagged:latest@${digest}`,
    ]);
  });

  test("images are listed page by page, and deleted only as they were seen", async () => {
    for (const version of ["1.0.0", "1.0.1", "1.0.2"]) await fixture.push("paged", version, version, token);
    const versions: (string | undefined)[] = [];
    for (let page: string | undefined, pages = 1; ; pages++) {
      const listed = await fixture.artifacts.listContainerImages({
        compartmentId,
        repositoryName: "paged",
        limit: 2,
        ...(page !== undefined && { page }),
      });
      versions.push(...listed.containerImageCollection.items.map(({ version }) => version));
      page = listed.opcNextPage;
      if (!page) {
        expect(pages).toBe(2);
        break;
      }
    }
    expect(versions.sort()).toEqual(["1.0.0", "1.0.1", "1.0.2"]);
    const [one] = await images("paged");
    const imageId = one?.id ?? "";
    const seen = await fixture.artifacts.getContainerImage({ imageId });
    await fixture.push("paged", "latest", "1.0.0", token);
    const remove = (ifMatch: string) => fixture.artifacts.deleteContainerImage({ imageId, ifMatch });
    await expect(remove(seen.etag)).rejects.toMatchObject({ statusCode: 412 });
    await remove((await fixture.artifacts.getContainerImage({ imageId })).etag);
    expect((await images("paged")).map(({ version }) => version)).toEqual(["1.0.1", "1.0.2"]);
  });

  test("a deleted repository takes its images along; one below it and a new one of its name are not touched", async () => {
    const pushed = await fixture.push("parent", "1.0.0", "content", token);
    await fixture.push("parent/child", "1.0.0", "content", token);
    const listed = await fixture.artifacts.listContainerRepositories({
      compartmentId,
      displayName: "parent",
    });
    const repositoryId = listed.containerRepositoryCollection.items[0]?.id ?? "";
    await fixture.artifacts.deleteContainerRepository({ repositoryId });
    const digest = pushed.headers.get("docker-content-digest") ?? "";
    for (const reference of ["1.0.0", digest]) {
      expect((await fixture.request(`parent/manifests/${reference}`, { token })).status).toBe(404);
    }
    expect((await fixture.request("parent/child/manifests/1.0.0", { token })).status).toBe(200);
    expect(await images("parent")).toEqual([]);
    expect(await create("parent")).toMatchObject({ imageCount: 0 });
    expect((await fixture.request("parent/manifests/1.0.0", { token })).status).toBe(404);
  });

  test("a push that was taken and not recorded, since the cloud was killed, is recorded at the next start", async () => {
    const pushed = await fixture.push("found/again", "1.0.0", "content", token);
    for (const { id } of await images("found/again")) fixture.cloud.store.remove(imageKind, id);
    expect(await images("found/again")).toEqual([]);
    await fixture.restart();
    let image: models.ContainerImageSummary | undefined;
    while (image === undefined) [image] = await images("found/again");
    expect(image).toMatchObject({
      displayName: "found/again:1.0.0",
      digest: pushed.headers.get("docker-content-digest"),
    });
  });

  test("what the service does not do answers 501 with the operation's name", async () => {
    await expect(fixture.artifacts.listRepositories({ compartmentId })).rejects.toMatchObject({
      statusCode: 501,
      message: expect.stringContaining("ListRepositories") as string,
    });
  });
});
