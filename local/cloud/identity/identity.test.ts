import type { models } from "oci-identity";
import { refusal, TestCloud, until } from "../testCloud";
import { verifyAuthToken } from "./authTokens";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start();
});
afterAll(() => cloud.close());

const create = (name: string, compartmentId = cloud.tenancyId) =>
  cloud.identity.createCompartment({ createCompartmentDetails: { compartmentId, name, description: "d" } });

describe("compartments", () => {
  test("are made, found by name, updated and deleted by a work request", async () => {
    const { compartment, etag } = await create("cmp-life");
    expect(compartment).toMatchObject({ lifecycleState: "ACTIVE", compartmentId: cloud.tenancyId });
    const compartmentId = compartment.id;
    const changed = await cloud.identity.updateCompartment({
      compartmentId,
      ifMatch: etag,
      updateCompartmentDetails: { name: "cmp-renamed", freeformTags: { owner: "me" } },
    });
    expect(changed.etag).not.toBe(etag);
    expect(changed.compartment).toMatchObject({
      name: "cmp-renamed",
      description: "d",
      freeformTags: { owner: "me" },
    });
    const named = await cloud.identity.listCompartments({
      compartmentId: cloud.tenancyId,
      name: "cmp-renamed",
    });
    expect(named.items.map(({ id }) => id)).toEqual([compartmentId]);

    const { opcWorkRequestId } = await cloud.identity.deleteCompartment({ compartmentId });
    const { workRequest } = await until(
      () => cloud.identity.getWorkRequest({ workRequestId: opcWorkRequestId }),
      (answer) => answer.workRequest.timeFinished !== undefined,
    );
    expect(workRequest).toMatchObject({ status: "SUCCEEDED", operationType: "DELETE_COMPARTMENT" });
    expect(workRequest.resources?.[0]).toMatchObject({ identifier: compartmentId, actionType: "DELETED" });
    const gone = await cloud.identity.getCompartment({ compartmentId });
    expect(gone.compartment.lifecycleState).toBe("DELETED");
    expect(gone.compartment.name).toMatch(/^cmp-renamed\.\w{8}$/);
    expect((await create("cmp-renamed")).compartment.id).not.toBe(compartmentId);
  });

  test("have names that are unique in their parent, whatever the capitals", async () => {
    const parent = (await create("cmp-parent")).compartment.id;
    await create("cmp-child", parent);
    await expect(refusal(create("CMP-child", parent))).resolves.toBe("409 CompartmentAlreadyExists");
    await expect(refusal(create("cmp-child"))).resolves.toBe("accepted");
  });

  test("that hold something can't be deleted", async () => {
    const parent = (await create("cmp-full")).compartment.id;
    const child = (await create("cmp-inner", parent)).compartment.id;
    const deleted = (compartmentId: string) => refusal(cloud.identity.deleteCompartment({ compartmentId }));
    await expect(deleted(parent)).resolves.toBe("409 Conflict");
    await cloud.objectStorage.createBucket({
      namespaceName: cloud.server.cloud.account.namespace,
      createBucketDetails: { name: "inner", compartmentId: child },
    });
    await expect(deleted(child)).resolves.toBe("409 Conflict");
    await expect(deleted(cloud.tenancyId)).resolves.toBe("400 InvalidParameter");
  });

  test("are listed in pages, directly or through the whole tree", async () => {
    const parent = (await create("cmp-tree")).compartment.id;
    await create("cmp-leaf", parent);
    const all: models.Compartment[] = [];
    let page: string | undefined;
    do {
      const answer = await cloud.identity.listCompartments({
        compartmentId: cloud.tenancyId,
        compartmentIdInSubtree: true,
        limit: 2,
        page,
      });
      expect(answer.items.length).toBeLessThanOrEqual(2);
      all.push(...answer.items);
      page = answer.opcNextPage;
    } while (page);
    const names = all.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["cmp-tree", "cmp-leaf"]));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const direct = await cloud.identity.listCompartments({ compartmentId: cloud.tenancyId });
    expect(direct.items.map(({ name }) => name)).not.toContain("cmp-leaf");
    await expect(
      refusal(cloud.identity.listCompartments({ compartmentId: parent, compartmentIdInSubtree: true })),
    ).resolves.toBe("400 InvalidParameter");
  });

  test("refuse bad names, missing parents and stale etags", async () => {
    await expect(refusal(create("with space"))).resolves.toBe("400 InvalidParameter");
    await expect(refusal(create("x", "ocid1.compartment.oc1..none"))).resolves.toBe(
      "404 NotAuthorizedOrNotFound",
    );
    const { compartment } = await create("cmp-etag");
    const stale = cloud.identity.updateCompartment({
      compartmentId: compartment.id,
      ifMatch: "another",
      updateCompartmentDetails: { description: "e" },
    });
    await expect(refusal(stale)).resolves.toBe("412 NoEtagMatch");
  });
});

