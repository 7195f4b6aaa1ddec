import type { models } from "oci-identity";
import { z } from "zod";
import { invalidParameter, notFound } from "../errors";
import { requireMatch } from "../etag";
import { pathParam, queryText, readBody, requiredQuery, tagFields } from "../inputs";
import { newOcid } from "../ocid";
import { operation, type Call, type Operation, type Reply } from "../service";
import type { Kind, Resource } from "../store";
import type { Wire } from "../wire";
import { isMatchingRule } from "./matchingRule";
import { identityName, listed, made, requireNameInTenancy } from "./named";
import { dynamicGroups, type Group, groups } from "./state";

// A tenancy with identity domains takes an empty description.
const description = z.string().max(400);
const matchingRule = z
  .string()
  .refine(isMatchingRule, "is no matching rule, such as instance.compartment.id = 'OCID'");

const created = { compartmentId: z.string(), name: identityName, description, ...tagFields };
const updated = { description: description.optional(), ...tagFields };

const createGroupDetails: z.ZodType<Wire<models.CreateGroupDetails>> = z.strictObject(created);
const updateGroupDetails: z.ZodType<Wire<models.UpdateGroupDetails>> = z.strictObject(updated);
const createDynamicGroupDetails: z.ZodType<Wire<models.CreateDynamicGroupDetails>> = z.strictObject({
  ...created,
  matchingRule,
});
const updateDynamicGroupDetails: z.ZodType<Wire<models.UpdateDynamicGroupDetails>> = z.strictObject({
  ...updated,
  matchingRule: matchingRule.optional(),
});

export const groupOperations = [
  ...operationsOf("Group", groups, createGroupDetails, updateGroupDetails),
  ...operationsOf("DynamicGroup", dynamicGroups, createDynamicGroupDetails, updateDynamicGroupDetails),
];

/** Both kinds of group have the same five operations. */
function operationsOf<Details extends Wire<models.CreateGroupDetails>, Document extends Group & Details>(
  title: "Group" | "DynamicGroup",
  kind: Kind<Document>,
  createDetails: z.ZodType<Details>,
  updateDetails: z.ZodType<Partial<Document>>,
): Operation[] {
  const noun = `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
  const collection = `/20160918/${noun}s`;
  const item = `${collection}/:${noun}Id`;

  const required = (call: Call): Resource<Document> => {
    const found = call.cloud.store.get(kind, pathParam(call, `${noun}Id`));
    if (!found) throw notFound();
    return found;
  };

  const create = (call: Call): Reply => {
    const { store, account } = call.cloud;
    const details = readBody(call, createDetails);
    if (details.compartmentId !== account.tenancyId) {
      throw invalidParameter("The compartmentId of a group is the tenancy's.");
    }
    requireNameInTenancy(call, kind, title, details.name);
    const id = newOcid(title.toLowerCase());
    const document = made(id, details) as unknown as Document;
    const place = { id, compartmentId: details.compartmentId, name: details.name };
    return { body: document, resource: store.insert(kind, place, document) };
  };

  const get = (call: Call): Reply => {
    const resource = required(call);
    return { body: resource.document, resource };
  };

  const list = (call: Call): Reply => {
    const compartmentId = requiredQuery(call, "compartmentId");
    return listed(call, call.cloud.store.find(kind, { compartmentId, name: queryText(call, "name") }));
  };

  const update = (call: Call): Reply => {
    const current = required(call);
    requireMatch(call, current);
    const document = { ...current.document, ...readBody(call, updateDetails) };
    return { body: document, resource: call.cloud.store.update(kind, current, document) };
  };

  const remove = (call: Call): Reply => {
    const current = required(call);
    requireMatch(call, current);
    call.cloud.store.remove(kind, current.id);
    return {};
  };

  return [
    operation(`Create${title}`, "POST", collection, create),
    operation(`List${title}s`, "GET", collection, list),
    operation(`Get${title}`, "GET", item, get),
    operation(`Update${title}`, "PUT", item, update),
    operation(`Delete${title}`, "DELETE", item, remove),
  ];
}
