import type { Cloud } from "../cloud";
import { invalidParameter } from "../errors";
import { compartments } from "./state";
import { compartmentsUnder } from "./tree";

/** What a statement of the usual kind looks like; whom it names is not looked up. */
const allowGrammar =
  /^allow\s+(?:any-user|any-group|(?:service|group|dynamic-group|resource)\s+\S.*?)\s+to\s+(?:inspect|read|use|manage|\{[^}]+\})(?:\s+[\w-]+)?\s+in\s+(?<place>tenancy|compartment\s+id\s+\S+|compartment\s+\S+)(?:\s+where\s+\S.*)?$/is;

/** Statements across tenancies, taken as they are. */
const otherGrammar = /^(?:define|endorse|admit|deny)\s+\S/i;

/**
 * Refuses what the service cannot parse, and a place that is not the policy's compartment or below it.
 * @param compartmentId where the policy is
 */
export function checkStatements(cloud: Cloud, compartmentId: string, statements: readonly string[]): void {
  for (const statement of statements) {
    const place = allowGrammar.exec(statement.trim())?.groups?.place;
    if (place === undefined) {
      if (otherGrammar.test(statement.trim())) continue;
      throw invalidParameter(`Failed to parse policy statement: ${statement}`);
    }
    if (!reaches(cloud, compartmentId, place)) {
      throw invalidParameter(
        `The location "${place}" does not exist or is not part of the policy compartment subtree.`,
      );
    }
  }
}

function reaches(cloud: Cloud, compartmentId: string, place: string): boolean {
  if (/^tenancy$/i.test(place)) return compartmentId === cloud.account.tenancyId;
  const below = compartmentsUnder(cloud, compartmentId);
  const [, id] = /^compartment\s+id\s+(\S+)$/i.exec(place) ?? [];
  if (id !== undefined) return below.includes(id);
  // A path of names is followed from the policy's compartment; its last name has to be there somewhere.
  const name = place.split(/[\s:]+/).at(-1);
  return below.some(
    (each) => cloud.store.get(compartments, each)?.name.toLowerCase() === name?.toLowerCase(),
  );
}
