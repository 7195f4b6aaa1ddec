import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { notServedOperations } from "./cloudServer";
import { services } from "./services";
import { refusal, TestCloud, until } from "./testCloud";

let cloud: TestCloud;
beforeEach(async () => {
  cloud = await TestCloud.start();
});
afterEach(() => cloud.close());

const details = (name: string) => ({ compartmentId: cloud.tenancyId, name, description: "d" });
const create = (name: string, opcRetryToken?: string) =>
  cloud.identity.createCompartment({ createCompartmentDetails: details(name), opcRetryToken });
const createTable = (compartmentId: string) =>
  cloud.nosql.createTable({
    createTableDetails: {
      compartmentId,
      name: "t",
      ddlStatement: "CREATE TABLE t (id INTEGER, PRIMARY KEY(id))",
      tableLimits: { maxReadUnits: 1, maxWriteUnits: 1, maxStorageInGBs: 1 },
    },
  });

/** An SDK package, the path that its client puts before every operation's, and the service that answers. */
const SDKS = [
  ["oci-identity", "/20160918", "identity"],
  ["oci-objectstorage", "", "objectstorage"],
  ["oci-nosql", "/20190828", "nosql"],
  ["oci-logging", "/20200531", "logging"],
  ["oci-functions", "/20181201", "functions"],
  ["oci-vulnerabilityscanning", "/20210215", "vulnerabilityscanning"],
] as const;

describe("the whole API", () => {
  test.each(SDKS)("every operation of %s is served, or refused by its name", (sdk, prefix, name) => {
    const source = readFileSync(join(__dirname, `../../node_modules/${sdk}/lib/client.js`), "utf8");
    const wanted = [...source.matchAll(/path: "([^"]*)",\s*method: "([A-Z]+)"/g)].map(
      ([, path = "", method = ""]) => `${method} ${shape(prefix + path)}`,
    );
    const service = services.find((candidate) => candidate.name === name);
    const known = service ? [...service.operations, ...notServedOperations(service)] : [];
    expect(wanted.length).toBeGreaterThan(10);
    expect(known.map(({ method, path }) => `${method} ${shape(path)}`)).toEqual(
      expect.arrayContaining([...new Set(wanted)]),
    );
  });

  test("an operation that is not served answers 501 with its name", async () => {
    const { userId } = cloud.server.cloud.account;
    await expect(refusal(cloud.identity.listApiKeys({ userId }))).resolves.toBe("501 NotImplemented");
    await expect(cloud.identity.listApiKeys({ userId })).rejects.toThrow("ListApiKeys");
  });

  test("an unknown path answers 404 in the service's form", async () => {
    const response = await fetch(`${cloud.server.url}/20160918/nothing`);
    expect(response.status).toBe(404);
    await expect(response.json()).resolves.toMatchObject({ code: "NotFound" });
  });
});

test("a create sent twice with one retry token is done once, also over a restart", async () => {
  const first = await create("cmp-once", "token-1");
  await cloud.restart();
  const second = await create("cmp-once", "token-1");
  expect(second.compartment).toEqual(first.compartment);
  expect(second.etag).toBe(first.etag);
  await expect(refusal(create("cmp-other", "token-1"))).resolves.toBe("409 InvalidatedRetryToken");
});

test("the request's id is given back with ours behind it", async () => {
  const { opcRequestId } = await cloud.logging.listLogGroups({
    compartmentId: cloud.tenancyId,
    opcRequestId: "mine",
  });
  expect(opcRequestId).toMatch(/^mine\/[0-9A-F]{32}$/);
});

test("a body that is not understood changes nothing and names the property", async () => {
  const send = (changes: object) => {
    const createCompartmentDetails = { ...details("cmp-bad"), ...changes };
    return cloud.identity.createCompartment({ createCompartmentDetails });
  };
  await expect(send({ colour: "red" })).rejects.toThrow("colour");
  await expect(send({ name: 7 })).rejects.toThrow("Invalid name");
  await expect(refusal(send({ description: undefined }))).resolves.toBe("400 MissingParameter");
  const { items } = await cloud.identity.listCompartments({ compartmentId: cloud.tenancyId });
  expect(items).toEqual([]);
});

