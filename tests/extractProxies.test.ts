import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { RegistryOptions } from "../extract/registry/registryClient";
import { content, dockerConfig, environment, extract, loggedIn, newImage } from "./extraction";
import {
  type Fault,
  makeCertificates,
  newFront,
  newProxy,
  push,
  serve,
  startRegistry,
  stopRegistries,
} from "./registries";

/** Extraction from the real registry program with TLS, a private authority and passwords, through a proxy. */

const folder = mkdtempSync(join(tmpdir(), "extract-proxies-"));
/** Bcrypt of the password `p:w`. */
const htpasswd = "ns/me:$2y$05$Gn3vYxwZ4sZ1kqQpT8c1fOafbbwoM.a/QO0LKTr6gIkA2i88UVqV6\n";
let plain = "";

jest.setTimeout(60_000);

afterAll(() => {
  stopRegistries();
  rmSync(folder, { recursive: true, force: true });
});

const proxyLogin = `Basic ${Buffer.from("me:secret").toString("base64")}`;
const reference = "registry.example/ns/app:1";
const authority = join(folder, "ca.crt");
const tls = { certificate: join(folder, "server.crt"), key: join(folder, "server.key") };
const tunnels: string[] = [];
let proxy = "";
let login = "";

beforeAll(async () => {
  makeCertificates(folder, ["DNS:registry.example", "DNS:localhost"]);
  plain = await startRegistry(folder, "plain");
  await push(plain, "ns/app", "1", await newImage());
  writeFileSync(join(folder, "htpasswd"), htpasswd);
  const auth = { htpasswd: { realm: "tests", path: join(folder, "htpasswd") } };
  const host = await startRegistry(folder, "tls", { tls }, auth);
  proxy = await serve(newProxy(() => host, proxyLogin, tunnels));
  login = loggedIn(folder, "tls", "https://registry.example/v2/");
});
beforeEach(() => (tunnels.length = 0));

const behind = (variables: NodeJS.ProcessEnv = {}): RegistryOptions => ({
  environment: environment({
    DOCKER_CONFIG: login,
    HTTPS_PROXY: `http://me:secret@${proxy}`,
    SSL_CERT_FILE: authority,
    ...variables,
  }),
});

test("is read with the authority of SSL_CERT_FILE", async () => {
  await extract(reference, behind());
  expect(new Set(tunnels)).toEqual(new Set(["registry.example:443"]));
});

test("is read with the authority that Docker keeps for the host", async () => {
  const certificates = join(folder, "tls", "certs.d", "registry.example");
  mkdirSync(certificates, { recursive: true });
  writeFileSync(join(certificates, "ca.crt"), readFileSync(authority));
  await extract(reference, behind({ SSL_CERT_FILE: "" }));
  rmSync(certificates, { recursive: true });
});

test("is read by the command, with a credential helper and Node's own variable", async () => {
  const config = dockerConfig(folder, "helper", { credHelpers: { "registry.example": "test" } });
  const helper = `#!/bin/sh\nread host\n[ "$host" = registry.example ] && echo '{"Username":"ns/me","Secret":"p:w"}'\n`;
  writeFileSync(join(config, "docker-credential-test"), helper, { mode: 0o755 });
  const { environment: variables } = behind({
    DOCKER_CONFIG: config,
    PATH: `${config}:${process.env.PATH ?? ""}`,
    SSL_CERT_FILE: "",
    NODE_EXTRA_CA_CERTS: authority,
    HOME: folder,
  });
  const out = join(folder, "out");
  const launch = [resolve("local/toolchain/launch.mjs"), "extract", reference, "--out", out];
  await promisify(execFile)(process.execPath, launch, { env: variables });
  expect(readFileSync(join(out, "big"), "utf8")).toBe(content);
});

test.each<[string, NodeJS.ProcessEnv, RegExp]>([
  [
    "no authority",
    { SSL_CERT_FILE: "" },
    /^The certificate of registry\.example cannot be trusted \(.*\); .* SSL_CERT_FILE, or put it at \/etc\/docker\/certs\.d\/registry\.example\/ca\.crt\.$/,
  ],
  [
    "a file of no authority",
    { SSL_CERT_FILE: join(folder, "htpasswd") },
    /^SSL_CERT_FILE names \S+htpasswd, which has no certificate in PEM\.$/,
  ],
  [
    "a file that is not there",
    { SSL_CERT_FILE: "/missing" },
    /^SSL_CERT_FILE names \/missing, which cannot be read/,
  ],
  [
    "no login",
    { DOCKER_CONFIG: join(folder, "nothing") },
    /refuses to read ns\/app without a credential \(status 401, authentication required\)/,
  ],
])("with %s: one sentence", async (_name, variables, message) => {
  await expect(extract(reference, behind(variables))).rejects.toThrow(message);
});

test("a name that the certificate does not have is no reason to go on", async () => {
  await expect(extract("other.example/ns/app:1", behind())).rejects.toThrow(
    /^The certificate of other\.example cannot be trusted \(.*altnames/,
  );
});

test.each([
  ["refuses", () => `http://me:wrong@${proxy}`, /the proxy answers with status 407/],
  ["is not there", () => "http://me:wrong@127.0.0.1:1", /ECONNREFUSED/],
])("a proxy that %s is named, without its password", async (_name, address, reason) => {
  const failure = extract(reference, behind({ HTTPS_PROXY: address() }));
  await expect(failure).rejects.toThrow(reason);
  await expect(failure).rejects.toThrow(
    /^registry\.example cannot be reached .* and the proxy 127\.0\.0\.1:\d+ in HTTPS_PROXY\.$/,
  );
  await expect(failure).rejects.not.toThrow("wrong");
});

test("a proxy's own challenge gets no answer", async () => {
  const thief = createServer().on("connect", (_request, socket) => {
    const challenge = "www-authenticate: Basic realm=registry";
    socket.end(`HTTP/1.1 401 Unauthorized\r\n${challenge}\r\ncontent-length: 0\r\n\r\n`);
  });
  const options = behind({ HTTPS_PROXY: `http://${await serve(thief)}` });
  await expect(extract(reference, options)).rejects.toThrow(/the proxy answers with status 401/);
});

test("a proxy that says nothing is left when the user stops", async () => {
  const abort = new AbortController();
  const silent = createServer();
  const left = new Promise((resolve) =>
    silent.on("connect", (_request, socket) => {
      socket.on("error", resolve).on("end", resolve);
      socket.resume();
      abort.abort();
    }),
  );
  const options = { ...behind({ HTTPS_PROXY: `http://${await serve(silent)}` }), signal: abort.signal };
  await expect(extract(reference, options)).rejects.toThrow(/abort/);
  await left;
});

test("a redirect from this machine leads there, without the proxy", async () => {
  const storage = await startRegistry(folder, "storage", { tls });
  const port = storage.split(":")[1] ?? "";
  const seen: (string | undefined)[] = [];
  const fault: Fault = ({ url, headers }, response) => {
    if (url?.includes("/blobs/") !== true) return false;
    seen.push(headers.authorization);
    response.writeHead(307, { location: `https://localhost:${port}${url}` }).end();
    return true;
  };
  const front = await serve(newFront(() => plain, fault));
  await extract(`${front}/ns/app:1`, behind());
  expect(seen.length).toBeGreaterThan(2);
  expect(tunnels).toEqual([]);
});
