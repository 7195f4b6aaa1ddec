import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestBlob, TestImage } from "../layers/layerTesting";

/** Takes a request over from the test registry by returning true. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A registry in this process, holding what a test gives it. Test support. */
export class TestRegistry {
  readonly manifests = new Map<string, TestBlob & { mediaType: string }>();
  readonly blobs = new Map<string, Buffer>();
  /** Method and URL of each request, with `*` behind those that carried credentials. */
  readonly requests: string[] = [];
  intercept: Intercept | undefined;
  readonly #server = createServer((request, response) => {
    const marked = request.headers.authorization === undefined ? "" : " *";
    this.requests.push(`${request.method ?? ""} ${request.url ?? ""}${marked}`);
    if (this.intercept?.(request, response) !== true) this.#serve(request, response);
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Makes the image readable as `app:1`; the digests of its blobs that were asked for are in `requests`. */
  add(
    image: TestImage,
    mediaType = "application/vnd.oci.image.manifest.v1+json",
    tag: string | undefined = "1",
  ): string {
    for (const { digest, bytes } of image.blobs) this.blobs.set(digest, bytes);
    const entry = { ...image.manifest, mediaType };
    this.manifests.set(image.manifest.digest, entry);
    this.manifests.set(tag, entry);
    return `${this.host}/app:${tag}`;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const [kind, name = ""] = (request.url ?? "").split("/").slice(-2);
    const manifest = kind === "manifests" ? this.manifests.get(name) : undefined;
    const bytes = manifest?.bytes ?? (kind === "blobs" ? this.blobs.get(name) : undefined);
    if (bytes === undefined) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code: "UNKNOWN", message: `${kind ?? ""} unknown` }] }));
      return;
    }
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const start = Number(first ?? 0);
    const end = Math.min(bytes.length, last ? Number(last) + 1 : bytes.length);
    if (start >= end && first !== undefined) {
      response.writeHead(416).end();
      return;
    }
    response.writeHead(first === undefined ? 200 : 206, {
      "content-type": manifest?.mediaType ?? "application/octet-stream",
      "content-length": end - start,
      ...(first !== undefined && { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` }),
      ...(manifest !== undefined && { "docker-content-digest": manifest.digest }),
    });
    response.end(request.method === "HEAD" ? undefined : bytes.subarray(start, end));
  }
}

/** Asks for a token from `/token` of the same registry, which knows the user `ns/me` with the password `p:w`. */
export function askForToken(registry: TestRegistry, token = () => "abc"): Intercept {
  return (request, response) => {
    if (request.url?.startsWith("/token") === true) {
      const basic = Buffer.from("ns/me:p:w").toString("base64");
      const allowed = request.headers.authorization === `Basic ${basic}`;
      response.writeHead(allowed ? 200 : 401).end(JSON.stringify({ token: token() }));
      return true;
    }
    if (request.headers.authorization === `Bearer ${token()}`) return false;
    const realm = `http://${registry.host}/token`;
    const challenge = `Bearer realm="${realm}",service="reg",scope="repository:ns/app:pull"`;
    response.writeHead(401, { "www-authenticate": challenge }).end();
    return true;
  };
}
