import { registryToken, loadAccount } from "../account";
import { sha256 } from "../extract/registry/digest";
import { type ImageReference, parseImageReference, registryUrl } from "../formats/imageReference";
import { attach } from "../publish/attach";
import { RepositoryWriter } from "../publish/repositoryWriter";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

/** Pushes tiny images into one repository, through the registry, and asks it what it has. */
export class ScratchImages {
  readonly #writer: RepositoryWriter;
  readonly #place: ImageReference;

  /** @param repository `host/namespace/repository` */
  constructor(
    repository: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.#place = parseImageReference(repository);
    this.#writer = new RepositoryWriter(this.#place, { environment });
  }

  close(): void {
    this.#writer.close();
  }

  /** @param tags none: by its digest alone. @returns the digest */
  async push(content: string, ...tags: string[]): Promise<string> {
    const blob = async (text: string, type: string) => {
      const bytes = Buffer.from(text);
      const mediaType = `application/vnd.oci.image.${type}`;
      return { mediaType, digest: await this.#writer.putBlob(bytes), size: bytes.length };
    };
    const config = await blob(JSON.stringify({ os: "linux", architecture: "amd64" }), "config.v1+json");
    const layers = [await blob(content, "layer.v1.tar")];
    return this.#put({ schemaVersion: 2, mediaType: manifestType, config, layers }, tags);
  }

  /** Pushes an index of images that are there. @returns its digest */
  async pushIndex(digests: readonly string[], ...tags: string[]): Promise<string> {
    const members = digests.map(async (digest) => {
      const size = (await this.#writer.manifest(digest))?.bytes.length;
      return { mediaType: manifestType, digest, size, platform: { os: "linux", architecture: "amd64" } };
    });
    return this.#put({ schemaVersion: 2, mediaType: indexType, manifests: await Promise.all(members) }, tags);
  }

  /** Attaches a text to an image. @returns the digest of the manifest that refers to it */
  async attach(digest: string, text: string): Promise<string> {
    const artifact = { type: "text/plain", content: Buffer.from(text), annotations: {} };
    const attached = await attach({ ...this.#place, digest }, artifact, { environment: this.environment });
    if (!attached.attached) throw new Error(attached.reason);
    return parseImageReference(attached.uri).digest ?? "";
  }

  /** The status with which the registry answers to a pull of a tag or digest. */
  async status(reference: string): Promise<number> {
    const { host, repository } = this.#place;
    const token = await registryToken(loadAccount({}, this.environment), host);
    const response = await fetch(`${registryUrl(host)}/v2/${repository}/manifests/${reference}`, {
      headers: { authorization: `Bearer ${token}`, accept: `${manifestType}, ${indexType}` },
    });
    return response.status;
  }

  async #put(
    manifest: { mediaType: string; [part: string]: unknown },
    tags: readonly string[],
  ): Promise<string> {
    const bytes = Buffer.from(JSON.stringify(manifest));
    for (const tag of tags.length === 0 ? [undefined] : tags) {
      await this.#writer.putManifest(bytes, manifest.mediaType, tag);
    }
    return sha256(bytes);
  }
}
