import { readPreviewSteps } from "../stacks/documents";
import { nameOfUrn } from "../stacks/urn";

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

/**
 * @param text what `pulumi preview --json` prints
 * @throws StackError where it is something else
 */
export function readPreview(text: string): Wanted[] {
  return readPreviewSteps(text).flatMap(({ op, urn, provider, newState }) => {
    if (newState === undefined) return [];
    const { type, custom, protect, id, parent, inputs, propertyDependencies: sources } = newState;
    const wanted = { urn, type, name: nameOfUrn(urn), custom, protect, op, inputs, sources };
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
