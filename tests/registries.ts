import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { TestImage } from "../extract/layers/layerTesting";
import { findRegistryBinary } from "../local/registry/process";
import { freePort } from "../local/freePort";

/** The real registry program in several set-ups, and what stands between it and a client. Test support. */

const running: ChildProcess[] = [];
const servers: Server[] = [];

/** Starts the registry program with these additions to its configuration; resolves with its `127.0.0.1:PORT`. */
export async function startRegistry(
  folder: string,
  name: string,
  http: object = {},
  auth?: object,
): Promise<string> {
  const binary = findRegistryBinary(resolve(".local"));
  if (binary === undefined)
    throw new Error("No registry program; run npm start, or name it in REGISTRY_BINARY.");
  const host = `127.0.0.1:${await freePort()}`;
  const file = join(folder, `${name}.yml`);
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, "data") }, delete: { enabled: true } },
    http: { addr: host, ...http },
    ...(auth && { auth }),
  };
  writeFileSync(file, JSON.stringify(config));
  const environment = { ...process.env, OTEL_TRACES_EXPORTER: "none" };
  const child = spawn(binary, ["serve", file], { stdio: "ignore", env: environment });
  running.push(child);
  const port = Number(host.split(":")[1]);
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`The registry ended; its configuration is ${file}.`);
    if (await listens(port)) return host;
    await wait(25);
  }
  throw new Error(`The registry on ${host} does not answer.`);
}

/** Ends all registries and servers. */
export function stopRegistries(): void {
  for (const child of running.splice(0)) child.kill();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}

/** A server on 127.0.0.1; resolves with its `127.0.0.1:PORT`. */
export async function serve(server: Server): Promise<string> {
  servers.push(server);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return `127.0.0.1:${port}`;
}

/** What a front does with a request instead of passing it on; true when it has done something. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Passes requests on to `target`, except where the fault steps in. */
export function newFront(target: () => string, fault: Fault): Server {
  return createServer((incoming, response) => {
    if (fault(incoming, response)) return;
    pass(incoming, response, target());
  });
}

/** Passes one request on; `cutAfter` bytes of the body the connection breaks. */
export function pass(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: string,
  cutAfter = Infinity,
): void {
  const { method, url, headers } = incoming;
  const outgoing = request(`http://${target}${url ?? ""}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    let sent = 0;
    answer.on("data", (chunk: Buffer) => {
      const part = chunk.subarray(0, cutAfter - sent);
      sent += part.length;
      response.write(part);
      if (part.length < chunk.length) {
        answer.destroy();
        incoming.socket.destroySoon();
      }
    });
    answer.on("end", () => response.end());
  });
  incoming.pipe(outgoing);
}

/** A proxy that tunnels every host to `target`, for those who come with this authorization. */
export function newProxy(target: () => string, authorization: string, tunnels: string[]): Server {
  return createServer((_request, response) => response.writeHead(405).end()).on(
    "connect",
    (request: IncomingMessage, socket, head: Buffer) => {
      if (request.headers["proxy-authorization"] !== authorization) {
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      tunnels.push(request.url ?? "");
      const upstream = connect(Number(target().split(":")[1]), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    },
  );
}

/** `ca.crt`, and `server.crt` with `server.key` for the names, all made by openssl in the folder. */
export function makeCertificates(folder: string, names: string[]): void {
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const ca = ["-subj", "/CN=A test's authority", "-keyout", "ca.key", "-out", "ca.crt"];
  openssl("req", "-x509", "-days", "2", ...key, ...ca);
  openssl("req", ...key, "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr");
  writeFileSync(join(folder, "names"), `subjectAltName=${names.join(",")}\n`);
  const signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
  openssl("x509", "-req", "-in", "server.csr", ...signer, "-out", "server.crt");
}

/** Pushes an image by the distribution specification. */
export async function push(
  host: string,
  repository: string,
  tag: string,
  { blobs, manifest }: TestImage,
  authorization?: string,
): Promise<void> {
  const base = `http://${host}/v2/${repository}`;
  const headers = authorization === undefined ? undefined : { authorization };
  const must = async (answer: Promise<Response>, status: number): Promise<Response> => {
    const response = await answer;
    if (response.status === status) return response;
    throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  };
  for (const { bytes, digest } of blobs) {
    const begun = await must(fetch(`${base}/blobs/uploads/`, { method: "POST", headers }), 202);
    const url = new URL(begun.headers.get("location") ?? "", base);
    url.searchParams.set("digest", digest);
    await must(fetch(url, { method: "PUT", headers, body: new Uint8Array(bytes) }), 201);
  }
  const type = "application/vnd.oci.image.manifest.v1+json";
  const put = { method: "PUT", headers: { ...headers, "content-type": type }, body: manifest.bytes };
  await must(fetch(`${base}/manifests/${tag}`, { ...put, body: new Uint8Array(put.body) }), 201);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
