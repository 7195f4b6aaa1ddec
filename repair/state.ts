import { z } from "zod";
import { nameOfUrn } from "../stacks/urn";
import { RepairError } from "./errors";

/** A resource as `pulumi stack export` has it. What is not named here is kept as it is. */
const resourceSchema = z.looseObject({
  urn: z.string(),
  type: z.string(),
  /** False of a component. */
  custom: z.boolean().optional(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  delete: z.boolean().optional(),
});

const stateSchema = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(resourceSchema).optional(),
    pending_operations: z.array(z.object({ type: z.string(), resource: resourceSchema })).optional(),
  }),
});

export type StateResource = z.output<typeof resourceSchema>;
export type State = z.output<typeof stateSchema>;
/** What an update had begun and not ended: `creating`, `updating`, `deleting`, … */
export interface PendingOperation {
  type: string;
  resource: StateResource;
}

/** @param text what `pulumi stack export` prints */
export function readState(text: string): State {
  const read = stateSchema.safeParse(JSON.parse(text));
  if (read.success) return read.data;
  throw new RepairError(
    "`pulumi stack export` prints a state that this version does not understand; use Pulumi 3.",
  );
}

export function pendingOperations({ deployment }: State): PendingOperation[] {
  return deployment.pending_operations ?? [];
}

/** A logical name as users know it, behind its type: `oci:Nosql/table:Table fotogal-users`. */
export function shortName({ type, urn }: StateResource): string {
  return `${type} ${nameOfUrn(urn)}`;
}

/**
 * The state without operations that hang, and with what they did make: with the inputs of the program, and without outputs, which
 * makes a refresh read all of it by its ID.
 * @param made URN → ID of resources that were made
 */
export function mendedState(state: State, made: ReadonlyMap<string, string>): State {
  const { pending_operations: pending = [], resources = [], ...deployment } = state.deployment;
  const mended = [...resources];
  for (const { type, resource } of pending) {
    const id = made.get(resource.urn);
    if (type !== "creating" || id === undefined) continue;
    const added = { ...resource, id, outputs: {} };
    const old = mended.findIndex(({ urn, delete: goes }) => urn === resource.urn && goes !== true);
    const before = mended[old];
    // Of a replacement, the new one is made first; the old one is then to be deleted.
    if (before === undefined) mended.push(added);
    else mended.splice(old, 1, added, { ...before, delete: true });
  }
  return { ...state, deployment: { ...deployment, resources: mended } };
}