describe("state", () => {
  test("and account survive a restart; pending work goes on", async () => {
    const { compartment } = await create("cmp-kept");
    await cloud.control("latency", { nosql: 200 });
    const { opcWorkRequestId } = await createTable(compartment.id);
    const before = cloud.server.cloud.account;
    await cloud.restart();
    expect(cloud.server.cloud.account).toEqual(before);
    const ask = { tableNameOrId: "t", compartmentId: compartment.id };
    const { workRequest } = await until(
      () => cloud.nosql.getWorkRequest({ workRequestId: opcWorkRequestId }),
      (answer) => answer.workRequest.timeFinished !== undefined,
    );
    expect(workRequest.status).toBe("SUCCEEDED");
    await expect(cloud.nosql.getTable(ask)).resolves.toMatchObject({ table: { lifecycleState: "ACTIVE" } });
  });

  test("is emptied by reset; the account stays", async () => {
    await create("cmp-gone");
    expect((await fetch(`${cloud.server.url}/_local/reset`, { method: "POST" })).status).toBe(200);
    const { items } = await cloud.identity.listCompartments({ compartmentId: cloud.tenancyId });
    expect(items).toEqual([]);
  });

  test("holds the key and the configuration for their owner only", () => {
    for (const file of ["config", "api_key.pem"]) {
      expect(statSync(join(cloud.stateDir, "oci", file)).mode & 0o777).toBe(0o600);
    }
  });
});

describe("faults", () => {
  test.each([
    ["throttle", "429 TooManyRequests"],
    ["error", "500 InternalServerError"],
  ])("%s strikes as often as it is told to, and only where", async (kind, answer) => {
    await cloud.control("faults", { faults: [{ kind, operation: "ListRegions", times: 2 }] });
    const regions = () => refusal(cloud.identity.listRegions({}));
    await expect(refusal(cloud.objectStorage.getNamespace({}))).resolves.toBe("accepted");
    expect([await regions(), await regions(), await regions()]).toEqual([answer, answer, "accepted"]);
  });

  test("drop cuts the connection before anything is done", async () => {
    await cloud.control("faults", { faults: [{ kind: "drop", service: "identity" }] });
    await expect(refusal(create("cmp-dropped"))).resolves.not.toBe("accepted");
    const { items } = await cloud.identity.listCompartments({ compartmentId: cloud.tenancyId });
    expect(items).toEqual([]);
  });

  test("eventual consistency hides what was just made, and what would be made in it", async () => {
    await cloud.control("faults", { faults: [{ kind: "eventualConsistency", windowMs: 3_600_000 }] });
    const { compartment } = await create("cmp-hidden");
    const get = () => refusal(cloud.identity.getCompartment({ compartmentId: compartment.id }));
    await expect(get()).resolves.toBe("404 NotAuthorizedOrNotFound");
    await expect(refusal(createTable(compartment.id))).resolves.toBe("404 NotAuthorizedOrNotFound");
    await cloud.control("faults", { faults: [] });
    await expect(get()).resolves.toBe("accepted");
  });

  test("wrong settings are refused and change nothing", async () => {
    const response = await cloud.control("faults", { faults: [{ kind: "earthquake" }] });
    expect(response.status).toBe(400);
    const settings = await fetch(`${cloud.server.url}/_local/settings`);
    await expect(settings.json()).resolves.toMatchObject({ faults: [], latency: {} });
  });
});

test("the seed's latency is a preset", async () => {
  await expect((await cloud.control("latency", { preset: "seed" })).json()).resolves.toMatchObject({
    latency: { nosql: 3500 },
  });
});

test("control endpoints answer no web page", async () => {
  const response = await fetch(`${cloud.server.url}/_local/reset`, {
    method: "POST",
    headers: { origin: "https://example.com" },
  });
  expect(response.status).toBe(403);
});

function shape(path: string): string {
  return path.replaceAll(/\{\w+\}|:\w+|\*$/g, ":x");
}
