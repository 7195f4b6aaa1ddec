import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sign } from "jsonwebtoken";
import type { TestImage } from "../extract/layers/layerTesting";
import { RegistryClient, type RegistryOptions } from "../extract/registry/registryClient";
import { RegistryFixture } from "../local/registry/registryFixture";
import { basic, dockerConfig, environment, extract, loggedIn, newImage } from "./extraction";
import { type Fault, newFront, pass, push, serve, startRegistry, stopRegistries } from "./registries";

/** Extraction from the real registry program: its ways to authorize, Oracle's too, and what goes wrong on the way. */

const folder = mkdtempSync(join(tmpdir(), "extract-registries-"));
let image: TestImage;
let plain = "";

jest.setTimeout(60_000);

beforeAll(async () => {
  image = await newImage();
  plain = await startRegistry(folder, "plain");
  await push(plain, "ns/app", "1", image);
});
afterAll(() => {
  stopRegistries();
  rmSync(folder, { recursive: true, force: true });
});

describe("a registry with tokens", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let host = "";
  let given: (string | undefined)[] = [];

  /** As docker's token specification says; everybody may read, a login must be right. */
  const token = (lifetime = 300): string =>
    sign(
      { access: [{ type: "repository", name: "ns/app", actions: ["pull"] }] },
      privateKey.export({ type: "pkcs8", format: "pem" }),
      {
        algorithm: "RS256",
        keyid: "test",
        issuer: "tests",
        audience: "reg",
        subject: "me",
        expiresIn: lifetime,
      },
    );

  beforeAll(async () => {
    const realm = await serve(
      createServer(({ headers, url }, response) => {
        given.push(headers.authorization);
        const asked = new URL(url ?? "", "http://realm").searchParams;
        const right = asked.get("service") === "reg" && asked.get("scope") === "repository:ns/app:pull";
        const known = headers.authorization === undefined || headers.authorization === basic;
        if (!known) response.writeHead(401).end('{"details":"incorrect username or password"}');
        else response.writeHead(right ? 200 : 400).end(JSON.stringify({ token: token() }));
      }),
    );
    const jwks = join(folder, "keys.json");
    const jwk = { ...publicKey.export({ format: "jwk" }), kid: "test", alg: "RS256", use: "sig" };
    writeFileSync(jwks, JSON.stringify({ keys: [jwk] }));
    const auth = { token: { realm: `http://${realm}/token`, service: "reg", issuer: "tests", jwks } };
    host = await startRegistry(folder, "token", {}, auth);
  });
  beforeEach(() => (given = []));

  test("gives one to anybody for what is public", async () => {
    await extract(`${host}/ns/app:1`, { environment: environment() });
    expect(given).toEqual([undefined]);
  });

  test("gives one for what docker login stored", async () => {
    await extract(`${host}/ns/app:1`, {
      environment: environment({ DOCKER_CONFIG: loggedIn(folder, "in", host) }),
    });
    expect(given).toEqual([basic]);
  });

  test("refuses a wrong password in one sentence", async () => {
    const login = environment({ DOCKER_CONFIG: loggedIn(folder, "wrong", host, "no") });
    await expect(extract(`${host}/ns/app:1`, { environment: login })).rejects.toThrow(
      /gives no access to ns\/app with the login in \S+config\.json \(status 401 from \S+, incorrect username or password\); check the name/,
    );
  });

  test("gives another when one ends amidst the layers", async () => {
    const expired = token(-3600);
    let blobs = 0;
    const fault: Fault = ({ url, headers }) => {
      const isThird = url?.includes("/blobs/") === true && ++blobs === 3;
      if (isThird) headers.authorization = `Bearer ${expired}`;
      return false;
    };
    const front = await serve(newFront(() => host, fault));
    await extract(`${front}/ns/app:1`, { environment: environment() });
    expect(blobs).toBe(5);
    expect(given).toHaveLength(2);
  });
});

