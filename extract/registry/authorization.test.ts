import { text } from "node:stream/consumers";
import { parseChallenges } from "./authorization";
import type { Credential, FoundCredential } from "./credentials";
import { imageOf } from "../layers/layerTesting";
import { RegistryClient } from "./registryClient";
import { askForToken, type Intercept, TestRegistry } from "./registryTesting";

const registry = new TestRegistry();
const other = new TestRegistry();
const me = { username: "ns/me", password: "p:w" };
let clients: RegistryClient[] = [];

beforeAll(() => Promise.all([registry.start(), other.start()]));
afterAll(() => Promise.all([registry.stop(), other.stop()]));
beforeEach(() => {
  registry.requests.length = 0;
  other.requests.length = 0;
  registry.intercept = undefined;
  registry.add(imageOf([]));
});
afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
});

function client(credential?: Credential, found: FoundCredential = {}): RegistryClient {
  const findCredential = () => Promise.resolve({ ...found, ...(credential && { credential }) });
  const made = new RegistryClient(registry.host, "ns/app", { findCredential, retryDelay: () => 0 });
  clients.push(made);
  return made;
}

const realm = (): string => `http://${registry.host}/token`;
const tokenRequests = (): string[] => registry.requests.filter((request) => request.includes("/token"));

/** Challenges what has not this authorization; hands requests for a token on. */
function challenging(challenge: string, authorization: string, token: Intercept): Intercept {
  return (request, response) => {
    if (request.url?.startsWith("/token") === true) return token(request, response);
    if (request.headers.authorization === authorization) return false;
    response.writeHead(401, { "www-authenticate": challenge }).end();
    return true;
  };
}

describe("a bearer challenge", () => {
  test("is answered once, with its scope and service", async () => {
    registry.intercept = askForToken(registry);
    const made = client(me);
    await made.manifest("1");
    await made.manifest("1");
    expect(registry.requests).toEqual([
      "GET /v2/ns/app/manifests/1",
      "GET /token?service=reg&scope=repository%3Ans%2Fapp%3Apull *",
      "GET /v2/ns/app/manifests/1 *",
      "GET /v2/ns/app/manifests/1 *",
    ]);
  });

  test("is answered once for requests at the same time, also when the token has ended", async () => {
    let token = "one";
    let finds = 0;
    registry.intercept = askForToken(registry, () => token);
    const findCredential = () => Promise.resolve({ credential: me, found: finds++ });
    const made = new RegistryClient(registry.host, "ns/app", { findCredential });
    clients.push(made);
    const several = () => Promise.all(Array.from({ length: 8 }, () => made.manifest("1")));
    await several();
    expect(tokenRequests()).toHaveLength(1);
    token = "two";
    await several();
    expect(tokenRequests()).toHaveLength(2);
    expect(finds).toBe(1);
  });

  test("with several scopes asks for each, beside what the realm's address has", async () => {
    const challenge = `Bearer realm="${realm()}?tenant=1", scope="repository:ns/app:pull repository:base:pull"`;
    registry.intercept = challenging(challenge, "Bearer t", (_request, response) => {
      response.end('{"access_token":"t"}');
      return true;
    });
    await client().manifest("1");
    expect(tokenRequests()).toEqual([
      "GET /token?tenant=1&scope=repository%3Ans%2Fapp%3Apull&scope=repository%3Abase%3Apull",
    ]);
  });

  test("without a scope is answered for reading the repository", async () => {
    registry.intercept = challenging(`Bearer realm="${realm()}"`, "Bearer t", (_request, response) => {
      response.end('{"token":"t"}');
      return true;
    });
    await client().manifest("1");
    expect(tokenRequests()).toEqual(["GET /token?scope=repository%3Ans%2Fapp%3Apull"]);
  });

  test("is answered with an identity token in a POST, as Azure wants it", async () => {
    const forms: Promise<string>[] = [];
    const challenge = `Bearer realm="${realm()}",service="reg",scope="repository:ns/app:pull"`;
    registry.intercept = challenging(challenge, "Bearer t", (request, response) => {
      forms.push(text(request));
      response.end('{"access_token":"t"}');
      return true;
    });
    await client({ identityToken: "refresh&me" }).manifest("1");
    expect(tokenRequests()).toEqual(["POST /token"]);
    expect(Object.fromEntries(new URLSearchParams(await forms[0]))).toEqual({
      service: "reg",
      scope: "repository:ns/app:pull",
      grant_type: "refresh_token",
      client_id: "fotogal-motando-extract",
      refresh_token: "refresh&me",
    });
  });

  test("an identity token follows no redirect", async () => {
    registry.intercept = challenging(`Bearer realm="${realm()}"`, "Bearer t", (_request, response) => {
      response.writeHead(307, { location: `http://${other.host}/token` }).end();
      return true;
    });
    await expect(client({ identityToken: "secret" }).manifest("1")).rejects.toThrow(/status 307/);
    expect(other.requests).toEqual([]);
  });

  test("is answered with the registry's own token, where docker login stored one", async () => {
    registry.intercept = challenging(`Bearer realm="${realm()}"`, "Bearer stored", () => false);
    await client({ registryToken: "stored" }).manifest("1");
    expect(registry.requests).toHaveLength(2);
  });
});

