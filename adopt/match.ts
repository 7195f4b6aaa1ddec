import type { OciApi } from "../extract/functions/ociApi";
import { UNKNOWN } from "../stacks/engineValues";
import { type Difference, differencesOf, notThere } from "./compare";
import { type Finder, finders, type Found } from "./finders";
import { managedKey } from "./managed";
import type { Wanted } from "./wanted";

/**
 * `matches`: adopted, nothing would change. `differs`: adopted, the next update would change it in place. `unlike`: not adopted, since an
 * update would have to make another one or move it. `managed`: not adopted, since another stack of the project has it. `missing`,
 * `ambiguous`: not adopted. `present`: in the stack already.
 */
export type Status = "matches" | "differs" | "unlike" | "managed" | "missing" | "ambiguous" | "present";

export interface Match {
  wanted: Wanted;
  noun: string;
  /** Its name in OCI. */
  name: string;
  status: Status;
  /** The other stack that it is part of. */
  managedBy?: string;
  /** The one that it is, unless it is missing or ambiguous. */
  found?: Found;
  /** All that it may be. */
  candidates: Found[];
  /** Those that count. */
  differences: Difference[];
  /** Those that the configuration leaves as they are. */
  kept: Difference[];
}

export interface MatchOptions {
  /** Properties that are left as they are found. */
  keep: readonly string[];
  /** What is taken for a resource without a look for it: URN → what was chosen. */
  chosen: ReadonlyMap<string, Found>;
  /** What other stacks have, by `managedKey`. */
  managed: ReadonlyMap<string, string>;
}

/** Looks for each resource that the program would create. */
export async function matchAll(
  api: OciApi,
  wanted: readonly Wanted[],
  options: MatchOptions,
): Promise<Match[]> {
  const byUrn = new Map(wanted.map((one) => [one.urn, one]));
  const begun = new Map<string, Promise<Match | undefined>>();
  const matchOf = (one: Wanted | undefined): Promise<Match | undefined> => {
    const finder = one && finders[one.type];
    if (one === undefined || finder === undefined) return Promise.resolve(undefined);
    const known = begun.get(one.urn) ?? match(api, one, finder, options, (urn) => matchOf(byUrn.get(urn)));
    begun.set(one.urn, known);
    return known;
  };
  const matches = (await Promise.all(wanted.map(matchOf))).filter((one) => one !== undefined);
  const order = Object.values(finders).map((finder) => finder?.noun);
  const rank = ({ noun }: Match) => order.indexOf(noun);
  return matches.sort((one, other) => rank(one) - rank(other) || (one.name < other.name ? -1 : 1));
}

async function match(
  api: OciApi,
  wanted: Wanted,
  finder: Finder,
  { keep, chosen, managed }: MatchOptions,
  matchOf: (urn: string) => Promise<Match | undefined>,
): Promise<Match> {
  const { noun } = finder;
  const none = { wanted, noun, candidates: [], differences: [], kept: [] };
  const [whole] = (finder.within && wanted.sources[finder.within]) || [];
  const above = whole === undefined ? undefined : await matchOf(whole);
  const name = [above?.name, String(wanted.inputs[finder.name])].filter(Boolean).join(".");
  if (wanted.op !== "create") return { ...none, name, status: "present" };
  const inputs = await withSources(wanted, matchOf);
  const choice = chosen.get(wanted.urn);
  const canBeSought = finder.needs.every((property) => inputs[property] !== UNKNOWN);
  const candidates = choice ? [choice] : canBeSought ? await finder.find(api, inputs) : [];
  const [found] = candidates;
  if (found === undefined) return { ...none, name, status: "missing" };
  if (candidates.length > 1) return { ...none, name, status: "ambiguous", candidates };
  // An index has no ID of its own, but goes with its table.
  const managedBy = finder.within ? above?.managedBy : managed.get(managedKey(wanted.type, found.id));
  if (managedBy !== undefined) return { ...none, name, status: "managed", managedBy, found, candidates };
  const open = finder.fixed.filter((property) => inputs[property] === UNKNOWN);
  const all = [
    ...open.map((property) => notThere(property, found.properties[property])),
    ...differencesOf(inputs, found.properties),
  ];
  const differences = all.filter(({ property }) => !keep.includes(property));
  const unlike = differences.some(({ property }) => finder.fixed.includes(property));
  return {
    wanted,
    noun,
    name,
    status: unlike ? "unlike" : differences.length > 0 ? "differs" : "matches",
    found,
    candidates,
    differences,
    kept: all.filter((one) => !differences.includes(one)),
  };
}

/** The inputs, with the OCIDs of what was found in the place of those that only an update would tell. */
async function withSources(
  { inputs, sources }: Wanted,
  matchOf: (urn: string) => Promise<Match | undefined>,
): Promise<Record<string, unknown>> {
  const entries = Object.entries(inputs).map(async ([name, value]): Promise<[string, unknown]> => {
    const [source, ...others] = sources[name] ?? [];
    if (value !== UNKNOWN || !name.endsWith("Id") || source === undefined || others.length > 0)
      return [name, value];
    const match = await matchOf(source);
    return [name, match?.found?.id ?? value];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Whether it becomes part of the stack. */
export function isAdopted({ status }: Match): boolean {
  return status === "matches" || status === "differs";
}
