import * as pulumi from "@pulumi/pulumi";
import type { EcrRepositoryInputs, EcrRepositoryState } from "../ecr";

type Inputs = { [Name in keyof EcrRepositoryInputs]: pulumi.Input<EcrRepositoryInputs[Name]> };

/**
 * A repository in Amazon ECR, made by AWS's SDK in a dynamic provider, as the account that AWS's own tools would use.
 * docs/decisions/0011-ecr-provider.md has the reasons.
 */
export class EcrRepository extends pulumi.dynamic.Resource {
  declare readonly repositoryName: pulumi.Output<string>;
  declare readonly arn: pulumi.Output<string>;
  /** Path for image references. */
  declare readonly uri: pulumi.Output<string>;

  constructor(name: string, args: Inputs, options?: pulumi.CustomResourceOptions) {
    const outputs = { arn: undefined, uri: undefined };
    super(provider, name, { ...args, ...outputs }, options, "fotogal-motando", "EcrRepository");
  }
}

/**
 * Pulumi keeps this object's source in the state and runs it from there, so it holds nothing but calls of the bundle in the
 * checkout that runs: no credentials, no code to go stale, no path of one machine.
 */
const provider: pulumi.dynamic.ResourceProvider<EcrRepositoryInputs, EcrRepositoryState> = {
  async diff(_id, old, wanted) {
    return (await bundled()).diffRepository(old, wanted);
  },
  async create(wanted) {
    return (await bundled()).createRepository(wanted);
  },
  async read(id, known) {
    const props = await (await bundled()).readRepository(known as EcrRepositoryState);
    return props === undefined ? { id: "" } : { id, props, inputs: props };
  },
  async update(_id, old, wanted) {
    return (await bundled()).updateRepository(old, wanted);
  },
  async delete(_id, old) {
    await (await bundled()).deleteRepository(old);
  },
};

/** Pulumi runs providers in the project's folder. */
function bundled(): Promise<typeof import("../ecr")> {
  return import(`${process.cwd()}/dist/ecr.js`) as Promise<typeof import("../ecr")>;
}
