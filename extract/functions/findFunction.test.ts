import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { findFunction } from "./findFunction";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const account = {
  tenancyOcid: "ocid1.tenancy.oc1..t",
  userOcid: "ocid1.user.oc1..u",
  fingerprint: "aa:bb",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  region: "sa-saopaulo-1",
};
const imageDigest = `sha256:${"b".repeat(64)}`;
const deployed = {
  id: "ocid1.fnfunc.oc1.sa-saopaulo-1.f",
  displayName: "fn sample 001",
  lifecycleState: "ACTIVE",
  applicationId: "app",
  compartmentId: "functions",
  image: "gru.ocir.io/ns/team/sample:0.0.8",
  imageDigest,
  memoryInMBs: 256,
  timeoutInSeconds: 30,
  config: { SECRET: "hunter2" },
};
const application = {
  id: "app",
  displayName: "fn app",
  lifecycleState: "ACTIVE",
  shape: "GENERIC_X86",
  config: { LEVEL: "9" },
};
const names = { application: "fn app", function: "fn sample 001" };

/** Path and query, percent-decoded, or path alone → the answer; an array is served a page an element. */
let answers: Record<string, unknown>;
let requests: string[];
let server: Server;
let endpoint: string;

beforeEach(async () => {
  requests = [];
  answers = {
    [`/20181201/functions/${deployed.id}`]: deployed,
    "/20181201/applications/app": application,
    "/20160918/compartments": [
      [{ id: "empty", name: "cmp-empty", lifecycleState: "ACTIVE" }],
      [
        { id: "functions", name: "cmp-functions", lifecycleState: "ACTIVE" },
        { id: "gone", name: "cmp-gone", lifecycleState: "DELETED" },
      ],
    ],
    "/20181201/applications?compartmentId=functions": [[], [application]],
    "/20181201/applications?compartmentId=empty": [[]],
    "/20181201/functions": [[deployed]],
  };
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://host");
    const page = Number(url.searchParams.get("page") ?? 0);
    const compartment = url.searchParams.get("compartmentId");
    requests.push(decodeURIComponent(url.pathname + url.search));
    const answer = answers[`${url.pathname}?compartmentId=${compartment}`] ?? answers[url.pathname];
    const isSigned = /keyId="ocid1.tenancy.oc1..t\/.*signature="/.test(request.headers.authorization ?? "");
    response.statusCode = isSigned ? (answer === undefined ? 404 : 200) : 401;
    if (Array.isArray(answer) && page + 1 < answer.length) response.setHeader("opc-next-page", page + 1);
    const found: unknown = Array.isArray(answer) ? answer[page] : answer;
    const refusal = { code: isSigned ? "NotAuthorizedOrNotFound" : "NotAuthenticated", message: "No." };
    response.end(JSON.stringify((isSigned && found) || refusal));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

function find(wanted: Parameters<typeof findFunction>[0], environment: NodeJS.ProcessEnv = {}) {
  const options = { account, retryDelay: () => 0 };
  return findFunction(wanted, { ...options, environment: { OCI_CLI_ENDPOINT: endpoint, ...environment } });
}

test("by OCID: the image pinned to what is deployed, and no values of its configuration", async () => {
  await expect(find(deployed.id)).resolves.toEqual({
    id: deployed.id,
    name: "fn sample 001",
    application: "fn app",
    applicationId: "app",
    compartmentId: "functions",
    image: deployed.image,
    imageDigest,
    memoryInMBs: 256,
    timeoutInSeconds: 30,
    shape: "GENERIC_X86",
    config: ["SECRET"],
    applicationConfig: ["LEVEL"],
    reference: `gru.ocir.io/ns/team/sample:0.0.8@${imageDigest}`,
    platform: "linux/amd64",
  });
});

test.each([
  ["GENERIC_ARM", "linux/arm64"],
  ["GENERIC_X86_ARM", undefined],
])("an application of shape %s runs %s", async (shape, platform) => {
  answers["/20181201/applications/app"] = { ...application, shape };
  expect((await find(deployed.id)).platform).toBe(platform);
});

test("by names, in whichever compartment, page after page", async () => {
  await expect(find(names)).resolves.toMatchObject({ id: deployed.id });
  const asked = requests.filter((request) => request.startsWith("/20181201/applications?"));
  expect(new Set(asked.map((request) => /compartmentId=([^&]*)/.exec(request)?.[1]))).toEqual(
    new Set(["empty", "functions", "ocid1.tenancy.oc1..t"]),
  );
  expect(asked).toContain("/20181201/applications?compartmentId=functions&displayName=fn app&page=1");
});

test.each(["cmp-functions", "ocid1.compartment.oc1..c"])(
  "by names in compartment %s",
  async (compartment) => {
    answers["/20181201/applications?compartmentId=ocid1.compartment.oc1..c"] = [[application]];
    await expect(find({ ...names, compartment })).resolves.toMatchObject({ id: deployed.id });
  },
);

test("each service where CLIENT_HOST_OVERRIDES has it", async () => {
  const overrides = `oci_identity.IdentityClient=${endpoint};oci_functions.FunctionsManagementClient=${endpoint}/`;
  const environment = { OCI_CLI_ENDPOINT: "http://127.0.0.1:1", CLIENT_HOST_OVERRIDES: overrides };
  await expect(find(names, environment)).resolves.toMatchObject({ id: deployed.id });
});

test.each([
  [
    { ...names, compartment: "nope" },
    'There is no compartment "nope" in the tenancy; name one of "cmp-empty", "cmp-functions".',
  ],
  [{ ...names, application: "x" }, 'There is no application "x" in the tenancy; name one of "fn app".'],
  [
    { ...names, application: "x", compartment: "cmp-empty" },
    'There is no application "x" in compartment "cmp-empty"; there is none at all.',
  ],
  [
    { ...names, function: "x" },
    'There is no function "x" in application "fn app"; name one of "fn sample 001".',
  ],
  [
    { ...names, compartment: "ocid1.compartment.oc1..hidden" },
    'The account may not see the applications in compartment "ocid1.compartment.oc1..hidden", or there is no such',
  ],
  ["ocid1.fnfunc.oc1.x.y", "There is no function ocid1.fnfunc.oc1.x.y, or the account may not see it"],
  ["ocid1.fnapp.oc1.x.y", '"ocid1.fnapp.oc1.x.y" is not a function\'s OCID'],
])("%j is one message that tells what there is", async (wanted, message) => {
  await expect(find(wanted)).rejects.toThrow(message);
});

test("two applications of that name are told apart by OCID", async () => {
  answers["/20181201/applications?compartmentId=empty"] = [[{ ...application, id: "twin" }]];
  await expect(find(names)).rejects.toThrow(
    /There is more than one application "fn app" in the tenancy; name the compartment too.*:(\n {2}(app|twin)){2}$/,
  );
});

test.each([
  [{ image: undefined, imageDigest: undefined }, "made from Oracle's catalogue of pre-built functions"],
  [{ lifecycleState: "DELETED" }, "is deleted"],
])("a function with %j is refused with the reason", async (change, message) => {
  answers[`/20181201/functions/${deployed.id}`] = { ...deployed, ...change };
  await expect(find(deployed.id)).rejects.toThrow(message);
});

test("a refused account and a dead host are one message each", async () => {
  const stranger = { ...account, tenancyOcid: "ocid1.tenancy.oc1..other" };
  const environment = { OCI_CLI_ENDPOINT: endpoint };
  await expect(findFunction(deployed.id, { account: stranger, environment })).rejects.toThrow(
    /does not serve functions\/.* \(status 401, NotAuthenticated, No\); check the account \(user ocid1.user.oc1..u, fingerprint aa:bb\)/,
  );
  await expect(find(deployed.id, { OCI_CLI_ENDPOINT: "http://127.0.0.1:1" })).rejects.toThrow(
    /^127\.0\.0\.1:1 cannot be reached/,
  );
});
