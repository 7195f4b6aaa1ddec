import { z } from "zod";
import { accessAdvice, Authorization, registryMessage } from "../extract/registry/authorization";
import { findCredential, type FoundCredential } from "../extract/registry/credentials";
import { sha256 } from "../extract/registry/digest";
import {
  type HttpRequest,
  type HttpResponse,
  Transport,
  type TransportOptions,
} from "../extract/registry/transport";
import { type ImageReference, registryUrl } from "../formats/imageReference";
import { PublishError } from "./errors";

export interface WriterOptions extends TransportOptions {
  /** The default finds one for the host as extract/README.md tells. */
  findCredential?: () => Promise<FoundCredential>;
}

/** A manifest as the registry has it. */
export interface StoredManifest {
  bytes: Buffer;
  mediaType: string;
}

/** What a registry refused, with its reason. */
export class Refusal extends PublishError {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
].join(", ");

const tagsSchema = z.looseObject({ tags: z.array(z.string()).nullable().optional() });

/** Reads tags, and puts small blobs and manifests into, one repository. Why our own: docs/decisions/0010-image-referrers.md. */
export class RepositoryWriter {
  readonly #transport: Transport;
  readonly #authorization: Authorization;
  readonly #base: string;

  constructor(
    private readonly place: Pick<ImageReference, "host" | "repository">,
    options: WriterOptions = {},
  ) {
    const { host, repository } = place;
    this.#transport = new Transport(options);
    this.#base = `${registryUrl(host)}/v2/${repository}`;
    const find = options.findCredential ?? (() => findCredential(host, options.environment, this.#transport));
    this.#authorization = new Authorization(host, this.#transport, find);
  }

  close(): void {
    this.#transport.close();
  }

  /** The manifest under a tag or digest; undefined where there is none. */
  async manifest(reference: string): Promise<StoredManifest | undefined> {
    const response = await this.#send(`${this.#base}/manifests/${reference}`, {
      headers: { accept: manifestTypes },
    });
    if (response.statusCode === 404) {
      await response.drop();
      return undefined;
    }
    await this.#expect(response, [200], `read manifest ${reference}`);
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const [mediaType = ""] = (response.headers["content-type"] ?? "").split(";");
    return { bytes: Buffer.concat(chunks), mediaType };
  }

  /** All tags of the repository. */
  async tags(): Promise<string[]> {
    const found: string[] = [];
    for (let page: string | undefined = `${this.#base}/tags/list?n=1000`; page !== undefined;) {
      const response: HttpResponse = await this.#send(page, {});
      await this.#expect(response, [200], "list tags");
      const { tags } = tagsSchema.parse(JSON.parse(await response.text()));
      found.push(...(tags ?? []));
      const next = /<([^>]+)>;\s*rel="?next"?/.exec(String(response.headers.link ?? ""))?.[1];
      page = next === undefined ? undefined : this.#onThisRegistry(new URL(next, page));
    }
    return found;
  }

  /** Uploads what the registry does not have yet. @returns its digest */
  async putBlob(bytes: Buffer): Promise<string> {
    const digest = sha256(bytes);
    const known = await this.#send(`${this.#base}/blobs/${digest}`, { method: "HEAD" });
    await known.drop();
    if (known.statusCode === 200) return digest;
    const begun = await this.#send(`${this.#base}/blobs/uploads/`, { method: "POST" });
    await this.#expect(begun, [202], "begin an upload");
    await begun.drop();
    const place = new URL(begun.headers.location ?? "", `${this.#base}/blobs/uploads/`);
    this.#onThisRegistry(place);
    place.searchParams.set("digest", digest);
    const headers = { "content-type": "application/octet-stream" };
    const ended = await this.#send(place.href, { method: "PUT", headers, body: bytes });
    await this.#expect(ended, [201], "take a blob");
    await ended.drop();
    return digest;
  }

  /**
   * Stores a manifest under its digest, or a tag.
   * @returns the digest of the subject that the registry has linked it to: only one with the referrers API does
   */
  async putManifest(bytes: Buffer, mediaType: string, tag?: string): Promise<string | undefined> {
    const url = `${this.#base}/manifests/${tag ?? sha256(bytes)}`;
    const response = await this.#send(url, {
      method: "PUT",
      headers: { "content-type": mediaType },
      body: bytes,
    });
    await this.#expect(response, [201], `take ${tag === undefined ? "a manifest" : `tag ${tag}`}`);
    await response.drop();
    const subject = response.headers["oci-subject"];
    return typeof subject === "string" ? subject : undefined;
  }

  /** Whether the registry serves the referrers API: Amazon's tells of a subject and does not. */
  async hasReferrers(digest: string): Promise<boolean> {
    const response = await this.#send(`${this.#base}/referrers/${digest}`, {});
    await response.drop();
    return response.statusCode === 200;
  }

  /** Credentials are for the registry alone. */
  #onThisRegistry(url: URL): string {
    if (url.origin !== new URL(this.#base).origin) {
      throw new PublishError(`Registry ${this.place.host} wants a request sent to ${url.host}; refused.`);
    }
    return url.href;
  }

  #send(url: string, request: HttpRequest): Promise<HttpResponse> {
    return this.#authorization.send(url, this.place.repository, request);
  }

  async #expect(response: HttpResponse, statuses: readonly number[], what: string): Promise<void> {
    const { statusCode: status } = response;
    if (statuses.includes(status)) return;
    const { host, repository } = this.place;
    const details = `status ${status}${registryMessage(await response.text())}`;
    const { who, problem } = await this.#authorization.described();
    const denied = status === 401 || status === 403;
    const advice = denied ? `; ${accessAdvice(host)}${problem}` : ".";
    throw new Refusal(
      `Registry ${host} refuses to ${what} in ${repository} ${who} (${details})${advice}`,
      status,
    );
  }
}
