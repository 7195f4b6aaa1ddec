import { z } from "zod";
import type { RunPulumi } from "../stacks/pulumi";

const stateSchema = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          type: z.string(),
          custom: z.boolean().optional(),
          id: z.string().optional(),
          /** Only read by the program. */
          external: z.boolean().optional(),
        }),
      )
      .optional(),
  }),
});

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
      const text = await pulumi(["stack", "export", "--stack", stack]);
      const { resources = [] } = stateSchema.parse(JSON.parse(text)).deployment;
      return resources.flatMap(({ type, custom, id, external }): [string, string][] =>
        custom === true && external !== true && id !== undefined ? [[managedKey(type, id), stack]] : [],
      );
    }),
  );
  return new Map(entries.flat());
}
