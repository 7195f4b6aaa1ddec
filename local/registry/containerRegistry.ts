import { mkdirSync, rmSync } from "node:fs";

import { Pool } from "undici";

import {
  type ImageReference,
  ImageReferenceError,
  isLoopbackHost,
  parseImageReference,
} from "../../formats/imageReference";
import type { Cloud, Registry } from "../cloud/cloud";
import { invalidParameter, ServiceError } from "../cloud/errors";
import { KeyedLock } from "./lock";
import type { RegistryProcess } from "./process";
import { reconcile } from "./reconcile";
import { type RegistryPaths, removeRepositoryContent } from "./storage";

/** Every kind of manifest that the registry keeps: without them it answers with the oldest kind or not at all. */
export const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** An answer of the registry program, read whole: for manifests, which are small. */
export interface RegistryAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** The registry program as the cloud's services and the front use it. Repositories are named without the namespace. */
export class ContainerRegistry implements Registry {
  /** Connections to the registry program. */
  readonly connections: Pool;
  /** Changes of one repository's manifests come one after another, so that what is checked still holds when it is done. */
  readonly changes = new KeyedLock();
  private starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly cloud: Cloud,
    private readonly program: RegistryProcess,
  ) {
    // Uploads last as long as they last: the client is the one that gives up.
    this.connections = new Pool("http://registry", {
      socketPath: program.paths.socket,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Where the registry program keeps its files. */
  get programPaths(): RegistryPaths {
    return this.program.paths;
  }

  /** Waits until the registry runs. @throws ServiceError 503 that says why it doesn't. */
  async ready(): Promise<void> {
    await this.program.start();
    const problem = this.program.problem();
    if (problem !== undefined) throw unavailable(problem);
  }

  /** The path in the registry: namespace first. */
  path(repository: string): string {
    return `${this.cloud.account.namespace}/${repository}`;
  }

  /** @throws ServiceError 400 when the text is no image reference. */
  async resolveImageDigest(image: string): Promise<string | undefined> {
    const { host, repository, tag, digest } = parsed(image);
    const ownHost = isLoopbackHost(host) || host.endsWith(".ocir.io") || host.endsWith(".oraclecloud.com");
    const namespace = this.path("");
    if (!ownHost || !repository.startsWith(namespace)) return undefined;
    return this.digestOf(repository.slice(namespace.length), digest ?? tag ?? "latest");
  }

  /** The digest of the manifest that a tag or digest names, if there is one. */
  async digestOf(repository: string, reference: string): Promise<string | undefined> {
    const answer = await this.send("HEAD", this.manifestUrl(repository, reference), {
      accept: manifestTypes,
    });
    if (answer.status === 404) return undefined;
    const digest = answer.headers["docker-content-digest"];
    if (answer.status !== 200 || typeof digest !== "string") throw unexpected(answer);
    return digest;
  }

  /** Removes a manifest with its tags, by its digest, or one tag alone. */
  async removeManifest(repository: string, reference: string): Promise<void> {
    const answer = await this.send("DELETE", this.manifestUrl(repository, reference));
    if (answer.status !== 202 && answer.status !== 404) throw unexpected(answer);
  }

  /** Removes every manifest, tag and layer link of a repository. */
  removeRepository(repository: string): void {
    removeRepositoryContent(this.program.paths, this.path(repository));
  }

  /** Removes everything that was ever pushed. */
  reset(): void {
    const { content } = this.program.paths;
    rmSync(content, { recursive: true, force: true });
    mkdirSync(content, { recursive: true, mode: 0o700 });
  }

  /** Starts the registry program, and brings the cloud's records up to what it has. */
  start(): void {
    this.starting = this.startAndReconcile();
  }

  async stop(): Promise<void> {
    const stopped = this.program.stop();
    await this.connections.destroy();
    await this.starting;
    await stopped;
  }

  private async startAndReconcile(): Promise<void> {
    await this.program.start();
    try {
      await reconcile(this.cloud, this);
    } catch (error) {
      // Why the program does not run is told to those who need it.
      if (!(error instanceof ServiceError)) {
        process.stderr.write(`registry: its images are not all recorded: ${(error as Error).message}\n`);
      }
    }
  }

  manifestUrl(repository: string, reference: string): string {
    return `/v2/${this.path(repository)}/manifests/${reference}`;
  }

  /** Sends a request to the registry program; ServiceError 503 when it cannot be reached. */
  async send(
    method: "GET" | "HEAD" | "PUT" | "DELETE",
    url: string,
    headers: Record<string, string> = {},
    body?: Buffer,
  ): Promise<RegistryAnswer> {
    await this.ready();
    try {
      const options = { method, path: url, headers, ...(body === undefined ? {} : { body }) };
      const answer = await this.connections.request(options);
      const content = Buffer.from(await answer.body.arrayBuffer());
      return { status: answer.statusCode, headers: answer.headers, body: content };
    } catch (error) {
      throw unavailable(`The registry does not answer (${(error as Error).message}).`);
    }
  }
}

function parsed(image: string): ImageReference {
  try {
    return parseImageReference(image);
  } catch (error) {
    throw error instanceof ImageReferenceError ? invalidParameter(error.message) : error;
  }
}

function unavailable(message: string): ServiceError {
  return new ServiceError(503, "ServiceUnavailable", message);
}

function unexpected(answer: RegistryAnswer): ServiceError {
  return new ServiceError(500, "InternalServerError", `The registry answered with status ${answer.status}.`);
}
