import * as pulumi from "@pulumi/pulumi";

/** Leaves properties of the stack's resources as they are, where a resource exists already; a new one is made with them. */
export function keepAsFound(properties: readonly string[]): void {
  if (properties.length === 0) return;
  pulumi.runtime.registerStackTransformation(({ props, opts }) => ({
    props,
    opts: pulumi.mergeOptions(opts, { ignoreChanges: [...properties] }),
  }));
}
