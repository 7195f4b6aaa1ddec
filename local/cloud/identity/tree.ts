import type { Cloud } from "../cloud";
import { notFound } from "../errors";
import type { Resource } from "../store";
import { type Compartment, compartments } from "./state";

/** The root compartment, which is the tenancy itself. */
function rootCompartment({ account }: Cloud): Resource<Compartment> {
  const { tenancyId: id, tenancyName: name, timeCreated } = account;
  const document: Compartment = {
    id,
    compartmentId: id,
    name,
    description: "The local tenancy's root compartment",
    timeCreated,
    lifecycleState: "ACTIVE",
    isAccessible: true,
    freeformTags: {},
    definedTags: {},
  };
  return { id, compartmentId: id, parentId: "", name, etag: id, document };
}

export function findCompartment(cloud: Cloud, id: string): Resource<Compartment> | undefined {
  return id === cloud.account.tenancyId ? rootCompartment(cloud) : cloud.store.get(compartments, id);
}

/** The compartment in which something is to be made or listed: it must exist and be active. */
export function requireCompartment(cloud: Cloud, id: string): Resource<Compartment> {
  const compartment = findCompartment(cloud, id);
  if (compartment?.document.lifecycleState !== "ACTIVE") {
    throw notFound(`compartment ${id}`);
  }
  return compartment;
}

/** The OCIDs of a compartment and of all those below it that are not deleted. */
export function compartmentsUnder(cloud: Cloud, id: string): string[] {
  const children = cloud.store
    .find(compartments, { compartmentId: id })
    .filter(({ document }) => document.lifecycleState !== "DELETED");
  return [id, ...children.flatMap((child) => compartmentsUnder(cloud, child.id))];
}

/** How many levels lie between a compartment and the root; the root's is 0. */
export function depthOf(cloud: Cloud, id: string): number {
  const compartment = findCompartment(cloud, id);
  return !compartment || id === cloud.account.tenancyId ? 0 : 1 + depthOf(cloud, compartment.compartmentId);
}
