import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCredential, isOracleRegistry } from "./credentials";
import { TestRegistry } from "./registryTesting";
import { Transport } from "./transport";

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "credentials-"));
  environment = { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH ?? ""}` };
});
afterEach(() => rmSync(folder, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const configure = (config: object): void =>
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));

test.each([
  ["gru.ocir.io", true],
  ["sa-saopaulo-1.ocir.io", true],
  ["ocir.sa-saopaulo-1.oci.oraclecloud.com", true],
  ["ocir.us-langley-1.oci.oraclegovcloud.com", true],
  ["ocir.ap-chiyoda-1.oci.oraclecloud8.com", true],
  ["ocir.sa-saopaulo-1.oci.oraclecloud.com.example.org", false],
  ["ocir.sa-saopaulo-1.oci.oraclecloudy.com", false],
  ["127.0.0.1:12100", true],
  ["127.0.0.1:5000", false],
  ["evil-ocir.io", false],
  ["gru.ocir.io.example.com", false],
  ["docker.io", false],
])("isOracleRegistry(%s) is %s", (host, expected) =>
  expect(isOracleRegistry(host, { OCIR_HOST: "127.0.0.1:12100" })).toBe(expected),
);

describe("Oracle's registries", () => {
  const long = { OCIR_USERNAME: "ns/domain/me", OCIR_PASSWORD: "token" };
  const login = { auths: { "gru.ocir.io": { auth: base64("ns/me:pw") } } };

  test("take the long-lived credential, which goes nowhere else", async () => {
    await expect(findCredential("gru.ocir.io", { ...environment, ...long })).resolves.toEqual({
      credential: { username: "ns/domain/me", password: "token" },
      source: "OCIR_USERNAME",
    });
    await expect(findCredential("b.example", { ...environment, ...long })).resolves.toEqual({});
  });

  test("without an account: what docker login stored, else the reason", async () => {
    environment.OCI_CONFIG_FILE = join(folder, "missing");
    const { problem } = await findCredential("gru.ocir.io", { ...environment, OCIR_USERNAME: "ns/me" });
    expect(problem).toMatch(/^OCIR_USERNAME is set, but OCIR_PASSWORD is not\. No OCI account/);
    configure(login);
    await expect(findCredential("gru.ocir.io", environment)).resolves.toMatchObject({
      credential: { username: "ns/me", password: "pw" },
      source: expect.stringContaining("config.json") as string,
    });
  });

  test("the account's request goes by the transport, and a refusal is a reason", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const account = {
      ...environment,
      OCI_CONFIG_FILE: join(folder, "missing"),
      TF_VAR_tenancy_ocid: "t",
      TF_VAR_user_ocid: "u",
      TF_VAR_fingerprint: "aa:bb",
      TF_VAR_private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      TF_VAR_region: "sa-saopaulo-1",
    };
    const registry = new TestRegistry();
    await registry.start();
    const transport = new Transport({ environment: account });
    try {
      let status = 200;
      registry.intercept = (request, response) => {
        expect(request.headers.authorization).toMatch(/^Signature .*keyId="t\/u\/aa:bb"/);
        expect(request.headers["user-agent"]).toBe("fotogal-motando-extract");
        response.writeHead(status).end('{"token":"short-lived"}');
        return true;
      };
      const { host } = registry;
      const find = () => findCredential(host, { ...account, OCIR_HOST: host }, transport);
      await expect(find()).resolves.toMatchObject({
        credential: { username: "BEARER_TOKEN", password: "short-lived" },
      });
      status = 401;
      expect((await find()).problem).toMatch(/gave no token \(status 401\)/);
    } finally {
      transport.close();
      await registry.stop();
    }
  });
});
