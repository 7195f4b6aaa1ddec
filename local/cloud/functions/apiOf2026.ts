import { invalidParameter, missingParameter, notImplemented } from "../errors";
import { operation, type Call, type Operation, type Reply } from "../service";
import {
  createApplication,
  deleteApplication,
  getApplication,
  listApplications,
  updateApplication,
} from "./applications";
import { createFunction, deleteFunction, getFunction, listFunctions, updateFunction } from "./functions";

/**
 * The API's version that newer command lines speak. As far as it is served here it differs from the older one in one
 * thing: a function's image is in `sourceDetails`, `{sourceType: "CONTAINER_IMAGE", image, imageDigest}`.
 */
const PREFIX = "/20260325";
const APPLICATION = `${PREFIX}/applications/:applicationId`;
const FUNCTION = `${PREFIX}/functions/:functionId`;

export const operationsOf2026: Operation[] = [
  operation("CreateApplication", "POST", `${PREFIX}/applications`, createApplication),
  operation("GetApplication", "GET", APPLICATION, getApplication),
  operation("ListApplications", "GET", `${PREFIX}/applications`, listApplications),
  operation("UpdateApplication", "PUT", APPLICATION, updateApplication),
  operation("DeleteApplication", "DELETE", APPLICATION, deleteApplication),
  operation("CreateFunction", "POST", `${PREFIX}/functions`, async (call) =>
    withSource(await createFunction(withImage(call, true))),
  ),
  operation("GetFunction", "GET", FUNCTION, (call) => withSource(getFunction(call))),
  operation("ListFunctions", "GET", `${PREFIX}/functions`, (call) => {
    const reply = listFunctions(call);
    return { ...reply, body: (reply.body as object[]).map(sourced) };
  }),
  operation("UpdateFunction", "PUT", FUNCTION, async (call) =>
    withSource(await updateFunction(withImage(call, false))),
  ),
  operation("DeleteFunction", "DELETE", FUNCTION, deleteFunction),
];

/** The call as the older version takes it. */
function withImage(call: Call, required: boolean): Call {
  if (typeof call.body !== "object" || call.body === null) {
    return call;
  }
  const { sourceDetails, ...details } = call.body as Record<string, unknown>;
  if ("image" in details || "imageDigest" in details) {
    throw invalidParameter("In this version of the API, image and imageDigest belong in sourceDetails.");
  }
  if (sourceDetails === undefined || sourceDetails === null) {
    if (required) {
      throw missingParameter("sourceDetails");
    }
    return { ...call, body: details };
  }
  const { sourceType, ...source } = sourceDetails as Record<string, unknown>;
  if (sourceType === "PRE_BUILT_FUNCTIONS") {
    return call;
  }
  if (sourceType !== "CONTAINER_IMAGE") {
    throw notImplemented(`functions whose sourceType is ${JSON.stringify(sourceType)}`);
  }
  return { ...call, body: { ...details, ...source } };
}

function withSource(reply: Reply): Reply {
  return { ...reply, body: sourced(reply.body as object) };
}

function sourced(shown: object): object {
  if ("sourceDetails" in shown) {
    return shown;
  }
  const { image, imageDigest, ...rest } = shown as Record<string, unknown>;
  return { ...rest, sourceDetails: { sourceType: "CONTAINER_IMAGE", image, imageDigest } };
}