test("a basic challenge is answered, and requests after it come with the answer", async () => {
  const basic = `Basic ${Buffer.from("ns/me:p:w").toString("base64")}`;
  registry.intercept = challenging('Basic realm="https://registry",service="ecr"', basic, () => false);
  const made = client(me);
  await made.manifest("1");
  await made.manifest("1");
  expect(registry.requests).toHaveLength(3);
});

describe("a refusal is one sentence", () => {
  test.each<[string, FoundCredential, number, string, RegExp]>([
    [
      "without a credential, with why there is none",
      { problem: "No OCI account." },
      401,
      "",
      /gives no access to ns\/app without a credential \(status 401 from 127\S+\); check the name, log in .* No OCI account\.$/,
    ],
    [
      "of a credential, with its source",
      { credential: me, source: "OCIR_USERNAME" },
      403,
      '{"errors":[{"code":"DENIED","message":"not yours."}]}',
      /gives no access to ns\/app with OCIR_USERNAME \(status 403 from \S+, not yours\);/,
    ],
    ["in Docker Hub's form", {}, 401, '{"details":"incorrect username"}', /, incorrect username\);/],
    ["in OAuth's form", {}, 400, '{"error":"invalid_grant","error_description":"expired"}', /, expired\);/],
    ["in no known form", {}, 401, "null", /\(status 401 from \S+\);/],
    ["of a busy server", {}, 503, "", /gives no token now \(status 503 from \S+\); try again later\.$/],
    ["without a token", {}, 200, "{}", /answered without a token\.$/],
  ])("%s", async (_name, found, status, body, message) => {
    registry.intercept = challenging(`Bearer realm="${realm()}"`, "", (_request, response) => {
      response.writeHead(status).end(body);
      return true;
    });
    await expect(client(undefined, found).manifest("1")).rejects.toThrow(message);
  });

  test("of the registry itself, however long its answer is", async () => {
    registry.intercept = (_request, response) => {
      response.writeHead(403).end(JSON.stringify({ errors: [{ message: "denied" }] }));
      return true;
    };
    await expect(client().manifest("1")).rejects.toThrow(/refuses to read ns\/app .*\(status 403, denied\)/);
    registry.intercept = (_request, response) => {
      response.writeHead(403);
      const more = (): void => {
        if (response.write(Buffer.alloc(65536))) setImmediate(more);
        else response.once("drain", more);
      };
      more();
      return true;
    };
    await expect(client().manifest("1")).rejects.toThrow(/refuses to read ns\/app .*\(status 403\)/);
  });

  test.each([
    ["http://elsewhere.example/token", /at http:\/\/elsewhere\.example, which is not encrypted; refused/],
    ["ftp://127.0.0.1/token", /not encrypted; refused/],
    ["nowhere", /without saying where to get one/],
  ])("of the realm %s, which gets no password", async (address, message) => {
    registry.intercept = challenging(`Bearer realm="${address}"`, "", () => false);
    await expect(client(me).manifest("1")).rejects.toThrow(message);
  });
});

test.each([
  ['Bearer realm="https://a/t",service="s"', [["bearer", { realm: "https://a/t", service: "s" }]]],
  [
    'Basic realm="a, \\"b\\"", Bearer realm=x,scope="s:pull,push"',
    [
      ["basic", { realm: 'a, "b"' }],
      ["bearer", { realm: "x", scope: "s:pull,push" }],
    ],
  ],
  ['BEARER Realm = "x" , , Service=y', [["bearer", { realm: "x", service: "y" }]]],
  [
    ["Negotiate", 'Bearer realm="x"'],
    [
      ["negotiate", {}],
      ["bearer", { realm: "x" }],
    ],
  ],
  ["", []],
  [undefined, []],
])("parseChallenges(%j)", (header, expected) =>
  expect(parseChallenges(header).map(({ scheme, parameters }) => [scheme, parameters])).toEqual(expected),
);
