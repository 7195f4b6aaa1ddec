import { ExtractError } from "../errors";

/** A resource of OCI as lists have it. */
export interface Named {
  id: string;
  /** Its display name. */
  name: string;
  /** Its lifecycle state. */
  state: string;
}

/** What is looked for, and where. */
export interface Wanted<T extends Named> {
  /** Such as `application "x" in compartment "y"`, for messages. */
  what: string;
  /** The exact name. */
  name: string;
  /** Lists those of a name, or all. */
  list: (name?: string) => Promise<T[]>;
  /** What to do where several have that name. */
  ifSeveral: string;
}

/**
 * The one live resource of that exact name.
 * @throws ExtractError that lists what there is
 */
export async function theOnly<T extends Named>({ what, name, list, ifSeveral }: Wanted<T>): Promise<T> {
  const [match, ...twins] = live(await list(name)).filter((found) => found.name === name);
  if (match === undefined) {
    const names = new Set(live(await list()).map((found) => `"${found.name}"`));
    const choice = names.size === 0 ? "there is none at all" : `name one of ${[...names].sort().join(", ")}`;
    throw new ExtractError(`There is no ${what}; ${choice}.`);
  }
  if (twins.length > 0) {
    const ids = [match, ...twins].map(({ id }) => `\n  ${id}`).join("");
    throw new ExtractError(`There is more than one ${what}; ${ifSeveral}:${ids}`);
  }
  return match;
}

/** Those that are neither deleted nor being deleted. */
export function live<T extends Pick<Named, "state">>(found: T[]): T[] {
  return found.filter(({ state }) => !/^delet/i.test(state));
}

/** The message for a function that has no image. */
export function noImageOfItsOwn(name: string): string {
  return (
    `The function "${name}" has no image of its own (it was made from Oracle's catalogue of pre-built functions), so ` +
    "there is no source to recover; name a function that was deployed from an image."
  );
}
