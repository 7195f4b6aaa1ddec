import { operation, type Call, type Reply, type Service } from "../service";
import { listed, logs, present, required } from "../workRequestOperations";
import { createAuthToken, deleteAuthToken, listAuthTokens, updateAuthToken } from "./authTokens";
import {
  createCompartment,
  deleteCompartment,
  finishDeletion,
  getCompartment,
  listCompartments,
  updateCompartment,
} from "./compartments";
import { groupOperations } from "./groups";
import { notServed } from "./notServed";
import { createPolicy, deletePolicy, getPolicy, listPolicies, updatePolicy } from "./policies";
import { getTenancy, getUser, listRegions, listRegionSubscriptions, listUsers } from "./tenancy";

const COMPARTMENTS = "/20160918/compartments";
const POLICIES = "/20160918/policies";
const TOKENS = "/20160918/users/:userId/authTokens";
const WORK_REQUESTS = "/20160918/workRequests";

export const identity: Service = {
  name: "identity",
  operations: [
    operation("CreateCompartment", "POST", COMPARTMENTS, createCompartment),
    operation("GetCompartment", "GET", `${COMPARTMENTS}/:compartmentId`, getCompartment),
    operation("ListCompartments", "GET", COMPARTMENTS, listCompartments),
    operation("UpdateCompartment", "PUT", `${COMPARTMENTS}/:compartmentId`, updateCompartment),
    operation("DeleteCompartment", "DELETE", `${COMPARTMENTS}/:compartmentId`, deleteCompartment),
    operation("GetTenancy", "GET", "/20160918/tenancies/:tenancyId", getTenancy),
    operation("ListRegions", "GET", "/20160918/regions", listRegions),
    operation(
      "ListRegionSubscriptions",
      "GET",
      "/20160918/tenancies/:tenancyId/regionSubscriptions",
      listRegionSubscriptions,
    ),
    operation("GetUser", "GET", "/20160918/users/:userId", getUser),
    operation("ListUsers", "GET", "/20160918/users", listUsers),
    { ...operation("CreateAuthToken", "POST", TOKENS, createAuthToken), secretReply: true },
    operation("ListAuthTokens", "GET", TOKENS, listAuthTokens),
    operation("UpdateAuthToken", "PUT", `${TOKENS}/:authTokenId`, updateAuthToken),
    operation("DeleteAuthToken", "DELETE", `${TOKENS}/:authTokenId`, deleteAuthToken),
    operation("CreatePolicy", "POST", POLICIES, createPolicy),
    operation("GetPolicy", "GET", `${POLICIES}/:policyId`, getPolicy),
    operation("ListPolicies", "GET", POLICIES, listPolicies),
    operation("UpdatePolicy", "PUT", `${POLICIES}/:policyId`, updatePolicy),
    operation("DeletePolicy", "DELETE", `${POLICIES}/:policyId`, deletePolicy),
    ...groupOperations,
    operation("GetWorkRequest", "GET", `${WORK_REQUESTS}/:workRequestId`, getWorkRequest),
    operation("ListWorkRequests", "GET", WORK_REQUESTS, listWorkRequests),
  ],
  notServed,
  effects: { deleteCompartment: finishDeletion },
};

/** Identity shows a work request's errors and logs in the work request itself. */
function getWorkRequest(call: Call): Reply {
  const request = required("identity", call);
  const { error } = request.document;
  return { body: { ...present(request), errors: error ? [error] : [], logs: logs(request) } };
}

function listWorkRequests(call: Call): Reply {
  const { resources, headers } = listed("identity", call);
  return { body: resources.map(present), headers };
}
