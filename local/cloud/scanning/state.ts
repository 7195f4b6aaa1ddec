import type { models } from "oci-vulnerabilityscanning";
import { notFound } from "../errors";
import { requireCompartment } from "../identity/tree";
import { queryText, requiredQuery } from "../inputs";
import { page } from "../pagination";
import type { Call, Effect } from "../service";
import { defineKind, type Kind, type Resource } from "../store";
import type { Wire } from "../wire";

export type Recipe = Wire<models.ContainerScanRecipe>;
export type Target = Wire<models.ContainerScanTarget>;

export const recipes = defineKind<Recipe>("containerScanRecipe");
export const targets = defineKind<Target>("containerScanTarget");

export function required<Document>(call: Call, kind: Kind<Document>, id: string): Resource<Document> {
  const found = call.cloud.store.get(kind, id);
  if (!found) {
    throw notFound();
  }
  return found;
}

/** A page of the compartment's recipes or targets, newest first. */
export function listed<Document extends Recipe | Target>(call: Call, kind: Kind<Document>) {
  const { cloud } = call;
  const compartmentId = requiredQuery(call, "compartmentId");
  requireCompartment(cloud, compartmentId);
  const state = queryText(call, "lifecycleState");
  const found = cloud.store
    .find(kind, { compartmentId, name: queryText(call, "displayName") })
    .filter(({ document }) => state === undefined || document.lifecycleState === state);
  return page(call, found, {
    sort: { timeCreated: ({ document }) => document.timeCreated, displayName: ({ name }) => name },
    by: "timeCreated",
    order: "DESC",
  });
}

export function startWork(
  call: Call,
  kind: Kind<unknown>,
  { id, compartmentId }: Resource<unknown>,
  verb: "CREATE" | "UPDATE" | "DELETE",
): string {
  const noun = kind.name === recipes.name ? "RECIPE" : "TARGET";
  return call.cloud.work.start({
    service: "vulnerabilityscanning",
    operationType: `${verb}_CONTAINER_SCAN_${noun}`,
    compartmentId,
    resource: { entityType: kind.name, actionType: `${verb}D`, identifier: id },
    effect: `${verb === "DELETE" ? "remove" : "activate"}${noun === "RECIPE" ? "Recipe" : "Target"}`,
    args: { id },
  });
}

export function activate<Document extends Recipe | Target>(kind: Kind<Document>): Effect {
  return ({ store }, { id = "" }) => {
    const current = store.get(kind, id);
    if (current) {
      store.update(kind, current, { ...current.document, lifecycleState: "ACTIVE" });
    }
  };
}

export function remove(kind: Kind<unknown>): Effect {
  return ({ store }, { id = "" }) => store.remove(kind, id);
}
