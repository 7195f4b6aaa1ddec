import type { models } from "oci-vulnerabilityscanning";
import { z } from "zod";
import { conflict } from "../errors";
import { requireMatch } from "../etag";
import { requireCompartment } from "../identity/tree";
import { pathParam, readBody, tagFields } from "../inputs";
import { destination, move } from "../move";
import { newOcid } from "../ocid";
import { omit } from "../omit";
import type { Call, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { listed, type Recipe, recipes, required, startWork, targets } from "./state";

const scanSettings = z.strictObject({ scanLevel: z.enum(["NONE", "STANDARD"]) });
const displayName = z.string().min(1).max(255).optional();
const imageCount = z.number().int().min(0).max(12).optional();

const createDetails: z.ZodType<Wire<models.CreateContainerScanRecipeDetails>> = z.strictObject({
  displayName,
  compartmentId: z.string(),
  imageCount,
  scanSettings,
  ...tagFields,
});

const updateDetails: z.ZodType<Wire<models.UpdateContainerScanRecipeDetails>> = z.strictObject({
  displayName,
  imageCount,
  scanSettings: scanSettings.optional(),
  ...tagFields,
});

export function createRecipe(call: Call): Reply {
  const { cloud } = call;
  const details = readBody(call, createDetails);
  const { compartmentId } = details;
  requireCompartment(cloud, compartmentId);
  const id = newOcid("vsscontainerscanrecipe", cloud.account.homeRegion.name);
  const timeCreated = new Date().toISOString();
  const name = details.displayName ?? `containerscanrecipe${timeCreated.replaceAll(/\D/g, "")}`;
  const document: Recipe = {
    imageCount: 0,
    freeformTags: {},
    definedTags: {},
    systemTags: {},
    ...details,
    id,
    displayName: name,
    lifecycleState: "CREATING",
    timeCreated,
    timeUpdated: timeCreated,
  };
  return cloud.store.transaction(() => {
    const resource = cloud.store.insert(recipes, { id, compartmentId, name }, document);
    return { body: document, resource, workRequestId: startWork(call, recipes, resource, "CREATE") };
  });
}

export function getRecipe(call: Call): Reply {
  const resource = addressed(call);
  return { body: resource.document, resource };
}

export function listRecipes(call: Call): Reply {
  const { resources, headers } = listed(call, recipes);
  const items = resources.map<Wire<models.ContainerScanRecipeSummary>>(({ document }) =>
    omit(document, "scanSettings", "imageCount"),
  );
  return { body: { items }, headers };
}

export function updateRecipe(call: Call): Reply {
  const { store } = call.cloud;
  const current = addressed(call);
  requireMatch(call, current);
  const details = readBody(call, updateDetails);
  const document: Recipe = {
    ...current.document,
    ...details,
    displayName: details.displayName ?? current.name,
    scanSettings: details.scanSettings ?? current.document.scanSettings,
    lifecycleState: "UPDATING",
    timeUpdated: new Date().toISOString(),
  };
  const workRequestId = store.transaction(() => {
    const updated = store.update(recipes, current, document, { name: document.displayName });
    return startWork(call, recipes, updated, "UPDATE");
  });
  return { status: 202, workRequestId };
}

export function changeRecipeCompartment(call: Call): Reply {
  const { store } = call.cloud;
  const current = addressed(call);
  const compartmentId = destination(call, current);
  const workRequestId = store.transaction(() =>
    startWork(call, recipes, move(store, recipes, current, compartmentId), "UPDATE"),
  );
  return { status: 202, workRequestId };
}

export function deleteRecipe(call: Call): Reply {
  const { store } = call.cloud;
  const current = addressed(call);
  requireMatch(call, current);
  const user = store.find(targets).find(({ document }) => document.containerScanRecipeId === current.id);
  if (user) {
    throw conflict("Conflict", `Recipe ${current.name} is in use by the target ${user.name}.`);
  }
  const workRequestId = store.transaction(() => {
    store.update(recipes, current, { ...current.document, lifecycleState: "DELETING" });
    return startWork(call, recipes, current, "DELETE");
  });
  return { status: 202, workRequestId };
}

function addressed(call: Call): Resource<Recipe> {
  return required(call, recipes, pathParam(call, "containerScanRecipeId"));
}
