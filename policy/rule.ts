import type { PolicyConfigSchema } from "@pulumi/policy";

/** A resource as a rule sees it. */
export interface CheckedResource {
  /** Pulumi's type token: `oci:ObjectStorage/bucket:Bucket`. */
  type: string;
  /** Name in the program. */
  name: string;
  /** Inputs; reading one that a preview cannot know throws. */
  props: Readonly<Record<string, unknown>>;
  /** Whether Pulumi refuses to delete it. */
  protect: boolean;
  project: string;
  stack: string;
}

/** The stack's configuration by full key, `fotogal-motando:protect`; structures as JSON text. */
export interface StackConfiguration {
  /** What is written in plain text. */
  plain: Readonly<Record<string, string>>;
}

interface Named {
  /** As in the file for `--policy-pack-config`. */
  name: string;
  /** What is right, as one sentence. */
  description: string;
}

/**
 * A rule over single resources. What depends on the configuration alone belongs to the stack's own resource, the first of all.
 * Settings come from the file for `--policy-pack-config`; `schema` has their defaults.
 */
export interface ResourceRule<Settings extends object = object> extends Named {
  schema?: PolicyConfigSchema;
  /** Each a sentence for people who do not know Pulumi: which resource, what is wrong, what to type. */
  problems(resource: CheckedResource, settings: Settings, configuration: StackConfiguration): string[];
}

/** A rule over all resources together. */
export interface StackRule<Settings extends object = object> extends Named {
  schema?: PolicyConfigSchema;
  problems(resources: readonly CheckedResource[], settings: Settings): string[];
}

export const STACK_TYPE = "pulumi:pulumi:Stack";

/** How messages call a resource: `Bucket "fotogal-images"`. */
export function called({ type, name }: Pick<CheckedResource, "type" | "name">): string {
  return `${type.split(":").pop() ?? type} "${name}"`;
}
