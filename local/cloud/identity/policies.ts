import type { models } from "oci-identity";
import { z } from "zod";
import { notFound } from "../errors";
import { requireMatch } from "../etag";
import { pathParam, queryText, readBody, requiredQuery, tagFields } from "../inputs";
import { newOcid } from "../ocid";
import type { Call, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { identityName, listed, made, requireNameInTenancy } from "./named";
import { checkStatements } from "./policyStatements";
import { policies, type Policy } from "./state";
import { requireCompartment } from "./tree";

const MAXIMUM_STATEMENTS = 50;

const description = z.string().min(1).max(400);
const statements = z.array(z.string().min(1)).min(1).max(MAXIMUM_STATEMENTS);
/** The SDK's type is a date; on the wire it is a day, or empty for none. */
const versionDate = z.union([z.literal(""), z.iso.date()]).optional();

const createDetails: z.ZodType<Wire<models.CreatePolicyDetails>> = z.strictObject({
  compartmentId: z.string(),
  name: identityName,
  description,
  statements,
  versionDate,
  ...tagFields,
});

const updateDetails: z.ZodType<Wire<models.UpdatePolicyDetails>> = z.strictObject({
  description: description.optional(),
  statements: statements.optional(),
  versionDate,
  ...tagFields,
});

export function createPolicy(call: Call): Reply {
  const { store } = call.cloud;
  const details = readBody(call, createDetails);
  const { compartmentId, name } = details;
  requireCompartment(call.cloud, compartmentId);
  checkStatements(call.cloud, compartmentId, details.statements);
  requireNameInTenancy(call, policies, "Policy", name);
  const id = newOcid("policy");
  const document: Policy = made(id, details);
  const resource = store.insert(policies, { id, compartmentId, name }, document);
  return { body: document, resource };
}

export function getPolicy(call: Call): Reply {
  const resource = required(call);
  return { body: resource.document, resource };
}

export function listPolicies(call: Call): Reply {
  const { cloud } = call;
  const compartmentId = requiredQuery(call, "compartmentId");
  requireCompartment(cloud, compartmentId);
  return listed(call, cloud.store.find(policies, { compartmentId, name: queryText(call, "name") }));
}

export function updatePolicy(call: Call): Reply {
  const current = required(call);
  requireMatch(call, current);
  const details = readBody(call, updateDetails);
  if (details.statements !== undefined) {
    checkStatements(call.cloud, current.compartmentId, details.statements);
  }
  const document = { ...current.document, ...details };
  return { body: document, resource: call.cloud.store.update(policies, current, document) };
}

export function deletePolicy(call: Call): Reply {
  const current = required(call);
  requireMatch(call, current);
  call.cloud.store.remove(policies, current.id);
  return {};
}

function required(call: Call): Resource<Policy> {
  const found = call.cloud.store.get(policies, pathParam(call, "policyId"));
  if (!found) {
    throw notFound();
  }
  return found;
}
