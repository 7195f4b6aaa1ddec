import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestBlob, TestImage } from "./layerTesting";

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
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, {
      "content-type": manifest?.mediaType ?? "application/octet-stream",
      "content-length": bytes.length - start,
      ...(manifest !== undefined && { "docker-content-digest": manifest.digest }),
    });
    response.end(bytes.subarray(start));
  }
}
