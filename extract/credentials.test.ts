import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCredential, isOracleRegistry } from "./credentials";

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

function helper(name: string, script: string): void {
  const path = join(folder, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\nread host\n${script}\n`);
  chmodSync(path, 0o755);
}

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

describe("Docker's configuration", () => {
  test("has the password, after the first colon", async () => {
    configure({ auths: { "registry.example": { auth: base64("me:a:b") } } });
    await expect(findCredential("registry.example", environment)).resolves.toEqual({
      credential: { username: "me", password: "a:b" },
    });
  });

  test("knows Docker Hub under its old address", async () => {
    configure({ auths: { "https://index.docker.io/v1/": { identitytoken: "refresh" } } });
    await expect(findCredential("docker.io", environment)).resolves.toEqual({
      credential: { identityToken: "refresh" },
    });
  });

  test("names a helper for the host, or a store for all", async () => {
    configure({ credHelpers: { "a.example": "one" }, credsStore: "two" });
    helper("one", 'echo "{\\"Username\\":\\"for-$host\\",\\"Secret\\":\\"s\\"}"');
    helper("two", 'echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"t\\"}"');
    await expect(findCredential("a.example", environment)).resolves.toEqual({
      credential: { username: "for-a.example", password: "s" },
    });
    await expect(findCredential("b.example", environment)).resolves.toEqual({
      credential: { identityToken: "t" },
    });
  });

  test("a helper that knows nothing means no credential", async () => {
    configure({ credsStore: "none" });
    helper("none", "echo not found; exit 1");
    await expect(findCredential("b.example", environment)).resolves.toEqual({});
  });

  test.each([
    ["a missing helper", { credsStore: "missing" }, /docker-credential-missing cannot run/],
    ["a helper's bad name", { credsStore: "../x" }, /bad credential helper "\.\.\/x"/],
  ])("%s is one clear error", async (_name, config, message) => {
    configure(config);
    await expect(findCredential("b.example", environment)).rejects.toThrow(message);
  });

  test("a broken file is one clear error, a missing one none", async () => {
    await expect(findCredential("b.example", environment)).resolves.toEqual({});
    writeFileSync(join(folder, "config.json"), "{");
    await expect(findCredential("b.example", environment)).rejects.toThrow(/config\.json is not JSON/);
  });
});

describe("Oracle's registries", () => {
  const long = { OCIR_USERNAME: "ns/me", OCIR_PASSWORD: "token" };

  test("take the long-lived credential, which goes nowhere else", async () => {
    await expect(findCredential("gru.ocir.io", { ...environment, ...long })).resolves.toEqual({
      credential: { username: "ns/me", password: "token" },
    });
    await expect(findCredential("b.example", { ...environment, ...long })).resolves.toEqual({});
  });

  test("without an account: what docker login stored, else the reason", async () => {
    environment.OCI_CONFIG_FILE = join(folder, "missing");
    const { problem } = await findCredential("gru.ocir.io", environment);
    expect(problem).toContain("No OCI account");
    configure({ auths: { "gru.ocir.io": { auth: base64("ns/me:pw") } } });
    await expect(findCredential("gru.ocir.io", environment)).resolves.toEqual({
      credential: { username: "ns/me", password: "pw" },
    });
  });
});
