import type { Found } from "../adopt/finders";
import type { OciApi } from "../extract/functions/ociApi";
import { finders, madeAgain } from "./finders";
import { type PendingOperation, shortName, type State, type StateResource } from "./state";

/** What becomes of one thing that an update left unfinished. */
export interface Decision {
  operation: PendingOperation;
  /** `import`: it was made, and gets into the state; `forget`: it was not; `read`: a refresh sees; `unclear`: the user must say. */
  action: "import" | "forget" | "read" | "unclear";
  /** OCID or what `pulumi import` takes; with `import` alone. */
  id?: string;
  why: string;
}

/**
 * Looks in OCI for what pending creates did make.
 * @param given URN → ID that the user has given; empty: there is none
 */
export async function planRepair(
  state: State,
  pending: readonly PendingOperation[],
  api: () => Promise<OciApi>,
  given: ReadonlyMap<string, string>,
): Promise<Decision[]> {
  const decisions: Decision[] = [];
  const known = state.deployment.resources ?? [];
  for (const operation of pending) {
    const { type, resource } = operation;
    const decide = async (): Promise<Omit<Decision, "operation">> => {
      if (type !== "creating") return { action: "read", why: "the refresh looks at it" };
      const id = given.get(resource.urn);
      if (id === "") return { action: "forget", why: "as given" };
      if (id !== undefined) return { action: "import", id, why: "as given" };
      if (resource.custom === false)
        return { action: "forget", why: "a component has nothing in OCI itself" };
      const again = madeAgain.find(([pattern]) => pattern.test(resource.type));
      if (again) return { action: "forget", why: again[1] };
      return findCreated(resource, known, api);
    };
    decisions.push({ operation, ...(await decide()) });
  }
  return decisions;
}

async function findCreated(
  resource: StateResource,
  known: readonly StateResource[],
  api: () => Promise<OciApi>,
): Promise<Omit<Decision, "operation">> {
  const finder = finders[resource.type];
  const inputs = resource.inputs ?? {};
  const missing = [finder?.name ?? "", ...(finder?.needs ?? [])].filter(
    (name) => typeof inputs[name] !== "string",
  );
  if (finder === undefined) return { action: "unclear", why: "nothing is known of its type" };
  if (missing.length > 0) return { action: "unclear", why: `its ${missing.join(", ")} is not in the state` };
  const found = (await finder.find(await api(), inputs)).filter(
    (one) =>
      isWanted(one, inputs, [finder.name, "compartmentId"]) && !known.some(({ id }) => id === one.importId),
  );
  const [only] = found;
  const named = `${finder.noun} "${String(inputs[finder.name])}"`;
  if (only === undefined) return { action: "forget", why: `there is no ${named}` };
  if (found.length === 1) return { action: "import", id: only.importId, why: `${named} was made` };
  const ids = found.map(({ importId }) => importId).join(", ");
  return { action: "unclear", why: `there are ${found.length} of ${named}: ${ids}` };
}

function isWanted({ properties }: Found, inputs: Record<string, unknown>, names: readonly string[]): boolean {
  return names.every(
    (name) =>
      inputs[name] === undefined || properties[name] === undefined || inputs[name] === properties[name],
  );
}

const words = { import: "into the state", forget: "not in the state", read: "looked at", unclear: "unclear" };

/** A line for each. */
export function describePlan(decisions: readonly Decision[]): string {
  return decisions
    .map(({ operation: { resource }, action, id, why }) => {
      return `  ${shortName(resource)}: ${words[action]} (${why}${id === undefined ? "" : `: ${id}`})\n`;
    })
    .join("");
}
