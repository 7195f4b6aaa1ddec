import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { connectEngine } from "./engine";

let directory: string;
let servers: Server[];
let connections: number;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "connect-"));
  servers = [];
  connections = 0;
});

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(directory, { recursive: true });
});

/** A stand-in engine that tells which one it is. */
const answer =
  (name: string): RequestListener =>
  (request, response) =>
    response
      .setHeader("Content-Type", "application/json")
      .end(request.url === "/_ping" ? "OK" : `{"Name":"${name}"}`);

async function listen(server: Server, place: string | number): Promise<number> {
  servers.push(server);
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) =>
    typeof place === "string" ? server.listen(place, resolve) : server.listen(place, "127.0.0.1", resolve),
  );
  return (server.address() as AddressInfo).port;
}

async function nameOf(environment: NodeJS.ProcessEnv, host?: string): Promise<string> {
  const engine = await connectEngine(host, { DOCKER_CONFIG: directory, ...environment });
  return ((await engine.info()) as { Name: string }).Name;
}

/** `ssh` on a PATH of its own. */
function ssh(script: string): NodeJS.ProcessEnv {
  const file = path.join(directory, "ssh");
  writeFileSync(file, `#!/bin/sh\necho "$@" >>${directory}/arguments\n${script}\n`);
  chmodSync(file, 0o755);
  return { PATH: `${directory}:${process.env.PATH ?? ""}` };
}

it("prefers the given host to DOCKER_HOST, whatever kinds of address they are", async () => {
  const socket = path.join(directory, "docker.sock");
  await listen(createHttp(answer("socket")), socket);
  const port = await listen(createHttp(answer("port")), 0);
  const [unix, tcp] = [`unix://${socket}`, `tcp://127.0.0.1:${port}`];
  expect(await nameOf({ DOCKER_HOST: unix })).toBe("socket");
  expect(await nameOf({ DOCKER_HOST: tcp })).toBe("port");
  const before = process.env.DOCKER_HOST;
  try {
    // The client library reads it by itself.
    process.env.DOCKER_HOST = tcp;
    expect(await nameOf(process.env, unix)).toBe("socket");
    process.env.DOCKER_HOST = unix;
    expect(await nameOf(process.env, tcp)).toBe("port");
  } finally {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
  }
});

it("speaks TLS, both sides showing a certificate, and refuses an engine of another authority", async () => {
  const file = (name: string) => path.join(directory, `${name}.pem`);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file("key")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...key, "-out", file("cert"), ...subject], { stdio: "ignore" });
  writeFileSync(file("ca"), readFileSync(file("cert")));
  const own = { key: readFileSync(file("key")), cert: readFileSync(file("cert")) };
  const options = { ...own, ca: own.cert, requestCert: true, rejectUnauthorized: true };
  const port = await listen(createHttps(options, answer("tls")), 0);
  const environment = { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: "1" };
  expect(await nameOf({ ...environment, DOCKER_CERT_PATH: directory })).toBe("tls");

  execFileSync("openssl", ["req", "-x509", ...key, "-out", file("ca"), ...subject], { stdio: "ignore" });
  writeFileSync(file("key"), own.key);
  await expect(nameOf({ ...environment, DOCKER_CERT_PATH: directory })).rejects.toThrow(
    /not reachable at tcp:\/\/127\.0\.0\.1:\d+ \(.*(SELF_SIGNED|VERIFY|SIGNATURE).*\), the address from DOCKER_HOST/,
  );
});

it("goes through the user's ssh, one connection for several requests", async () => {
  const socket = path.join(directory, "docker.sock");
  await listen(createHttp(answer("far away")), socket);
  const bridge = `const s=require("net").connect("${socket}");process.stdin.pipe(s).pipe(process.stdout)`;
  const environment = ssh(`exec "${process.execPath}" -e '${bridge}'`);
  const engine = await connectEngine("ssh://me@builder:2222/run/my docker.sock", environment);
  for (let times = 0; times < 3; times++) expect(await engine.info()).toEqual({ Name: "far away" });
  expect(connections).toBe(1);
  expect(readFileSync(path.join(directory, "arguments"), "utf8")).toBe(
    "-l me -p 2222 -o ConnectTimeout=30 -T -- builder docker '--host=unix:///run/my docker.sock' system dial-stdio\n",
  );
});

it.each([
  [
    'echo "Host key verification failed." >&2; exit 255',
    "ssh ended with exit code 255: Host key verification failed.",
  ],
  ["kill -9 $$", "ssh ended with signal SIGKILL"],
])("repeats what ssh says when it ends (%s)", async (script, words) => {
  await expect(connectEngine(undefined, { ...ssh(script), DOCKER_HOST: "ssh://builder" })).rejects.toThrow(
    `Docker is not reachable at ssh://builder (${words}), the address from DOCKER_HOST: start Docker there, or correct DOCKER_HOST.`,
  );
});

it("says so when there is no ssh", async () => {
  await expect(connectEngine("ssh://builder", { PATH: directory })).rejects.toThrow(
    "(ssh cannot be started: spawn ssh ENOENT), the address from the provider's host",
  );
});

it("names the socket that it tried and what named it", async () => {
  await expect(connectEngine(undefined, { DOCKER_HOST: "unix:///nowhere/docker.sock" })).rejects.toThrow(
    "Docker is not reachable at unix:///nowhere/docker.sock (ENOENT), the address from DOCKER_HOST: start Docker there, or correct DOCKER_HOST.",
  );
});
