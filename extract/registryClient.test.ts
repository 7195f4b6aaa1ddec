import type { IncomingMessage, ServerResponse } from "node:http";
import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { parseChallenges } from "./authorization";
import type { FoundCredential } from "./credentials";
import { blobOf, imageOf } from "./layerTesting";
import { RegistryClient } from "./registryClient";
import { type Intercept, TestRegistry } from "./registryTesting";

const registry = new TestRegistry();
const other = new TestRegistry();
const blob = blobOf(randomBytes(300_000));
const descriptor = { digest: blob.digest, size: blob.bytes.length };
const anonymous = (): Promise<FoundCredential> => Promise.resolve({});
const known = (): Promise<FoundCredential> =>
  Promise.resolve({ credential: { username: "ns/me", password: "p:w" } });
let clients: RegistryClient[] = [];

beforeAll(() => Promise.all([registry.start(), other.start()]));
afterAll(() => Promise.all([registry.stop(), other.stop()]));
beforeEach(() => {
  for (const each of [registry, other]) {
    each.requests.length = 0;
    each.intercept = undefined;
    each.blobs.set(blob.digest, blob.bytes);
  }
  registry.add(imageOf([]));
});
afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
});

function client(findCredential = anonymous): RegistryClient {
  const made = new RegistryClient(registry.host, "ns/app", { findCredential, retryDelay: () => 0 });
  clients.push(made);
  return made;
}

const download = (from: RegistryClient): Promise<Buffer> => buffer(from.blob(descriptor, "Layer"));

/** Asks for a token from /token, and takes it. */
function bearer(token = "abc"): Intercept {
  return (request, response) => {
    if (request.url?.startsWith("/token") === true) {
      const basic = Buffer.from("ns/me:p:w").toString("base64");
      const allowed = request.headers.authorization === `Basic ${basic}`;
      response.writeHead(allowed ? 200 : 401).end(JSON.stringify({ token }));
      return true;
    }
    if (request.headers.authorization === `Bearer ${token}`) return false;
    const realm = `http://${registry.host}/token`;
    const challenge = `Bearer realm="${realm}",service="reg",scope="repository:ns/app:pull"`;
    response.writeHead(401, { "www-authenticate": challenge }).end();
    return true;
  };
}

