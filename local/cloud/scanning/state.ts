import type { models } from "oci-vulnerabilityscanning";
import { notFound } from "../errors";
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
