import { generateKeyPairSync } from "node:crypto";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type Docker from "dockerode";
import { loadAccount } from "../../account";
import { deployFunction } from "./deployFunction";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const account = loadAccount(
  {
    tenancyOcid: "ocid1.tenancy.oc1..example",
    userOcid: "ocid1.user.oc1..example",
    fingerprint: "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34",
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    region: "sa-saopaulo-1",
  },
  {},
);

/** Deploying must not touch Docker when the function is there. */
const noEngine = new Proxy(
  {},
  {
    get: () => {
      throw new Error("Docker was used");
    },
  },
) as unknown as Docker;

let server: Server;
let requests: string[];
let answers: Record<string, unknown>;

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    requests.push(`${request.method ?? ""} ${url.pathname}`);
    const answer = answers[url.pathname + decodeURIComponent(url.search)];
    response.statusCode = answer === undefined ? 404 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer ?? { code: "NotAuthorizedOrNotFound", message: "not found" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

function deploy() {
  const registryHost = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const baseImages = { FN_PYTHON_BUILD_IMAGE: "python:dev", FN_PYTHON_IMAGE: "python:run" };
  return deployFunction({
    endpoint: `http://${registryHost}`,
    registryHost,
    account,
    baseImages,
    engine: noEngine,
  });
}

it("finds the function by its names, which have spaces, and changes nothing", async () => {
  const state = "lifecycleState=ACTIVE";
  const image = "127.0.0.1:12100/namespace/bucket/par-generate/oci-objectstorage-create-par-python:0.0.8";
  const imageDigest = `sha256:${"a".repeat(64)}`;
  answers = {
    [`/20160918/compartments?compartmentId=ocid1.tenancy.oc1..example&name=cmp-functions&${state}`]: [
      { id: "compartment" },
    ],
    [`/20181201/applications?compartmentId=compartment&displayName=fn app sample 001&${state}`]: [
      { id: "application" },
    ],
    [`/20181201/functions?applicationId=application&displayName=fn sample 001&${state}`]: [
      { id: "function", image, imageDigest },
    ],
  };
  expect(await deploy()).toEqual({ functionId: "function", image, imageDigest });
  expect(requests).toEqual([
    "GET /20160918/compartments",
    "GET /20181201/applications",
    "GET /20181201/functions",
  ]);
});

it("says which request was refused, and how", async () => {
  answers = {};
  await expect(deploy()).rejects.toThrow(
    /^\/20160918\/compartments of http:\/\/127\.0\.0\.1:\d+ answered 404: .*NotAuthorizedOrNotFound/,
  );
});
