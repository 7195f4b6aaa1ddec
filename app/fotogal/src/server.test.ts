import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Configuration } from "./config";
import type { Pictures } from "./pictures";
import { type ServerOptions, buildServer } from "./server";

const configured = { config: {} } as Configuration;

const hostileName = `<script>alert("1")</script>.png`;
const pictures: Pictures = {
  list: () =>
    Promise.resolve([
      { name: hostileName, size: 3, created: new Date("2024-05-06T07:08:09Z") },
      { name: "a/b.jpg", size: 3, created: new Date(0) },
    ]),
  read: (name) =>
    Promise.resolve(
      name === "a/b.jpg"
        ? { type: "image/jpeg", size: 3, body: Readable.from([Buffer.from("abc")]) }
        : undefined,
    ),
};

const servers: FastifyInstance[] = [];

/** Starts a server on a free port and resolves with its address. */
function start(options: Omit<ServerOptions, "version">): Promise<string> {
  const server = buildServer({ version: "1.2.3", ...options });
  servers.push(server);
  return server.listen({ host: "127.0.0.1", port: 0 });
}

afterAll(() => Promise.all(servers.map((server) => server.close())));

describe("a server whose configuration is not complete", () => {
  let address: string;
  beforeAll(async () => {
    address = await start({ configuration: { problems: ["CSRF_KEY is not set"] } });
  });

  it("answers health", async () => {
    const response = await fetch(`${address}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok", version: "1.2.3" });
  });

  it("says what is missing", async () => {
    const response = await fetch(`${address}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: "not ready", problems: ["CSRF_KEY is not set"] });
  });

  it.each(["/", "/pictures/a", "/style.css"])("serves nothing at %s", async (path) => {
    expect((await fetch(address + path)).status).toBe(503);
  });
});

describe("a configured server", () => {
  let address: string;
  beforeAll(async () => {
    address = await start({ configuration: configured, pictures });
  });

  it("is ready", async () => {
    expect(await (await fetch(`${address}/readyz`)).json()).toEqual({ status: "ready" });
  });

  it("lists the pictures, whatever their names are", async () => {
    const response = await fetch(address);
    const body = await response.text();
    expect(body).not.toContain("<script>");
    expect(body).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;.png, <time>2024-05-06</time>");
    expect(body).toContain('src="/pictures/a%2Fb.jpg"');
    expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  it("serves a picture by the address that the page gives", async () => {
    const response = await fetch(`${address}/pictures/a%2Fb.jpg`);
    expect(await response.text()).toBe("abc");
    expect(response.headers.get("content-type")).toBe("image/jpeg");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("answers 404 for what is no picture", async () => {
    expect((await fetch(`${address}/pictures/none.png`)).status).toBe(404);
  });

  it("answers 502 when Object Storage refuses, and keeps its words out of the page", async () => {
    const refusal = Object.assign(new Error("NotAuthenticated: key of user X"), { statusCode: 401 });
    const failing: Pictures = { list: () => Promise.reject(refusal), read: () => Promise.reject(refusal) };
    const response = await fetch(await start({ configuration: configured, pictures: failing }));
    expect(response.status).toBe(502);
    expect(await response.text()).not.toContain("NotAuthenticated");
  });
});
