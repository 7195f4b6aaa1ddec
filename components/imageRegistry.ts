import type * as pulumi from "@pulumi/pulumi";
import type { FoundCredential } from "../extract/registry/credentials";

/** A login to a registry. */
export interface RegistryLogin {
  /** The registry's host. */
  readonly server: string;
  /** As the registry wants it, with the namespace where it has one. */
  readonly username: string;
  /** Secret. A short-lived one is only got when the stack is updated; in a preview a placeholder is here. */
  readonly password: pulumi.Output<string>;
  /** Whether the password stays the same from one run to the next. */
  readonly longLived: boolean;
  /** What the registry can be asked with, in a preview too; secret, and never in the state. */
  forReading(): pulumi.Output<FoundCredential>;
}

/** Where images are published, whosoever's registry it is: what an `AppImage` needs of it. */
export interface ImageRegistry<Key extends string = string> {
  /** The registry's host, as image references begin. */
  readonly host: string;
  /** For the registry's host. */
  readonly credentials: RegistryLogin;
  /** The path of a repository, `host/…/name`. Known after the repository exists, so what is pushed there comes later. */
  repository(key: Key): pulumi.Output<string>;
}
