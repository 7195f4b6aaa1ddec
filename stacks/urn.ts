/** Parts of URNs: `urn:pulumi:STACK::PROJECT::PARENTTYPE$TYPE::NAME`. */

/** The resource's own type, without those of its parents. */
export function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

/** The resource's name in the program; it may hold "::". */
export function nameOfUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
