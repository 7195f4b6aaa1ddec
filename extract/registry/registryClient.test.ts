import type { IncomingMessage, ServerResponse } from "node:http";
import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import type { FoundCredential } from "./credentials";
import { blobOf, imageOf } from "../layers/layerTesting";
import { RegistryClient } from "./registryClient";
import { askForToken, type Intercept, TestRegistry } from "./registryTesting";
import { Transport } from "./transport";

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

test("a redirected blob's host never sees the credentials", async () => {
  const authorize = askForToken(registry);
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

test("a redirected blob's host that wants credentials gets none, wherever it sends for a token", async () => {
  const authorize = askForToken(registry);
  registry.intercept = (request, response) => {
    if (request.url?.includes("/blobs/") !== true) return authorize(request, response);
    response.writeHead(307, { location: `http://${other.host}/blobs/${blob.digest}` }).end();
    return true;
  };
  other.intercept = (_request, response) => {
    const realm = `http://${other.host}/token`;
    response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
    return true;
  };
  const host = other.host.replaceAll(".", "\\.");
  await expect(download(client(known))).rejects.toThrow(RegExp(`status 401 from ${host}`));
  expect(other.requests).toEqual([`GET /blobs/${blob.digest}`]);
});

test.each([
  ["http://elsewhere.example/x", /elsewhere\.example, which is not encrypted; refused/],
  ["file:///etc/passwd", /which is not encrypted; refused/],
  ["http://", /an address that is none/],
  ["/again", /redirects more than 10 times/],
])("a redirect to %s is refused", async (location, message) => {
  registry.intercept = (_request, response) => {
    response.writeHead(302, { location }).end();
    return true;
  };
  await expect(client().manifest("1")).rejects.toThrow(message);
});

test("a relative redirect keeps the credentials", async () => {
  const authorize = askForToken(registry);
  registry.intercept = (request, response) => {
    if (authorize(request, response)) return true;
    if (request.url?.startsWith("/v2/") !== true) return false;
    response.writeHead(302, { location: `../../../../files/blobs/${blob.digest}` }).end();
    return true;
  };
  expect((await download(client(known))).equals(blob.bytes)).toBe(true);
  expect(registry.requests.at(-1)).toBe(`GET /files/blobs/${blob.digest} *`);
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

  test("a registry is given the time that it asks for, but not for ever", async () => {
    const waits: number[] = [];
    const pause = jest
      .spyOn(Transport.prototype, "pause")
      .mockImplementation((_attempt, asked = 0) => Promise.resolve(void waits.push(asked)));
    registry.intercept = failing(1, (_request, response) =>
      response.writeHead(429, { "retry-after": "7" }).end(),
    );
    await client().manifest("1");
    registry.intercept = failing(1, (_request, response) =>
      response.writeHead(429, { "retry-after": new Date(Date.now() + 20_000).toUTCString() }).end(),
    );
    await client().manifest("1");
    registry.requests.length = 0;
    const message = "You have reached your pull rate limit. See https://hub.example";
    registry.intercept = failing(99, (_request, response) => {
      const body = JSON.stringify({ errors: [{ code: "TOOMANYREQUESTS", message }] });
      response.writeHead(429, { "retry-after": "21600" }).end(body);
    });
    await expect(client().manifest("1")).rejects.toThrow(
      `allows no more requests without a credential (status 429, ${message}); try again in 360 min, or log in`,
    );
    expect(registry.requests).toHaveLength(1);
    expect(waits[0]).toBe(7000);
    expect(waits[1]).toBeGreaterThan(10_000);
    expect(waits).toHaveLength(2);
    pause.mockRestore();
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

  /** Sends the first 100,000 bytes and breaks off, then answers as told. */
  function brokenOnce(then: Intercept): Intercept {
    return (request, response) => {
      if (request.headers.range !== undefined) return then(request, response);
      response.writeHead(200, { "content-length": blob.bytes.length });
      response.write(blob.bytes.subarray(0, 100_000), () => request.socket.destroySoon());
      return true;
    };
  }

  test("a part that begins before the missing one is put in its place", async () => {
    registry.intercept = brokenOnce((_request, response) => {
      response.writeHead(206, { "content-range": "bytes 60000-299999/300000" });
      response.end(blob.bytes.subarray(60_000));
      return true;
    });
    expect((await download(client())).equals(blob.bytes)).toBe(true);
  });

  test("a part that begins after the missing one is refused", async () => {
    registry.intercept = brokenOnce((_request, response) => {
      response.writeHead(206, { "content-range": "bytes 200000-299999/300000" });
      response.end(blob.bytes.subarray(200_000));
      return true;
    });
    await expect(download(client())).rejects.toThrow(/goes on with the wrong part of Layer sha256:/);
  });

  test("a registry that refuses the rest is asked for everything", async () => {
    let refused = false;
    registry.intercept = (request, response) => {
      if (refused) return false;
      return brokenOnce((_request, answer) => {
        refused = true;
        answer.writeHead(416).end();
        return true;
      })(request, response);
    };
    expect((await download(client())).equals(blob.bytes)).toBe(true);
  });

  test("a token that ends within a download is renewed", async () => {
    let token = "one";
    const authorize = askForToken(registry, () => token);
    registry.intercept = (request, response) => {
      if (authorize(request, response)) return true;
      if (token !== "one") return false;
      token = "two";
      return brokenOnce(() => false)(request, response);
    };
    expect((await download(client(known))).equals(blob.bytes)).toBe(true);
    expect(registry.requests.filter((request) => request.includes("/token"))).toHaveLength(2);
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

describe("range", () => {
  const range = (start: number, length: number): Promise<Buffer | undefined> =>
    client().range(descriptor, start, length, "Layer");

  test("gives just these bytes, also after a broken connection", async () => {
    let broken = 0;
    registry.intercept = (request, response) => {
      if (broken++ > 0) return false;
      response.writeHead(206, { "content-range": "bytes 10-29/300000", "content-length": 20 });
      response.write(blob.bytes.subarray(10, 15), () => request.socket.destroySoon());
      return true;
    };
    expect(await range(10, 20)).toEqual(blob.bytes.subarray(10, 30));
    expect(broken).toBe(2);
    expect(await range(299_999, 1)).toEqual(blob.bytes.subarray(299_999));
  });

  test.each([
    ["the whole blob", 200, undefined],
    ["another part", 206, "bytes 0-19/300000"],
    ["a part without saying which", 206, undefined],
    ["that it cannot", 416, undefined],
  ])("is undefined when the answer is %s", async (_name, status, contentRange) => {
    registry.intercept = (_request, response) => {
      response.writeHead(status, contentRange === undefined ? {} : { "content-range": contentRange });
      response.end(blob.bytes);
      return true;
    };
    expect(await range(10, 20)).toBeUndefined();
  });

  test("more or fewer bytes than the answer says are not taken", async () => {
    registry.intercept = (_request, response) => {
      response.writeHead(206, { "content-range": "bytes 10-29/300000" }).end(blob.bytes.subarray(10, 40));
      return true;
    };
    expect(await range(10, 20)).toBeUndefined();
    registry.intercept = (_request, response) => {
      response.writeHead(206, { "content-range": "bytes 10-29/300000" }).end(blob.bytes.subarray(10, 20));
      return true;
    };
    await expect(range(10, 20)).rejects.toThrow(/broke off after 10 of 20 bytes/);
  });
});

describe("resolve", () => {
  const { digest } = imageOf([]).manifest;

  test("asks for the tag's digest alone", async () => {
    expect(await client().resolve("1")).toBe(digest);
    expect(await client().resolve("missing")).toBeUndefined();
    expect(registry.requests).toEqual(["HEAD /v2/ns/app/manifests/1", "HEAD /v2/ns/app/manifests/missing"]);
  });

  test.each([
    ["tells no digest", 200],
    ["knows no HEAD", 405],
  ])("reads the manifest where the registry %s", async (_name, status) => {
    registry.intercept = (request, response) => {
      if (request.method !== "HEAD") return false;
      response.writeHead(status).end();
      return true;
    };
    expect(await client().resolve("1")).toBe(digest);
  });

  test("a refusal says why", async () => {
    registry.intercept = (_request, response) => {
      response.writeHead(403).end('{"errors":[{"message":"denied"}]}');
      return true;
    };
    await expect(client().resolve("1")).rejects.toThrow(/status 403, denied/);
  });
});

test("a manifest's media type is asked for without a pull, and read where the registry knows no HEAD", async () => {
  expect(await client().mediaType("missing")).toBeUndefined();
  const type = "application/vnd.oci.image.manifest.v1+json";
  expect(await client().mediaType("1")).toBe(type);
  expect(registry.requests).toEqual(["HEAD /v2/ns/app/manifests/missing", "HEAD /v2/ns/app/manifests/1"]);
  registry.intercept = ({ method }, response) => method === "HEAD" && !!response.writeHead(405).end();
  expect(await client().mediaType("1")).toBe(type);
});
