import type { Readable } from "node:stream";
import {
  type AuthenticationDetailsProvider,
  ConfigFileAuthenticationDetailsProvider,
  FixedTimeDelayStrategy,
  MaxAttemptsTerminationStrategy,
  Region,
  ResourcePrincipalAuthenticationDetailsProvider,
} from "oci-common";
import { ObjectStorageClient } from "oci-objectstorage";
import type { Config } from "./config";

export interface Picture {
  name: string;
  /** Bytes. */
  size: number;
  created: Date;
}

export interface PictureContent {
  type: string;
  size: number;
  body: Readable;
}

/** Where the pictures are kept. */
export interface Pictures {
  /** All of them, the newest first. */
  list(): Promise<Picture[]>;
  /** One picture's content; undefined when there is none of that name, or it is not a picture. */
  read(name: string): Promise<PictureContent | undefined>;
}

const TYPES = new Set(["image/png", "image/jpeg", "image/gif"]);

/** The part of Object Storage's client that FotoGal calls. */
export type BucketClient = Pick<ObjectStorageClient, "listObjects" | "getObject">;

/** The pictures in FotoGal's private bucket; browsers reach them through FotoGal alone. */
export class BucketPictures implements Pictures {
  constructor(
    private readonly client: BucketClient,
    private readonly bucket: { namespaceName: string; bucketName: string },
  ) {}

  async list(): Promise<Picture[]> {
    const pictures: Picture[] = [];
    let start: string | undefined;
    do {
      const { listObjects } = await this.client.listObjects({
        ...this.bucket,
        start,
        fields: "name,size,timeCreated",
      });
      for (const { name, size, timeCreated } of listObjects.objects) {
        pictures.push({ name, size: size ?? 0, created: new Date(timeCreated ?? 0) });
      }
      start = listObjects.nextStartWith;
    } while (start);
    return pictures.sort((a, b) => b.created.getTime() - a.created.getTime());
  }

  async read(name: string): Promise<PictureContent | undefined> {
    try {
      const object = await this.client.getObject({ ...this.bucket, objectName: name });
      const body = object.value as Readable;
      if (TYPES.has(object.contentType))
        return { type: object.contentType, size: object.contentLength, body };
      body.destroy();
      return undefined;
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  }
}

/** Signs in as the resource that runs FotoGal where OCI says which one it is, and else by the API key of `OCI_CONFIG_FILE`. */
export function connectPictures(config: Config, env: NodeJS.ProcessEnv): Pictures {
  const authenticationDetailsProvider: AuthenticationDetailsProvider = env.OCI_RESOURCE_PRINCIPAL_VERSION
    ? ResourcePrincipalAuthenticationDetailsProvider.builder()
    : new ConfigFileAuthenticationDetailsProvider(env.OCI_CONFIG_FILE, env.OCI_CLI_PROFILE);
  // Somebody waits for the page: the SDK's own eight attempts would keep them for a minute.
  const retryConfiguration = {
    terminationStrategy: new MaxAttemptsTerminationStrategy(2),
    delayStrategy: new FixedTimeDelayStrategy(1),
  };
  const client = new ObjectStorageClient({ authenticationDetailsProvider }, { retryConfiguration });
  if (config.objectStorageEndpoint) client.endpoint = config.objectStorageEndpoint;
  else client.region = Region.fromRegionId(config.region);
  return new BucketPictures(client, { namespaceName: config.namespace, bucketName: config.bucket });
}