describe("the tenancy", () => {
  test("says its home region and its subscriptions", async () => {
    const { items } = await cloud.identity.listRegionSubscriptions({ tenancyId: cloud.tenancyId });
    expect(items.find(({ isHomeRegion }) => isHomeRegion)).toMatchObject({
      regionKey: "GRU",
      regionName: "sa-saopaulo-1",
    });
    const { tenancy } = await cloud.identity.getTenancy({ tenancyId: cloud.tenancyId });
    expect(tenancy).toMatchObject({ name: "local", homeRegionKey: "GRU" });
    expect((await cloud.identity.listRegions({})).items).toContainEqual({
      key: "GRU",
      name: "sa-saopaulo-1",
    });
  });
});

describe("auth tokens", () => {
  test("are shown once, kept as a hash, and two at most", async () => {
    const { userId, userName } = cloud.server.cloud.account;
    const make = () =>
      cloud.identity.createAuthToken({ userId, createAuthTokenDetails: { description: "t" } });
    const first = await make();
    const token = first.authToken.token ?? "";
    expect(token).toHaveLength(20);
    expect(verifyAuthToken(cloud.server.cloud, userName, token)).toBe(true);
    expect(verifyAuthToken(cloud.server.cloud, userName, `${token}x`)).toBe(false);
    expect(verifyAuthToken(cloud.server.cloud, "somebody", token)).toBe(false);
    await make();
    await expect(refusal(make())).resolves.toBe("400 LimitExceeded");
    const { items } = await cloud.identity.listAuthTokens({ userId });
    expect(items.map((item) => item.token)).toEqual([undefined, undefined]);
    for (const { id = "" } of items) {
      await cloud.identity.deleteAuthToken({ userId, authTokenId: id });
    }
    expect(verifyAuthToken(cloud.server.cloud, userName, token)).toBe(false);
  });
});

describe("policies", () => {
  const readRepositories = (place: string) =>
    `Allow service vulnerability-scanning-service to read repos in ${place}`;

  const createPolicy = (name: string, statements: string[], compartmentId = cloud.tenancyId) =>
    cloud.identity.createPolicy({
      createPolicyDetails: { compartmentId, name, description: "d", statements, freeformTags: { a: "b" } },
    });

  test("are made, listed by name, updated by etag and deleted", async () => {
    const compartmentId = (await create("cmp-policies")).compartment.id;
    const statements = [readRepositories(`compartment id ${compartmentId}`)];
    const { policy, etag } = await createPolicy("scan", statements, compartmentId);
    expect(policy).toMatchObject({
      statements,
      lifecycleState: "ACTIVE",
      compartmentId,
      freeformTags: { a: "b" },
    });
    const policyId = policy.id;
    await createPolicy("other", [readRepositories("compartment cmp-policies")], compartmentId);

    const listed = await cloud.identity.listPolicies({ compartmentId, name: "scan" });
    expect(listed.items.map(({ id }) => id)).toEqual([policyId]);

    const changes = {
      description: "changed",
      statements: [...statements, readRepositories("compartment cmp-policies")],
    };
    const change = (ifMatch: string) =>
      cloud.identity.updatePolicy({ policyId, ifMatch, updatePolicyDetails: changes });
    await expect(refusal(change("stale"))).resolves.toBe("412 NoEtagMatch");
    await change(etag);
    expect((await cloud.identity.getPolicy({ policyId })).policy).toMatchObject({ ...changes, name: "scan" });

    await expect(refusal(cloud.identity.deleteCompartment({ compartmentId }))).resolves.toBe("409 Conflict");
    await cloud.identity.deletePolicy({ policyId });
    await expect(refusal(cloud.identity.getPolicy({ policyId }))).resolves.toBe(
      "404 NotAuthorizedOrNotFound",
    );
  });

  test("have a name of their own, and statements that can be parsed and reach no further than their compartment", async () => {
    const inner = (await create("cmp-inner-policies")).compartment.id;
    await createPolicy("taken", [readRepositories("tenancy")]);
    await expect(
      refusal(createPolicy("Taken", [readRepositories(`compartment id ${inner}`)], inner)),
    ).resolves.toBe("409 PolicyAlreadyExists");
    const refused = [
      createPolicy("p", ["let me in"]),
      createPolicy("p", []),
      createPolicy("p", ["Allow group Admins to manage everything"]),
      createPolicy("p", [readRepositories("tenancy")], inner),
      createPolicy("p", [readRepositories(`compartment id ${cloud.tenancyId}`)], inner),
      createPolicy("p", [readRepositories("compartment cmp-nowhere")]),
    ];
    for (const attempt of refused) await expect(refusal(attempt)).resolves.toBe("400 InvalidParameter");
    const permissions =
      "Allow any-user to { REPOSITORY_READ } in compartment cmp-inner-policies where request.user.name = 'x'";
    await expect(refusal(createPolicy("p", [permissions]))).resolves.toBe("accepted");
  });
});
