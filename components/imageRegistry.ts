import type * as pulumi from "@pulumi/pulumi";
import type { RegistryCredentials } from "./registryCredentials";

/** A login to a registry. */
export type RegistryLogin = Pick<RegistryCredentials, "server" | "username" | "password" | "longLived">;

/** Where images are published, whosoever's registry it is: what an `AppImage` needs of it. */
export interface ImageRegistry<Key extends string = string> {
  /** The registry's host, as image references begin. */
  readonly host: string;
  /** For the registry's host. */
  readonly credentials: RegistryLogin;
  /** The path of a repository, `host/…/name`. Known after the repository exists, so what is pushed there comes later. */
  repository(key: Key): pulumi.Output<string>;
}
