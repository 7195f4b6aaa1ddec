import type { models } from "oci-artifacts";
import { z } from "zod";

import { readBody, requiredQuery } from "../inputs";
import type { Call, Reply } from "../service";
import { requireCompartment } from "../identity/tree";
import type { Wire } from "../wire";
import { createsOnFirstPush, setCreatesOnFirstPush } from "./state";

const updateDetails = z.strictObject({ isRepositoryCreatedOnFirstPush: z.boolean().optional() });

/** GET /container/configuration */
export function getConfiguration(call: Call): Reply {
  requireCompartment(call.cloud, requiredQuery(call, "compartmentId"));
  return { body: configuration(call) };
}

/** PUT /container/configuration */
export function updateConfiguration(call: Call): Reply {
  requireCompartment(call.cloud, requiredQuery(call, "compartmentId"));
  const { isRepositoryCreatedOnFirstPush } = readBody(call, updateDetails);
  if (isRepositoryCreatedOnFirstPush !== undefined) {
    setCreatesOnFirstPush(call.cloud, isRepositoryCreatedOnFirstPush);
  }
  return { body: configuration(call) };
}

function configuration({ cloud }: Call): Wire<models.ContainerConfiguration> {
  return { isRepositoryCreatedOnFirstPush: createsOnFirstPush(cloud), namespace: cloud.account.namespace };
}
