import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { ArtifactsClient } from "oci-artifacts";
import { ConfigFileAuthenticationDetailsProvider, DefaultRequestSigner } from "oci-common";
import { IdentityClient } from "oci-identity";

import { artifacts } from "../cloud/artifacts/routes";
import { type CloudServer, startCloud } from "../cloud/cloudServer";
import { identity } from "../cloud/identity/routes";
import { findRegistryBinary } from "./process";
import { registerRegistry } from "./registerRegistry";
import { tokenPath } from "./tokenRoute";

/** `describe` for tests that need the registry program; without it they are skipped, and say so. */
export function describeWithRegistry(name: string, tests: () => void): void {
  const binary = findRegistryBinary(resolve(".local"));
  if (binary !== undefined) {
    process.env.REGISTRY_BINARY = resolve(binary);
    describe(name, tests);
    return;
  }
  process.stderr.write(`skipped: "${name}", there is no registry program (set REGISTRY_BINARY)\n`);
  describe.skip(name, tests);
}

/** A local cloud with a registry, in this process, and the ways to it that the tests take. */
export class RegistryFixture {
  private constructor(
    readonly stateDir: string,
    private server: CloudServer,
  ) {}

  static async start(): Promise<RegistryFixture> {
    const stateDir = mkdtempSync(join(tmpdir(), "registry-test-"));
    return new RegistryFixture(stateDir, await startServer(stateDir));
  }

  get cloud(): CloudServer["cloud"] {
    return this.server.cloud;
  }

  get url(): string {
    return this.server.url;
  }

  get namespace(): string {
    return this.cloud.account.namespace;
  }

  async restart(): Promise<void> {
    await this.server.close();
    this.server = await startServer(this.stateDir);
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  get artifacts(): ArtifactsClient {
    const client = new ArtifactsClient({ authenticationDetailsProvider: this.provider() });
    client.endpoint = this.url;
    return client;
  }

  /** A new auth token of the local user. */
  async authToken(): Promise<string> {
    const client = new IdentityClient({ authenticationDetailsProvider: this.provider() });
    client.endpoint = this.url;
    const { userId } = this.cloud.account;
    const created = await client.createAuthToken({
      userId,
      createAuthTokenDetails: { description: "a test" },
    });
    return created.authToken.token ?? "";
  }

  /** A session token, had with a signed request as OCI's documentation says. */
  async sessionToken(): Promise<string> {
    const uri = `${this.url}${tokenPath}`;
    const headers = new Headers();
    await new DefaultRequestSigner(this.provider()).signHttpRequest({ uri, method: "GET", headers });
    const response = await fetch(uri, { headers });
    return ((await response.json()) as { token: string }).token;
  }

  /** A request to `/v2/<namespace>/PATH`. */
  async request(
    path: string,
    options: Omit<RequestInit, "headers"> & { token?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    // The registry hides manifests of kinds that a client does not ask for.
    const headers = new Headers({ accept: manifestType, ...options.headers });
    if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
    return fetch(`${this.url}/v2/${this.namespace}/${path}`, { ...options, headers });
  }

  /** Pushes an image of one layer that holds `content`; the answer is the one to the manifest. */
  async push(
    repository: string,
    reference: string,
    content: string,
    token: string,
    configuration: object = {},
  ): Promise<Response> {
    const layer = await this.pushBlob(repository, Buffer.from(content), token);
    const config = await this.pushBlob(repository, Buffer.from(JSON.stringify(configuration)), token);
    const body = manifestOf(config, layer);
    const headers = { "content-type": manifestType };
    return this.request(`${repository}/manifests/${reference}`, { method: "PUT", body, headers, token });
  }

  private async pushBlob(repository: string, content: Buffer, token: string): Promise<Descriptor> {
    const digest = digestOf(content);
    const begun = await this.request(`${repository}/blobs/uploads/`, { method: "POST", token });
    if (begun.status !== 202) throw new Error(`upload refused: ${begun.status} ${await begun.text()}`);
    const url = new URL(begun.headers.get("location") ?? "", this.url);
    url.searchParams.set("digest", digest);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" };
    const done = await fetch(url, { method: "PUT", body: new Uint8Array(content), headers });
    if (done.status !== 201) throw new Error(`upload failed: ${done.status} ${await done.text()}`);
    return { digest, size: content.length };
  }

  private provider(): ConfigFileAuthenticationDetailsProvider {
    return new ConfigFileAuthenticationDetailsProvider(join(this.stateDir, "oci", "config"));
  }
}

interface Descriptor {
  digest: string;
  size: number;
}

export const manifestType = "application/vnd.oci.image.manifest.v1+json";

export function digestOf(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** The code of a registry's error body. */
export async function errorOf(response: Response): Promise<{ code: string; message: string } | undefined> {
  return ((await response.json()) as { errors: { code: string; message: string }[] }).errors[0];
}

/** The text of the manifest that `push` makes. */
function manifestOf(config: Descriptor, layer: Descriptor): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer }],
  });
}

function startServer(stateDir: string): Promise<CloudServer> {
  return startCloud({ stateDir, port: 0, services: [identity, artifacts], registerRegistry });
}
