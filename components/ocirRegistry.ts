import type * as pulumi from "@pulumi/pulumi";
import { ContainerRepositories, type ContainerRepositoriesArgs } from "./containerRepositories";
import type { ImageRegistry } from "./imageRegistry";
import { RegistryCredentials, type RegistryCredentialsArgs } from "./registryCredentials";

/** Oracle's registry as a value: repositories and a login to them, made here or elsewhere. */
export class OcirRegistry<Key extends string = string> implements ImageRegistry<Key> {
  readonly host: string;

  /** @param paths as `ContainerRepositories` has them, of one compartment or, put together, of several. */
  constructor(
    readonly credentials: RegistryCredentials,
    private readonly paths: Record<Key, pulumi.Output<string>>,
  ) {
    this.host = credentials.server;
  }

  /**
   * A login and the repositories of one compartment, both called `name`.
   * @throws pulumi.RunError as `RegistryCredentials.create`; pulumi.ResourceError for bad arguments
   */
  static async create<Key extends string>(
    name: string,
    args: ContainerRepositoriesArgs<Key> & RegistryCredentialsArgs,
    options?: pulumi.ComponentResourceOptions,
  ): Promise<OcirRegistry<Key>> {
    const credentials = await RegistryCredentials.create(name, args, options);
    return new OcirRegistry(credentials, new ContainerRepositories(name, args, options).paths);
  }

  repository(key: Key): pulumi.Output<string> {
    return this.paths[key];
  }
}
