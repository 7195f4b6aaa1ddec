import { IMAGE_TYPE, nameResource } from "../pullRequests/resourceNames";
import { readExportedResources, readPreviewSteps, type ResourceState } from "../stacks/documents";

/** What an update would do with a resource. */
export type Change = "create" | "update" | "replace" | "delete";

/** A resource as the picture needs it; nothing of it is secret or names an account. */
export interface StackResource {
  urn: string;
  /** Pulumi's type token. */
  type: string;
  /** Its name in the cloud; where it has none that may be shown, the one in the program. */
  name: string;
  /** What it is: `bucket`, `NoSQL table`. */
  what: string;
  /** Whether a provider makes it; the others are components. */
  custom: boolean;
  /** URNs. */
  parent?: string;
  dependencies: string[];
  /** URN of the compartment that it is made in, where the stack makes that too. */
  compartment?: string;
  change?: Change;
}

export interface StackDocument {
  project: string;
  stack: string;
  /** Without the stack itself and its providers, sorted by URN. */
  resources: StackResource[];
}

const CHANGES: Record<string, Change> = {
  create: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
};

/**
 * @param json of `pulumi stack export`
 * @throws Error where it is none, or holds no resources
 */
export function readExport(json: string): StackDocument {
  return documentOf(
    readExportedResources(json)
      .filter((resource) => !resource.delete)
      .map((resource) => readResource(resource.urn, resource)),
  );
}

/**
 * @param json of `pulumi preview --json --show-sames`
 * @throws Error where it is none, or holds no resources
 */
export function readPreview(json: string): StackDocument {
  const found = readPreviewSteps(json).flatMap(({ op, urn, oldState, newState }) => {
    const state = newState ?? oldState;
    return state === undefined ? [] : [readResource(urn, state, CHANGES[op])];
  });
  // A replacement is several steps with one URN.
  return documentOf([...new Map(found.map((resource) => [resource.urn, resource])).values()]);
}

function documentOf(all: StackResource[]): StackDocument {
  const root = all.find(({ type }) => type === "pulumi:pulumi:Stack");
  if (root === undefined) {
    throw new Error(
      "There is nothing to draw, since the stack has no resources: run `pulumi up` first, or draw --from preview.",
    );
  }
  const [, , stack = ""] = root.urn.split(":");
  const [, project = ""] = root.urn.split("::");
  const resources = all
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .sort((a, b) => (a.urn < b.urn ? -1 : 1));
  return { project, stack, resources };
}

function readResource(urn: string, resource: ResourceState, change?: Change): StackResource {
  const { type, custom, inputs, parent, dependencies, propertyDependencies } = resource;
  const state = { custom, inputs: withoutIds(inputs) };
  const { kind, name } = nameResource({ urn, type, old: undefined, new: state });
  const [compartment] = propertyDependencies.compartmentId ?? [];
  return {
    urn,
    type,
    name: type === IMAGE_TYPE ? (imageName(inputs) ?? name) : name,
    what: kind,
    custom,
    dependencies,
    ...(parent !== undefined && { parent }),
    ...(compartment !== undefined && { compartment }),
    ...(change !== undefined && { change }),
  };
}

/** An OCID is a name to nobody. */
function withoutIds(inputs: Record<string, unknown>): Record<string, unknown> {
  const isId = (value: unknown) => typeof value === "string" && value.includes("ocid1.");
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => !isId(value)));
}

/** With its version; the registry's host and the tenancy's namespace before it are nothing that people call it by. */
function imageName({ imageName }: Record<string, unknown>): string | undefined {
  return typeof imageName === "string" ? /^[^/]+\/[^/]+\/(.+)$/.exec(imageName)?.[1] : undefined;
}
