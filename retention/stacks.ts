import { z } from "zod";
import type { AccountOverrides } from "../account";
import { RetentionError } from "./errors";
import type { RunPulumi } from "./pulumi";

/** A stack as the backend keeps it, with its secrets open: no part of it is ever shown. */
export interface StackState {
  name: string;
  /** The state, as JSON. */
  text: string;
}

/** Of the stack's outputs those that are read here. */
interface StackOutputs {
  /** Object Storage namespace. */
  namespace: string;
  /** Name → OCID. */
  compartments: Record<string, string>;
  /** Name → `host/namespace/repository`. */
  repositories: Record<string, string>;
}

/** What the images' own stack says of them. */
export interface StackImages extends StackOutputs {
  /** OCIDs of the compartments that its repositories lie in: one that was adopted may be in none of the stack's own. */
  repositoryCompartments: string[];
}

export interface StackConfig {
  /** The `fotogal-motando:` configuration, as text. */
  settings: Record<string, string | undefined>;
  /** The `oci:` configuration. */
  account: AccountOverrides;
}

const listSchema = z.array(
  z.object({ name: z.string(), current: z.boolean().optional(), updateInProgress: z.boolean().optional() }),
);

const outputsSchema = z.object({
  namespace: z.string(),
  compartments: z.record(z.string(), z.string()),
  repositories: z.record(z.string(), z.string()),
});

const repositorySchema = z.object({ compartmentId: z.string() });

const stateSchema = z.object({
  deployment: z.object({
    resources: z.array(z.object({ type: z.string(), outputs: z.unknown().optional() })).optional(),
  }),
});

const configSchema = z.record(z.string(), z.object({ value: z.string().optional() }));

/**
 * Lists the project's stacks in the current backend, and finds one among them.
 * @param wanted default: the stack that is selected
 * @throws RetentionError where there is none of that name
 */
export async function findStack(
  pulumi: RunPulumi,
  wanted: string | undefined,
): Promise<{ name: string; stacks: z.output<typeof listSchema> }> {
  const stacks = listSchema.parse(JSON.parse(await pulumi(["stack", "ls", "--json"])));
  const names = stacks.map(({ name }) => name);
  const name = stacks.find(({ name, current }) =>
    // Pulumi Cloud's names may begin with an organization.
    wanted === undefined ? current : name === wanted || name.endsWith(`/${wanted}`),
  )?.name;
  if (name === undefined) {
    const problem = wanted === undefined ? "No stack is selected" : `There is no stack "${wanted}"`;
    const choice = names.length === 0 ? "the backend has none of this project" : names.join(", ");
    throw new RetentionError(`${problem}; name one with --stack (${choice}).`);
  }
  return { name, stacks };
}

/**
 * Reads every stack of the project in the current backend.
 * @param wanted default: the stack that is selected
 * @throws RetentionError where one of them cannot be read
 */
export async function readStacks(
  pulumi: RunPulumi,
  wanted: string | undefined,
): Promise<{ name: string; states: StackState[] }> {
  const { name, stacks } = await findStack(pulumi, wanted);
  const names = stacks.map((stack) => stack.name);
  const busy = stacks.filter(({ updateInProgress }) => updateInProgress).map((stack) => stack.name);
  if (busy.length > 0) {
    throw new RetentionError(
      `Nothing is deleted: stack ${busy.join(", ")} is being updated, and may push images that no output names yet; try again when it is done.`,
    );
  }
  const problems: string[] = [];
  const read = async (stack: string): Promise<StackState> => {
    try {
      // Open, since an output that is secret may name an image too.
      return { name: stack, text: await pulumi(["stack", "export", "--show-secrets", "--stack", stack]) };
    } catch (error) {
      problems.push(`\n  ${stack}: ${(error as Error).message}`);
      return { name: stack, text: "" };
    }
  };
  const states = await Promise.all(names.map(read));
  if (problems.length > 0) {
    throw new RetentionError(
      `Nothing is deleted: what these stacks use cannot be read; give the passphrase or access that they need:${problems.sort().join("")}`,
    );
  }
  return { name, states };
}

/** @throws RetentionError where the stack has not been brought up */
export function imagesOf({ name, text }: StackState): StackImages {
  const { resources = [] } = stateSchema.parse(JSON.parse(text)).deployment;
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
  const read = outputsSchema.safeParse(outputs);
  const repositoryCompartments = resources.flatMap((resource) =>
    resource.type === "oci:Artifacts/containerRepository:ContainerRepository"
      ? (repositorySchema.safeParse(resource.outputs).data?.compartmentId ?? [])
      : [],
  );
  if (read.success) return { ...read.data, repositoryCompartments };
  throw new RetentionError(
    `Stack ${name} has no outputs namespace, compartments and repositories; bring it up first (pulumi up --stack ${name}).`,
  );
}

export async function configOf(pulumi: RunPulumi, stack: string): Promise<StackConfig> {
  const printed = await pulumi(["config", "--json", "--show-secrets", "--stack", stack]);
  const values = Object.entries(configSchema.parse(JSON.parse(printed)));
  const below = (namespace: string): Record<string, string | undefined> =>
    Object.fromEntries(
      values
        .filter(([key]) => key.startsWith(`${namespace}:`))
        .map(([key, { value }]) => [key.slice(namespace.length + 1), value]),
    );
  return { settings: below("fotogal-motando"), account: below("oci") };
}
