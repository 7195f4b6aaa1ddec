import { registryUrl } from "../../formats/imageReference";
import { accessAdvice, Authorization, registryMessage } from "./authorization";
import { findCredential, type FoundCredential } from "./credentials";
import { sha256, verified } from "./digest";
import { ExtractError } from "../errors";
import { type HttpResponse, maximumAttempts, Transport, type TransportOptions } from "./transport";

/** A blob or manifest as another document names it. */
export interface Descriptor {
  mediaType?: string;
  digest: string;
  /** Bytes. */
  size: number;
  annotations?: Record<string, string>;
}

export interface FetchedManifest {
  bytes: Buffer;
  digest: string;
  mediaType: string;
}

export interface RegistryOptions extends TransportOptions {
  /** The default finds one for the host as README.md tells. */
  findCredential?: () => Promise<FoundCredential>;
}

const maximumDocument = 16 * 1024 * 1024;
const acceptManifests = {
  accept: [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
  ].join(", "),
};

/** Reads one repository of a registry; everything read by digest is verified. */
export class RegistryClient {
  readonly #transport: Transport;
  readonly #authorization: Authorization;
  readonly #base: string;

  constructor(
    private readonly host: string,
    private readonly repository: string,
    options: RegistryOptions = {},
  ) {
    this.#transport = new Transport(options);
    this.#base = `${registryUrl(host)}/v2/${repository}`;
    const find = options.findCredential ?? (() => findCredential(host, options.environment, this.#transport));
    this.#authorization = new Authorization(host, this.#transport, find);
  }

  close(): void {
    this.#transport.close();
  }

  /** The manifest or index under a tag or digest. */
  async manifest(reference: string): Promise<FetchedManifest> {
    const isDigest = reference.includes(":");
    const what = `${this.repository}${isDigest ? "@" : ":"}${reference}`;
    const response = await this.#get(`/manifests/${reference}`, what, acceptManifests);
    const bytes = await this.#document(response.body, `The manifest of ${what}`);
    const digest = sha256(bytes);
    const claimed = isDigest ? reference : response.headers["docker-content-digest"];
    if (typeof claimed === "string" && claimed.startsWith("sha256:") && claimed !== digest) {
      throw new ExtractError(
        `The manifest of ${what} is not what its digest says: it has digest ${digest}, not ${claimed}.`,
      );
    }
    return { bytes, digest, mediaType: mediaTypeOf(response) };
  }

  /** The digest that a tag has now; undefined when the registry has no such tag. Costs no pull where pulls are counted. */
  async resolve(tag: string): Promise<string | undefined> {
    const response = await this.#request("HEAD", `/manifests/${tag}`, acceptManifests);
    await response.drop();
    const { statusCode, headers } = response;
    if (statusCode === 404) return undefined;
    const digest = headers["docker-content-digest"];
    if (statusCode === 200 && typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest)) {
      return digest;
    }
    // Without the digest only the manifest itself tells; without success only its refusal has a reason.
    return (await this.manifest(tag)).digest;
  }

  /** The media type of the manifest under a tag or digest; undefined when there is none. Costs no pull, as `resolve`. */
  async mediaType(reference: string): Promise<string | undefined> {
    const response = await this.#request("HEAD", `/manifests/${reference}`, acceptManifests);
    await response.drop();
    if (response.statusCode === 404) return undefined;
    if (response.statusCode === 200) return mediaTypeOf(response);
    return (await this.manifest(reference)).mediaType;
  }

  /** A small blob, whole. */
  async document(descriptor: Descriptor, what: string): Promise<Buffer> {
    return this.#document(this.blob(descriptor, what), `${what} ${descriptor.digest}`);
  }

  /** A blob's bytes; a broken download goes on where it stopped. Fails at the end when the digest is wrong. */
  blob(descriptor: Descriptor, what: string): AsyncGenerator<Buffer, void, undefined> {
    return verified(this.#download(descriptor, what), descriptor, what);
  }

  /**
   * Part of a blob, which the caller must verify: the blob's own digest does not cover parts.
   * @param start in bytes; `length`, at least 1, too
   * @returns undefined when the registry does not serve parts of it, so that it must be read whole
   */
  async range(
    descriptor: Descriptor,
    start: number,
    length: number,
    what: string,
  ): Promise<Buffer | undefined> {
    const name = `${what} ${descriptor.digest}`;
    const end = start + length - 1;
    for (let attempt = 1; ; attempt++) {
      const headers = { range: `bytes=${start}-${end}` };
      const response = await this.#get(`/blobs/${descriptor.digest}`, name, headers, [416]);
      const range = response.statusCode === 206 ? rangeOf(response) : undefined;
      if (range?.start !== start || range.end !== end) {
        // Not read to its end: that may be the whole blob.
        response.cutOff();
        return undefined;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      try {
        for await (const chunk of response.body) {
          chunks.push(chunk);
          size += chunk.length;
          if (size > length) return undefined;
        }
        if (size === length) return Buffer.concat(chunks);
      } catch (error) {
        if (!this.#transport.isTransient(error)) throw error;
      }
      if (attempt >= maximumAttempts) throw brokenOff(name, size, length);
      await this.#transport.pause(attempt);
    }
  }

  async *#download(descriptor: Descriptor, what: string): AsyncGenerator<Buffer, void, undefined> {
    const name = `${what} ${descriptor.digest}`;
    let received = 0;
    let ranges = true;
    for (let fruitless = 0; ;) {
      const before = received;
      const resumes = ranges && received > 0;
      const headers: Record<string, string> = resumes ? { range: `bytes=${received}-` } : {};
      const response = await this.#get(`/blobs/${descriptor.digest}`, name, headers, resumes ? [416] : []);
      if (response.statusCode === 416) {
        await response.drop();
        ranges = false;
        continue;
      }
      // A registry that does not serve ranges sends everything again.
      let skip = received - (response.statusCode === 206 ? (rangeOf(response)?.start ?? received) : 0);
      if (skip < 0) {
        response.cutOff();
        throw new ExtractError(`Registry ${this.host} goes on with the wrong part of ${name}.`);
      }
      try {
        for await (const chunk of response.body) {
          const rest = chunk.subarray(Math.min(skip, chunk.length));
          skip -= chunk.length - rest.length;
          received += rest.length;
          if (rest.length > 0) yield rest;
        }
        return;
      } catch (error) {
        if (received >= descriptor.size) return;
        fruitless = received > before ? 1 : fruitless + 1;
        if (!this.#transport.isTransient(error) || fruitless >= maximumAttempts) {
          throw brokenOff(name, received, descriptor.size);
        }
        await this.#transport.pause(fruitless);
      }
    }
  }

  /** @param also statuses that are an answer too, beside 200 and 206 */
  async #get(
    path: string,
    what: string,
    headers: Record<string, string>,
    also: readonly number[] = [],
  ): Promise<HttpResponse> {
    const response = await this.#request("GET", path, headers);
    if ([200, 206, ...also].includes(response.statusCode)) return response;
    throw await this.#refusal(response, what);
  }

  #request(method: "GET" | "HEAD", path: string, headers: Record<string, string>): Promise<HttpResponse> {
    return this.#authorization.send(this.#base + path, this.repository, { method, headers });
  }

  async #refusal(response: HttpResponse, what: string): Promise<ExtractError> {
    const { statusCode: status, origin } = response;
    const server = origin === new URL(this.#base).origin ? "" : ` from ${new URL(origin).host}`;
    const text = await response.text();
    const details = `status ${status}${server}${registryMessage(text)}`;
    const { anonymous, who, problem } = await this.#authorization.described();
    if (status === 401 || status === 403) {
      return new ExtractError(
        `Registry ${this.host} refuses to read ${this.repository} ${who} (${details}); ` +
          `${accessAdvice(this.host)}${problem}`,
      );
    }
    if (status === 429) {
      const wait = response.retryAfter;
      const when = wait === undefined ? "later" : `in ${Math.ceil(wait / 60_000)} min`;
      const login = anonymous ? `, or log in with docker login ${this.host} for a higher limit` : "";
      return new ExtractError(
        `Registry ${this.host} allows no more requests ${who} (${details}); try again ${when}${login}.${problem}`,
      );
    }
    if (status === 404) return new ExtractError(`Registry ${this.host} has no ${what} (${details}).`, 404);
    return new ExtractError(`Registry ${this.host} failed to serve ${what} (${details}).`);
  }

  async #document(source: AsyncIterable<Buffer>, what: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maximumDocument) throw new ExtractError(`${what} is larger than ${maximumDocument} bytes.`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

function mediaTypeOf({ headers }: HttpResponse): string {
  return ((headers["content-type"] ?? "").split(";")[0] ?? "").trim();
}

function brokenOff(name: string, received: number, size: number): ExtractError {
  return new ExtractError(`${name} broke off after ${received} of ${size} bytes; try again.`);
}

/** The bytes that a partial answer has, first and last; undefined when it doesn't say. */
function rangeOf({ headers }: HttpResponse): { start: number; end: number } | undefined {
  const [, start, end] = /^bytes (\d+)-(\d+)\//.exec(String(headers["content-range"])) ?? [];
  return start === undefined ? undefined : { start: Number(start), end: Number(end) };
}
