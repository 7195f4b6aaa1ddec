import { readExportedResources } from "../stacks/documents";
import type { RunPulumi } from "../stacks/pulumi";

/** Type and ID, as `managedBy` has them for keys. */
export const managedKey = (type: string, id: string): string => `${type} ${id}`;

/**
 * What these stacks manage. Their secrets stay closed.
 * @returns `managedKey` of a resource → name of its stack
 * @throws StackError where the state of one cannot be read
 */
export async function managedBy(pulumi: RunPulumi, stacks: readonly string[]): Promise<Map<string, string>> {
  const entries = await Promise.all(
    stacks.map(async (stack) => {
      const resources = readExportedResources(await pulumi(["stack", "export", "--stack", stack]));
      return resources.flatMap(({ type, custom, id, external }): [string, string][] =>
        custom && !external && id !== undefined ? [[managedKey(type, id), stack]] : [],
      );
    }),
  );
  return new Map(entries.flat());
}
