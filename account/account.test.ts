import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import httpSignature from "http-signature";
import { AccountError, loadAccount, registryToken, signedRequest } from ".";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
const plainPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const lockedPem = privateKey
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open sesame" })
  .toString();

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "account-"));
  writeFileSync(join(folder, "key.pem"), `${plainPem}OCI_API_KEY\n`);
  writeFileSync(join(folder, "locked.pem"), lockedPem);
  writeFileSync(join(folder, "token"), "session.token.text\n");
  writeFileSync(
    join(folder, "config"),
    `[DEFAULT]
tenancy=ocid1.tenancy.oc1..file
user=ocid1.user.oc1..file
fingerprint=aa:bb
key_file=${folder}/key.pem
region=sa-saopaulo-1

# another
[LOCKED]
key_file = ${folder}/locked.pem
pass_phrase = open sesame
region = us-ashburn-1

[SESSION]
security_token_file = ${folder}/token
`,
  );
  environment = { OCI_CONFIG_FILE: join(folder, "config") };
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("loadAccount", () => {
  test("reads the configuration file's default profile", async () => {
    const account = loadAccount({}, environment);
    expect(account).toMatchObject({
      tenancyId: "ocid1.tenancy.oc1..file",
      userId: "ocid1.user.oc1..file",
      fingerprint: "aa:bb",
      region: "sa-saopaulo-1",
    });
    await expect(account.authenticationProvider.getKeyId()).resolves.toBe(
      "ocid1.tenancy.oc1..file/ocid1.user.oc1..file/aa:bb",
    );
  });

  test("another profile inherits from DEFAULT and unlocks its key", () => {
    const account = loadAccount({}, { ...environment, OCI_CLI_PROFILE: "LOCKED" });
    expect(account).toMatchObject({ userId: "ocid1.user.oc1..file", region: "us-ashburn-1" });
    expect(account.authenticationProvider.getPrivateKey()).toBe(plainPem);
    expect(account.authenticationProvider.getPassphrase()).toBeNull();
  });

  test("the environment wins over the file, the overrides over both", () => {
    const account = loadAccount(
      { region: "sa-vinhedo-1", configFileProfile: "LOCKED" },
      { ...environment, TF_VAR_region: "us-phoenix-1", TF_VAR_user_ocid: "ocid1.user.oc1..env" },
    );
    expect(account).toMatchObject({ region: "sa-vinhedo-1", userId: "ocid1.user.oc1..env" });
  });

  test("needs no file when the environment says everything", () => {
    const account = loadAccount(
      {},
      {
        OCI_CONFIG_FILE: join(folder, "missing"),
        TF_VAR_tenancy_ocid: "t",
        TF_VAR_user_ocid: "u",
        TF_VAR_fingerprint: "f",
        TF_VAR_private_key_path: join(folder, "key.pem"),
        TF_VAR_region: "r-new-1",
      },
    );
    expect(account).toMatchObject({ tenancyId: "t", region: "r-new-1" });
  });

  test("a session profile signs with its token", async () => {
    const account = loadAccount({ configFileProfile: "SESSION" }, environment);
    expect(account.userId).toBe("");
    await expect(account.authenticationProvider.getKeyId()).resolves.toBe("ST$session.token.text");
  });

  test("without an account, one message names the three places and the commands", () => {
    const missing = { OCI_CLI_CONFIG_FILE: join(folder, "missing") };
    expect(() => loadAccount({}, missing)).toThrow(AccountError);
    expect(() => loadAccount({}, missing)).toThrow(
      /oci:tenancyOcid.*TF_VAR_tenancy_ocid.*missing \(no such file\).*oci setup config.*npm run --silent cloud -- env/,
    );
  });

  test.each([
    [{ configFileProfile: "NOPE" }, /no profile NOPE; it has DEFAULT, LOCKED, SESSION/],
    [{ privateKeyPath: "/nowhere/key.pem" }, /oci:privateKeyPath.*cannot be read \(ENOENT\)/],
    [{ configFileProfile: "LOCKED", privateKeyPassword: "wrong" }, /locked\.pem.*pass phrase/],
    [{ privateKey: "not a key" }, /oci:privateKey cannot be read: it is not a private key/],
  ])("%j is one clear error", (overrides, message) => {
    expect(() => loadAccount(overrides, environment)).toThrow(AccountError);
    expect(() => loadAccount(overrides, environment)).toThrow(message);
  });

  test("a broken file's content stays out of the message", () => {
    writeFileSync(join(folder, "config"), "[DEFAULT]\nsecret-line-without-sign\n");
    expect(() => loadAccount({}, environment)).toThrow(/neither \[profile\] nor name=value/);
    expect(() => loadAccount({}, environment)).not.toThrow(/secret-line/);
  });
});

describe("requests", () => {
  let server: Server;
  let host: string;
  let answer: { status: number; body: unknown };
  let seen: { verified: boolean; keyId: string; body: string; request: IncomingMessage }[];

  beforeEach(async () => {
    seen = [];
    answer = { status: 200, body: { token: "short-lived" } };
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("end", () => {
          // The types name the client's request and leave the key's name out.
          const parsed = httpSignature.parseRequest(request as never, {
            headers: ["host", "(request-target)"],
          }) as ReturnType<typeof httpSignature.parseRequest> & { keyId: string };
          seen.push({
            verified: httpSignature.verifySignature(parsed, publicPem),
            keyId: parsed.keyId,
            body: Buffer.concat(chunks).toString(),
            request,
          });
          response.writeHead(answer.status, { "content-type": "application/json" });
          response.end(JSON.stringify(answer.body));
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test("carry a signature that the account's key verifies", async () => {
    const account = loadAccount({}, environment);
    const response = await signedRequest(account, {
      method: "POST",
      url: `http://${host}/things?limit=1`,
      body: '{"name":"é"}',
    });
    expect(response.status).toBe(200);
    expect(seen).toMatchObject([{ verified: true, body: '{"name":"é"}' }]);
    expect(seen[0]?.keyId).toBe("ocid1.tenancy.oc1..file/ocid1.user.oc1..file/aa:bb");
    expect(seen[0]?.request.headers["x-content-sha256"]).toBeDefined();
  });

  test("registryToken asks the registry's token endpoint", async () => {
    await expect(registryToken(loadAccount({}, environment), host)).resolves.toBe("short-lived");
    expect(seen[0]?.request.url).toBe("/20180419/docker/token");
  });

  test("registryToken explains a refusal", async () => {
    answer = { status: 401, body: { code: "NotAuthenticated", message: "bad signature" } };
    await expect(registryToken(loadAccount({}, environment), host)).rejects.toThrow(
      /gave no token \(status 401, NotAuthenticated: bad signature\).*aa:bb/,
    );
  });

  test("an unreachable host is one clear error", async () => {
    await expect(registryToken(loadAccount({}, environment), "127.0.0.1:1")).rejects.toThrow(
      /127\.0\.0\.1:1 cannot be reached/,
    );
  });
});
