import type { models } from "oci-functions";
import { notFound } from "../errors";
import type { Cloud } from "../cloud";
import { defineKind, type Resource } from "../store";
import type { Wire } from "../wire";

export type Application = Wire<models.Application>;
export type Function = Wire<Omit<models.Function, "failureDestination" | "successDestination">>;

export const applications = defineKind<Application>("application");
/** A function's parent is its application. */
export const functions = defineKind<Function>("function");

export function requireApplication({ store }: Cloud, id: string): Resource<Application> {
  const found = store.get(applications, id);
  if (!found) {
    throw notFound();
  }
  return found;
}
