/** A compartment as policy statements write it. */
export function placeOf(compartmentId: string): string {
  return isTenancy(compartmentId) ? "tenancy" : `compartment id ${compartmentId}`;
}

export function isTenancy(compartmentId: string): boolean {
  return compartmentId.startsWith("ocid1.tenancy.");
}
