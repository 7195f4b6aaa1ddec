import type { models } from "oci-functions";
import { z } from "zod";
import { conflict } from "../errors";
import { requireMatch } from "../etag";
import { requireCompartment } from "../identity/tree";
import { notServedProperty, pathParam, queryText, readBody, requiredQuery, tagFields } from "../inputs";
import { destination, move, moveChildren } from "../move";
import { newOcid } from "../ocid";
import { omit } from "../omit";
import { page } from "../pagination";
import type { Call, Reply } from "../service";
import type { Wire } from "../wire";
import { type Application, applications, functions, requireApplication } from "./state";

export const configField = z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).optional();

const common = {
  config: configField,
  networkSecurityGroupIds: z.array(z.string()).max(0, "is not served by the local cloud").optional(),
  syslogUrl: z.string().optional(),
  traceConfig: notServedProperty("traceConfig"),
  logging: notServedProperty("logging"),
  imagePolicyConfig: notServedProperty("imagePolicyConfig"),
  securityAttributes: notServedProperty("securityAttributes"),
  ...tagFields,
};

const createDetails = z.strictObject({
  ...common,
  compartmentId: z.string(),
  displayName: z.string().min(1).max(255),
  // There are no networks here: a subnet's OCID is kept, not looked up.
  subnetIds: z.array(z.string().startsWith("ocid1.subnet.")).min(1),
  shape: z.enum(["GENERIC_X86", "GENERIC_ARM", "GENERIC_X86_ARM"]).default("GENERIC_X86"),
}) satisfies z.ZodType<Wire<models.CreateApplicationDetails>>;

const updateDetails = z.strictObject(common) satisfies z.ZodType<Wire<models.UpdateApplicationDetails>>;

/** Display names are not unique: real compartments list the same one twice. */
export function createApplication(call: Call): Reply {
  const { cloud } = call;
  const details = readBody(call, createDetails);
  const { compartmentId, displayName, subnetIds, shape, syslogUrl } = details;
  requireCompartment(cloud, compartmentId);
  const id = newOcid("fnapp", cloud.account.homeRegion.name);
  const timeCreated = new Date().toISOString();
  const document: Application = {
    id,
    compartmentId,
    displayName,
    lifecycleState: "ACTIVE",
    config: details.config ?? {},
    subnetIds,
    shape,
    networkSecurityGroupIds: [],
    ...(syslogUrl !== undefined && { syslogUrl }),
    freeformTags: details.freeformTags ?? {},
    definedTags: {},
    timeCreated,
    timeUpdated: timeCreated,
  };
  const resource = cloud.store.insert(applications, { id, compartmentId, name: displayName }, document);
  return { body: document, resource };
}

export function getApplication(call: Call): Reply {
  const resource = requireApplication(call.cloud, pathParam(call, "applicationId"));
  return { body: resource.document, resource };
}

export function listApplications(call: Call): Reply {
  const { cloud } = call;
  const compartmentId = requiredQuery(call, "compartmentId");
  requireCompartment(cloud, compartmentId);
  const id = queryText(call, "id");
  const state = queryText(call, "lifecycleState");
  const found = cloud.store
    .find(applications, { compartmentId, name: queryText(call, "displayName") })
    .filter((application) => id === undefined || application.id === id)
    .filter(({ document }) => state === undefined || document.lifecycleState === state);
  const { resources, headers } = page(call, found, {
    sort: {
      timeCreated: ({ document }) => document.timeCreated ?? "",
      id: (application) => application.id,
      displayName: (application) => application.name,
    },
    by: "displayName",
  });
  const body = resources.map<Wire<models.ApplicationSummary>>(({ document }) =>
    omit(document, "config", "syslogUrl"),
  );
  return { body, headers };
}

export function updateApplication(call: Call): Reply {
  const { cloud } = call;
  const current = requireApplication(cloud, pathParam(call, "applicationId"));
  requireMatch(call, current);
  const { config, syslogUrl, freeformTags } = readBody(call, updateDetails);
  const document: Application = {
    ...current.document,
    ...(config && { config }),
    ...(syslogUrl !== undefined && { syslogUrl }),
    ...(freeformTags && { freeformTags }),
    timeUpdated: new Date().toISOString(),
  };
  const resource = cloud.store.update(applications, current, document);
  return { body: document, resource };
}

export function changeApplicationCompartment(call: Call): Reply {
  const { store } = call.cloud;
  const current = requireApplication(call.cloud, pathParam(call, "applicationId"));
  const compartmentId = destination(call, current);
  store.transaction(() => {
    move(store, applications, current, compartmentId);
    moveChildren(store, functions, current.id, compartmentId);
  });
  return {};
}

export function deleteApplication(call: Call): Reply {
  const { store } = call.cloud;
  const current = requireApplication(call.cloud, pathParam(call, "applicationId"));
  requireMatch(call, current);
  const held = store.find(functions, { parentId: current.id });
  if (held.length > 0) {
    const names = held.map(({ name }) => name).join(", ");
    throw conflict("Conflict", `Application ${current.name} is not empty: it holds the functions ${names}.`);
  }
  store.remove(applications, current.id);
  return {};
}
