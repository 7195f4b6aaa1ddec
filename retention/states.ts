import { z } from "zod";
import type { RunPulumi } from "../stacks/pulumi";
import { findStack } from "../stacks/stacks";
import { RetentionError } from "./errors";

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

/**
 * Reads every stack of the project in the current backend.
 * @param wanted default: the stack that is selected
 * @throws RetentionError where one of them cannot be read, StackError where there is none of that name
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
