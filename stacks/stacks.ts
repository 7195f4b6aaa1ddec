import { z } from "zod";
import type { AccountOverrides } from "../account";
import { StackError } from "./errors";
import type { RunPulumi } from "./pulumi";

export interface StackConfig {
  /** The `fotogal-motando:` configuration, as text. */
  settings: Record<string, string | undefined>;
  /** The `oci:` configuration. */
  account: AccountOverrides;
}

const listSchema = z.array(
  z.object({ name: z.string(), current: z.boolean().optional(), updateInProgress: z.boolean().optional() }),
);

const configSchema = z.record(z.string(), z.object({ value: z.string().optional() }));

/**
 * Lists the project's stacks in the current backend, and finds one among them.
 * @param wanted default: the stack that is selected
 * @throws StackError where there is none of that name
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
    throw new StackError(`${problem}; name one with --stack (${choice}).`);
  }
  return { name, stacks };
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
