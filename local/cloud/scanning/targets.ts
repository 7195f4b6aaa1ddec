import type { models } from "oci-vulnerabilityscanning";
import { z } from "zod";
import { requireMatch } from "../etag";
import { requireCompartment } from "../identity/tree";
import { pathParam, readBody, tagFields } from "../inputs";
import { destination, move } from "../move";
import { newOcid } from "../ocid";
import { omit } from "../omit";
import type { Call, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { listed, recipes, required, startWork, type Target, targets } from "./state";

const displayName = z.string().min(1).max(255).optional();
const description = z.string().max(400).optional();
const registry = {
  type: z.literal("OCIR"),
  url: z.string().optional(),
  /** Without a list, every repository of the compartment is scanned. */
  repositories: z.array(z.string()).optional(),
};

const createDetails = z.strictObject({
  displayName,
  description,
  compartmentId: z.string(),
  containerScanRecipeId: z.string(),
  targetRegistry: z.strictObject({ ...registry, compartmentId: z.string() }),
  ...tagFields,
}) satisfies z.ZodType<Wire<models.CreateContainerScanTargetDetails>>;

const updateDetails = z.strictObject({
  displayName,
  description,
  containerScanRecipeId: z.string().optional(),
  targetRegistry: z.strictObject({ ...registry, compartmentId: z.string().optional() }).optional(),
  ...tagFields,
}) satisfies z.ZodType<Wire<models.UpdateContainerScanTargetDetails>>;

export function createTarget(call: Call): Reply {
  const { cloud } = call;
  const details = readBody(call, createDetails);
  const { compartmentId, targetRegistry } = details;
  requireCompartment(cloud, compartmentId);
  requireCompartment(cloud, targetRegistry.compartmentId);
  required(call, recipes, details.containerScanRecipeId);
  const id = newOcid("vsscontainerscantarget", cloud.account.homeRegion.name);
  const timeCreated = new Date().toISOString();
  const name = details.displayName ?? `containerscantarget${timeCreated.replaceAll(/\D/g, "")}`;
  const document: Target = {
    freeformTags: {},
    definedTags: {},
    systemTags: {},
    ...details,
    id,
    displayName: name,
    targetRegistry: { ...targetRegistry, url: targetRegistry.url ?? cloud.host },
    lifecycleState: "CREATING",
    timeCreated,
    timeUpdated: timeCreated,
  };
  return cloud.store.transaction(() => {
    const resource = cloud.store.insert(targets, { id, compartmentId, name }, document);
    return { body: document, resource, workRequestId: startWork(call, targets, resource, "CREATE") };
  });
}

export function getTarget(call: Call): Reply {
  const resource = addressed(call);
  return { body: resource.document, resource };
}

export function listTargets(call: Call): Reply {
  const { resources, headers } = listed(call, targets);
  const items = resources.map<Wire<models.ContainerScanTargetSummary>>(({ document }) =>
    omit(document, "description"),
  );
  return { body: { items }, headers };
}

export function updateTarget(call: Call): Reply {
  const { store } = call.cloud;
  const current = addressed(call);
  requireMatch(call, current);
  const { targetRegistry: given, ...details } = readBody(call, updateDetails);
  if (details.containerScanRecipeId !== undefined) {
    required(call, recipes, details.containerScanRecipeId);
  }
  if (given?.compartmentId !== undefined) {
    requireCompartment(call.cloud, given.compartmentId);
  }
  const before = current.document.targetRegistry;
  const document: Target = {
    ...current.document,
    ...details,
    displayName: details.displayName ?? current.name,
    containerScanRecipeId: details.containerScanRecipeId ?? current.document.containerScanRecipeId,
    ...(given && {
      targetRegistry: {
        ...before,
        ...given,
        url: given.url ?? before?.url ?? call.cloud.host,
        compartmentId: given.compartmentId ?? before?.compartmentId ?? current.compartmentId,
      },
    }),
    lifecycleState: "UPDATING",
    timeUpdated: new Date().toISOString(),
  };
  const workRequestId = store.transaction(() => {
    const updated = store.update(targets, current, document, { name: document.displayName });
    return startWork(call, targets, updated, "UPDATE");
  });
  return { status: 202, workRequestId };
}

export function changeTargetCompartment(call: Call): Reply {
  const { store } = call.cloud;
  const current = addressed(call);
  const compartmentId = destination(call, current);
  const workRequestId = store.transaction(() =>
    startWork(call, targets, move(store, targets, current, compartmentId), "UPDATE"),
  );
  return { status: 202, workRequestId };
}

export function deleteTarget(call: Call): Reply {
  const { store } = call.cloud;
  const current = addressed(call);
  requireMatch(call, current);
  const workRequestId = store.transaction(() => {
    store.update(targets, current, { ...current.document, lifecycleState: "DELETING" });
    return startWork(call, targets, current, "DELETE");
  });
  return { status: 202, workRequestId };
}

function addressed(call: Call): Resource<Target> {
  return required(call, targets, pathParam(call, "containerScanTargetId"));
}
