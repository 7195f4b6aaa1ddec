import { isAdopted, type Match } from "./match";
import { defaultProviderVersion, type Wanted } from "./wanted";

/** What `pulumi import --file` reads. */
export interface ImportFile {
  /** Name in this file → URN, of parents that the stack has already. */
  nameTable: Record<string, string>;
  resources: ImportedResource[];
}

export interface ImportedResource {
  type: string;
  /** Name in this file. */
  name: string;
  /** The resource's own, where another one in this file has it too. */
  logicalName?: string;
  component?: true;
  id?: string;
  parent?: string;
  version?: string;
}

const stackType = "pulumi:pulumi:Stack";

/** The adopted resources with the components above them, and the components that have no resources at all. */
export function importFile(wanted: readonly Wanted[], matches: readonly Match[]): ImportFile {
  const byUrn = new Map(wanted.map((one) => [one.urn, one]));
  const adopted = new Map(matches.filter(isAdopted).map((match) => [match.wanted.urn, match]));
  const included = wanted.filter((one) => {
    if (one.custom) return adopted.has(one.urn);
    if (one.op !== "create" || one.type === stackType) return false;
    const below = wanted.filter(({ custom, parent }) => custom && isBelow(parent, one.urn, byUrn));
    return below.length === 0 || below.some(({ urn }) => adopted.has(urn));
  });
  const names = uniqueNames(included);
  const nameTable: Record<string, string> = {};
  const resources = included.map((one): ImportedResource => {
    const name = names.get(one.urn) ?? one.name;
    const version = defaultProviderVersion(one.provider);
    const id = adopted.get(one.urn)?.found?.importId;
    const parent = parentOf(one, byUrn);
    if (parent !== undefined && !names.has(parent.urn)) nameTable[parent.name] = parent.urn;
    return {
      type: one.type,
      name,
      ...(name !== one.name && { logicalName: one.name }),
      ...(one.custom ? { id: id ?? "" } : { component: true as const }),
      ...(parent && { parent: names.get(parent.urn) ?? parent.name }),
      ...(version !== undefined && { version }),
    };
  });
  return { nameTable, resources };
}

/** Undefined where it is the stack, which is every resource's parent by default. */
function parentOf({ parent }: Wanted, byUrn: ReadonlyMap<string, Wanted>): Wanted | undefined {
  const found = parent === undefined ? undefined : byUrn.get(parent);
  return found?.type === stackType ? undefined : found;
}

function isBelow(parent: string | undefined, ancestor: string, byUrn: ReadonlyMap<string, Wanted>): boolean {
  for (let urn = parent; urn !== undefined; urn = byUrn.get(urn)?.parent) if (urn === ancestor) return true;
  return false;
}

/** URN → the logical name, with the type's last word behind it where others have that name. */
function uniqueNames(included: readonly Wanted[]): Map<string, string> {
  return new Map(
    included.map(({ urn, type, name, custom }) => {
      const alone = included.every((other) => other.urn === urn || other.name !== name);
      const kind = `${type.split(":").at(-1) ?? ""}${custom ? "" : "Component"}`;
      return [urn, alone ? name : `${name}-${kind}`];
    }),
  );
}