test("what goes wrong for a while is overcome: 429, 503, dropped and broken connections", async () => {
  const seen = new Map<string, number>();
  const ranges: string[] = [];
  const [, big] = image.blobs;
  const fault: Fault = (request, response) => {
    const { url = "", headers } = request;
    const times = (seen.get(url) ?? 0) + 1;
    seen.set(url, times);
    if (headers.range !== undefined) ranges.push(headers.range);
    if (url.includes("/manifests/") && times === 1) {
      response.writeHead(429, { "retry-after": "0" }).end('{"errors":[{"code":"TOOMANYREQUESTS"}]}');
    } else if (url.includes("/manifests/") && times === 2) request.socket.destroy();
    else if (url.includes(big?.digest ?? "") && times <= 3) pass(request, response, plain, 200_000);
    else if (url.includes("/blobs/") && times === 1) response.writeHead(503).end();
    else return false;
    return true;
  };
  const front = await serve(newFront(() => plain, fault));
  await extract(`${front}/ns/app:1`, { environment: environment() });
  expect(ranges).toHaveLength(3);
  expect(ranges).toEqual(["bytes=200000-", "bytes=400000-", "bytes=600000-"]);
});

test("parts and digests are the registry's", async () => {
  const client = new RegistryClient(plain, "ns/app", { environment: environment() });
  const [, big] = image.blobs;
  if (big === undefined) throw new Error("The image has no layers.");
  const descriptor = { digest: big.digest, size: big.bytes.length };
  const end = big.bytes.length;
  await expect(client.range(descriptor, 1000, 24, "Layer")).resolves.toEqual(big.bytes.subarray(1000, 1024));
  await expect(client.range(descriptor, end - 5, 5, "Layer")).resolves.toEqual(big.bytes.subarray(-5));
  await expect(client.range(descriptor, end, 5, "Layer")).resolves.toBeUndefined();
  await expect(client.resolve("1")).resolves.toBe(image.manifest.digest);
  await expect(client.resolve("2")).resolves.toBeUndefined();
  client.close();
});

describe("Oracle's registry", () => {
  let fixture: RegistryFixture;
  let authToken: string | undefined;
  let host = "";
  let reference = "";

  beforeAll(async () => {
    fixture = await RegistryFixture.start();
    ({ host } = new URL(fixture.url));
    reference = `${host}/${fixture.namespace}/app:1`;
    const session = Buffer.from(`BEARER_TOKEN:${await fixture.sessionToken()}`).toString("base64");
    await push(host, `${fixture.namespace}/app`, "1", image, `Basic ${session}`);
  });
  afterAll(() => fixture.close());

  const oracle = (variables: NodeJS.ProcessEnv): RegistryOptions => ({
    environment: environment({ OCIR_HOST: host, OCI_CONFIG_FILE: join(folder, "no-account"), ...variables }),
  });

  test("is read with a token that the account signs for", () =>
    extract(reference, oracle({ OCI_CONFIG_FILE: join(fixture.stateDir, "oci", "config") })));

  test.each(["NAMESPACE/USER", "NAMESPACE/oracleidentitycloudservice/USER", "NAMESPACE/Default/USER"])(
    "is read with an auth token as %s",
    async (form) => {
      const { namespace, userName } = fixture.cloud.account;
      const username = form.replace("NAMESPACE", namespace).replace("USER", userName);
      authToken ??= await fixture.authToken();
      await extract(reference, oracle({ OCIR_USERNAME: username, OCIR_PASSWORD: authToken }));
    },
  );

  test("is read with what docker login stored", async () => {
    const auth = Buffer.from(`BEARER_TOKEN:${await fixture.sessionToken()}`).toString("base64");
    await extract(
      reference,
      oracle({ DOCKER_CONFIG: dockerConfig(folder, "oracle", { auths: { [host]: { auth } } }) }),
    );
  });

  test("refuses in one sentence, which says what was tried", async () => {
    await expect(extract(reference, oracle({}))).rejects.toThrow(
      /(?:refuses|gives no access) .* without a credential .* No OCI account/,
    );
    await expect(
      extract(reference, oracle({ OCIR_USERNAME: "ns/me", OCIR_PASSWORD: "wrong" })),
    ).rejects.toThrow(/with OCIR_USERNAME \(status 401/);
  });
});
