import { z } from "zod";

/** A resource as the program wants it: of a preview. */
export interface Wanted {
  urn: string;
  type: string;
  /** Logical name. */
  name: string;
  /** False for components. */
  custom: boolean;
  /** What an update would do: `create`, `same`, `update`, … */
  op: string;
  /** URN. */
  parent?: string;
  /** URN and ID, for what has a provider. */
  provider?: string;
  /** OCID, or what stands for it; where it is in the stack already. */
  id?: string;
  /** Whether the program protects it. */
  protect: boolean;
  inputs: Record<string, unknown>;
  /** Input → URNs of the resources that it comes from. */
  sources: Record<string, string[]>;
}

/** What the engine writes for a value that only an update will tell. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const previewSchema = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        provider: z.string().optional(),
        newState: z
          .object({
            type: z.string(),
            custom: z.boolean().default(false),
            protect: z.boolean().default(false),
            id: z.string().optional(),
            parent: z.string().optional(),
            inputs: z.record(z.string(), z.unknown()).default({}),
            propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).default({}),
          })
          .optional(),
      }),
    )
    .default([]),
});

/** @param text what `pulumi preview --json` prints */
export function readPreview(text: string): Wanted[] {
  const { steps } = previewSchema.parse(JSON.parse(text));
  return steps.flatMap(({ op, urn, provider, newState }) => {
    if (newState === undefined) return [];
    const { type, custom, protect, id, parent, inputs, propertyDependencies } = newState;
    const sources = Object.fromEntries(
      Object.entries(propertyDependencies).map(([name, urns]) => [name, urns ?? []]),
    );
    const wanted = {
      urn,
      type,
      name: urn.split("::").slice(3).join("::"),
      custom,
      protect,
      op,
      inputs,
      sources,
    };
    return [
      {
        ...wanted,
        ...(parent !== undefined && { parent }),
        ...(provider && { provider }),
        ...(id && { id }),
      },
    ];
  });
}

/** The version of a default provider; undefined for a provider of the program's own. */
export function defaultProviderVersion(provider = ""): string | undefined {
  const [, digits] = /::default(?:_(\d+_\d+_\d+[^:]*))?::/.exec(provider) ?? [];
  return digits?.replaceAll("_", ".");
}
