import { registryUrl } from "../formats/imageReference";
import { Authorization } from "./authorization";
import { findCredential, type FoundCredential } from "./credentials";
import { sha256, verified } from "./digest";
import { ExtractError } from "./errors";
import { type HttpResponse, maximumAttempts, Transport, type TransportOptions } from "./transport";

/** A blob or manifest as another document names it. */
export interface Descriptor {
  mediaType?: string;
  digest: string;
  /** Bytes. */
  size: number;
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
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Reads one repository of a registry; everything read by digest is verified. */
export class RegistryClient {
  readonly #transport: Transport;
  readonly #authorization: Authorization;
  readonly #base: string;
  #header: string | undefined;

  constructor(
    private readonly host: string,
    private readonly repository: string,
    options: RegistryOptions = {},
  ) {
    this.#transport = new Transport(options);
    this.#base = `${registryUrl(host)}/v2/${repository}`;
    const find = options.findCredential ?? (() => findCredential(host));
    this.#authorization = new Authorization(host, this.#transport, find);
  }

  close(): void {
    this.#transport.close();
  }

  /** The manifest or index under a tag or digest. */
  async manifest(reference: string): Promise<FetchedManifest> {
    const isDigest = reference.includes(":");
    const what = `${this.repository}${isDigest ? "@" : ":"}${reference}`;
    const response = await this.#get(`/manifests/${reference}`, what, { accept: manifestTypes });
    const bytes = await this.#document(response.body, `The manifest of ${what}`);
    const digest = sha256(bytes);
    const claimed = isDigest ? reference : response.headers["docker-content-digest"];
    if (typeof claimed === "string" && claimed.startsWith("sha256:") && claimed !== digest) {
      throw new ExtractError(
        `The manifest of ${what} is not what its digest says: it has digest ${digest}, not ${claimed}.`,
      );
    }
    const type = response.headers["content-type"];
    return { bytes, digest, mediaType: typeof type === "string" ? (type.split(";")[0] ?? "").trim() : "" };
  }

  /** A small blob, whole. */
  async document(descriptor: Descriptor, what: string): Promise<Buffer> {
    return this.#document(this.blob(descriptor, what), `${what} ${descriptor.digest}`);
  }

  /** A blob's bytes; a broken download goes on where it stopped. Fails at the end when the digest is wrong. */
  blob(descriptor: Descriptor, what: string): AsyncGenerator<Buffer, void, undefined> {
    return verified(this.#download(descriptor, what), descriptor, what);
  }

  async *#download(descriptor: Descriptor, what: string): AsyncGenerator<Buffer, void, undefined> {
    let received = 0;
    for (let fruitless = 0; ;) {
      const before = received;
      const headers: Record<string, string> = received > 0 ? { range: `bytes=${received}-` } : {};
      const response = await this.#get(
        `/blobs/${descriptor.digest}`,
        `${what} ${descriptor.digest}`,
        headers,
      );
      // A registry that does not serve ranges sends everything again.
      let skip = response.statusCode === 206 ? 0 : received;
      try {
        for await (const chunk of response.body) {
          const rest = chunk.subarray(Math.min(skip, chunk.length));
          skip -= chunk.length - rest.length;
          received += rest.length;
          if (rest.length > 0) yield rest;
        }
        return;
      } catch (error) {
        fruitless = received > before ? 1 : fruitless + 1;
        if (!this.#transport.isTransient(error) || fruitless >= maximumAttempts) {
          throw new ExtractError(
            `${what} ${descriptor.digest} broke off after ${received} of ${descriptor.size} bytes; try again.`,
          );
        }
        await this.#transport.pause(fruitless);
      }
    }
  }

  async #get(path: string, what: string, headers: Record<string, string>): Promise<HttpResponse> {
    const url = this.#base + path;
    const request = () =>
      this.#transport.send(url, {
        headers: this.#header === undefined ? headers : { ...headers, authorization: this.#header },
      });
    let response = await request();
    if (response.statusCode === 401) {
      const header = await this.#authorization.answer(response, this.repository);
      if (header !== undefined) {
        await response.drop();
        this.#header = header;
        response = await request();
      }
    }
    if (response.statusCode === 200 || response.statusCode === 206) return response;
    throw await this.#refusal(response, what);
  }

  async #refusal(response: HttpResponse, what: string): Promise<ExtractError> {
    const details = registryMessage(await response.text().catch(() => ""));
    const status = response.statusCode;
    if (status === 401 || status === 403) {
      const who = (await this.#authorization.hasCredential())
        ? "with these credentials"
        : "without a credential";
      return new ExtractError(
        `Registry ${this.host} refuses to read ${this.repository} ${who} (status ${status}${details}); ` +
          `log in with docker login ${this.host}, or check the policies.${await this.#authorization.problem()}`,
      );
    }
    if (status === 404) {
      return new ExtractError(`Registry ${this.host} has no ${what} (status 404${details}).`);
    }
    return new ExtractError(`Registry ${this.host} failed to serve ${what} (status ${status}${details}).`);
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

function registryMessage(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    const first = errors?.[0];
    const message = first?.message ?? first?.code;
    return message === undefined ? "" : `, ${message.replace(/\.$/, "")}`;
  } catch {
    return "";
  }
}
