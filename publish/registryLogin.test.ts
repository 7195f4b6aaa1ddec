import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { registryLogin } from "./registryLogin";

const host = "123456789012.dkr.ecr.sa-east-1.amazonaws.com";
const environment = { DOCKER_CONFIG: "/nowhere" };
const before = { ...process.env };

let server: Server;
let answer: object;

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  process.env.AWS_ENDPOINT_URL_ECR = `http://127.0.0.1:${port}`;
  process.env.AWS_ACCESS_KEY_ID = "test";
  process.env.AWS_SECRET_ACCESS_KEY = "test";
});

afterAll(() => {
  process.env = before;
  server.close();
});

const tokenFor = (registry: string) => ({
  authorizationData: [
    {
      authorizationToken: Buffer.from("AWS:secret").toString("base64"),
      proxyEndpoint: `https://${registry}`,
    },
  ],
});

it("is the AWS account's for a registry of Amazon's", async () => {
  answer = tokenFor(host);
  expect(await registryLogin(host, environment)).toEqual({
    credential: { username: "AWS", password: "secret" },
    source: "the AWS account's token",
  });
});

it("gives the account's token to no other account's registry, and says so", async () => {
  answer = tokenFor(host.replace("1234", "9999"));
  const { credential, problem } = await registryLogin(host, environment);
  expect(credential).toBeUndefined();
  expect(problem).toContain("does not open");
});

it("tells why there is no token", async () => {
  answer = {};
  expect((await registryLogin(host, environment)).problem).toContain("without a token");
});

it.each(["example.com", `${host}.evil.example`, "dkr.ecr.sa-east-1.amazonaws.com"])(
  "asks AWS nothing for %s",
  async (other) => {
    answer = tokenFor(other);
    expect(await registryLogin(other, environment)).toEqual({});
  },
);