describe("authorization", () => {
  test("answers a bearer challenge once, with its scope and service", async () => {
    registry.intercept = bearer();
    const with_ = client(known);
    await with_.manifest("1");
    await download(with_);
    expect(registry.requests).toEqual([
      "GET /v2/ns/app/manifests/1",
      "GET /token?service=reg&scope=repository%3Ans%2Fapp%3Apull *",
      "GET /v2/ns/app/manifests/1 *",
      `GET /v2/ns/app/blobs/${blob.digest} *`,
    ]);
  });

  test("answers a basic challenge", async () => {
    registry.intercept = (request, response) => {
      if (request.headers.authorization !== undefined) return false;
      response.writeHead(401, { "www-authenticate": 'Basic realm="registry"' }).end();
      return true;
    };
    await client(known).manifest("1");
    expect(registry.requests).toHaveLength(2);
  });

  test("refused: one sentence, with why no better credential was found", async () => {
    registry.intercept = bearer();
    const find = (): Promise<FoundCredential> => Promise.resolve({ problem: "No OCI account." });
    await expect(client(find).manifest("1")).rejects.toThrow(
      /gives no access to ns\/app without a credential \(status 401 .*No OCI account\./,
    );
    registry.intercept = (_request, response) => {
      response.writeHead(403).end(JSON.stringify({ errors: [{ message: "denied" }] }));
      return true;
    };
    await expect(client().manifest("1")).rejects.toThrow(/refuses to read ns\/app .*\(status 403, denied\)/);
  });

  test("no password goes to an unencrypted realm elsewhere", async () => {
    registry.intercept = (_request, response) => {
      response.writeHead(401, { "www-authenticate": 'Bearer realm="http://elsewhere.example/token"' }).end();
      return true;
    };
    await expect(client(known).manifest("1")).rejects.toThrow(/elsewhere\.example, which is not encrypted/);
  });

  test("parseChallenges reads several, quoted and bare", () => {
    expect(parseChallenges('Basic realm="a, \\"b\\"", Bearer realm=x,scope="s:pull,push"')).toEqual([
      { scheme: "basic", parameters: { realm: 'a, "b"' } },
      { scheme: "bearer", parameters: { realm: "x", scope: "s:pull,push" } },
    ]);
    expect(parseChallenges(undefined)).toEqual([]);
  });
});

test("a redirected blob's host never sees the credentials", async () => {
  const authorize = bearer();
  registry.intercept = (request, response) => {
    if (authorize(request, response)) return true;
    if (request.url?.includes("/blobs/") !== true) return false;
    response.writeHead(307, { location: `http://${other.host}/blobs/${blob.digest}?signature=1` }).end();
    return true;
  };
  other.intercept = (request, response) => {
    if (request.url?.includes("?") === true) request.url = request.url.replace(/\?.*/, "");
    expect(request.headers.authorization).toBeUndefined();
    return response.writableEnded;
  };
  expect((await download(client(known))).equals(blob.bytes)).toBe(true);
  expect(other.requests).toEqual([`GET /blobs/${blob.digest}?signature=1`]);
});

test("an unencrypted redirect to another machine is refused", async () => {
  registry.intercept = (_request, response) => {
    response.writeHead(302, { location: "http://elsewhere.example/x" }).end();
    return true;
  };
  await expect(client().manifest("1")).rejects.toThrow(/elsewhere\.example, which is not encrypted; refused/);
});

describe("retries", () => {
  function failing(
    times: number,
    fail: (request: IncomingMessage, response: ServerResponse) => void,
  ): Intercept {
    let left = times;
    return (request, response) => {
      if (left-- <= 0) return false;
      fail(request, response);
      return true;
    };
  }

  test.each([429, 500, 503])("status %d is tried again", async (status) => {
    registry.intercept = failing(3, (_request, response) => response.writeHead(status).end());
    await client().manifest("1");
    expect(registry.requests).toHaveLength(4);
  });

  test("a dropped connection is tried again, and not for ever", async () => {
    registry.intercept = failing(2, (request) => request.socket.destroy());
    await client().manifest("1");
    registry.intercept = failing(99, (request) => request.socket.destroy());
    await expect(client().manifest("1")).rejects.toThrow("cannot be reached");
    expect(registry.requests).toHaveLength(3 + 5);
  });

  test("a lasting failure is one sentence", async () => {
    registry.intercept = failing(99, (_request, response) => response.writeHead(502).end());
    await expect(client().manifest("1")).rejects.toThrow(/failed to serve ns\/app:1 \(status 502\)/);
  });

  test.each([
    ["where it stopped", true],
    ["from the start when the registry serves no ranges", false],
  ])("a broken download goes on %s", async (_name, ranges) => {
    const seen: (string | undefined)[] = [];
    registry.intercept = (request, response) => {
      seen.push(request.headers.range);
      if (seen.length > 1) {
        if (!ranges) delete request.headers.range;
        return false;
      }
      response.writeHead(200, { "content-length": blob.bytes.length });
      response.write(blob.bytes.subarray(0, 100_000), () => request.socket.destroySoon());
      return true;
    };
    expect((await download(client())).equals(blob.bytes)).toBe(true);
    expect(seen).toEqual([undefined, "bytes=100000-"]);
  });

  test("a download that brings nothing more gives up", async () => {
    registry.intercept = (request, response) => {
      response.writeHead(200, { "content-length": blob.bytes.length });
      response.write(blob.bytes.subarray(0, 10), () => request.socket.destroySoon());
      return true;
    };
    await expect(download(client())).rejects.toThrow(/broke off after 10 of 300000 bytes/);
  });
});
