/** What an update would do with a resource. */
export type Change = "create" | "update" | "replace" | "delete";

/** A resource as the picture needs it; nothing of it is secret or names an account. */
export interface StackResource {
  urn: string;
  /** Pulumi's type token. */
  type: string;
  /** Pulumi's name, the last part of the URN. */
  name: string;
  /** Whether a provider makes it; the others are components. */
  custom: boolean;
  /** Its name in the cloud, where the program gives one. */
  shownName?: string;
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

/** What Pulumi writes of a resource, as far as it is read here. */
interface EngineResource {
  urn: string;
  type: string;
  custom?: boolean;
  /** Replaced already, and still to be deleted. */
  delete?: boolean;
  inputs?: Record<string, unknown>;
  parent?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
}

/** What the engine writes for a value that is not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

interface PreviewStep {
  op: string;
  oldState?: EngineResource;
  newState?: EngineResource;
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
  const { deployment } = parsed(json, "pulumi stack export") as {
    deployment?: { resources?: EngineResource[] | null };
  };
  return documentOf(
    (deployment?.resources ?? [])
      .filter((resource) => resource.delete !== true)
      .map((resource) => readResource(resource)),
  );
}

/**
 * @param json of `pulumi preview --json --show-sames`
 * @throws Error where it is none, or holds no resources
 */
export function readPreview(json: string): StackDocument {
  const { steps = [] } = parsed(json, "pulumi preview --json") as { steps?: PreviewStep[] };
  const found = steps.flatMap(({ op, oldState, newState }) => {
    const state = newState ?? oldState;
    return state === undefined ? [] : [readResource(state, CHANGES[op])];
  });
  // A replacement is several steps with one URN.
  return documentOf([...new Map(found.map((resource) => [resource.urn, resource])).values()]);
}

function parsed(json: string, command: string): object {
  try {
    return JSON.parse(json) as object;
  } catch {
    throw new Error(`\`${command}\` printed no JSON document; run it yourself to see what it says.`);
  }
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

function readResource(resource: EngineResource, change?: Change): StackResource {
  const { urn, type, custom = false, inputs = {}, parent, dependencies, propertyDependencies } = resource;
  const shownName = nameInCloud(inputs);
  const [compartment] = propertyDependencies?.compartmentId ?? [];
  return {
    urn,
    type,
    name: urn.split("::").at(-1) ?? urn,
    custom,
    dependencies: dependencies ?? [],
    ...(shownName !== undefined && { shownName }),
    ...(parent !== undefined && { parent }),
    ...(compartment !== undefined && { compartment }),
    ...(change !== undefined && { change }),
  };
}

/** Undefined too where it is secret, or only known after an update. */
function nameInCloud(inputs: Record<string, unknown>): string | undefined {
  const { name, displayName, imageName } = inputs;
  // Of an image's name, the registry's host and the tenancy's namespace say nothing that people call it by.
  const ofImage = typeof imageName === "string" ? /^[^/]+\/[^/]+\/(.+)$/.exec(imageName)?.[1] : undefined;
  const found = [name, displayName, ofImage].find((each) => typeof each === "string");
  return found === UNKNOWN || found?.includes("ocid1.") === true ? undefined : found;
}
