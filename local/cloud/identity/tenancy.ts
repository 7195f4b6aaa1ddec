import type { models } from "oci-identity";
import { notFound } from "../errors";
import { pathParam, queryText, requiredQuery } from "../inputs";
import type { Call, Reply } from "../service";
import type { Wire } from "../wire";
import { REGIONS } from "./regions";

export function getTenancy(call: Call): Reply {
  const { tenancyId: id, tenancyName: name, homeRegion } = tenancyOf(call);
  const body: Wire<models.Tenancy> = {
    id,
    name,
    description: "The local tenancy",
    homeRegionKey: homeRegion.key,
    freeformTags: {},
    definedTags: {},
  };
  return { body };
}

export function listRegions(): Reply {
  const body: Wire<models.Region>[] = REGIONS;
  return { body };
}

export function listRegionSubscriptions(call: Call): Reply {
  const { subscriptions, homeRegion } = tenancyOf(call);
  const body = subscriptions.map<Wire<models.RegionSubscription>>(({ key, name }) => ({
    regionKey: key,
    regionName: name,
    status: "READY",
    isHomeRegion: key === homeRegion.key,
  }));
  return { body };
}

export function getUser(call: Call): Reply {
  if (pathParam(call, "userId") !== call.cloud.account.userId) {
    throw notFound();
  }
  return { body: user(call) };
}

export function listUsers(call: Call): Reply {
  if (requiredQuery(call, "compartmentId") !== call.cloud.account.tenancyId) {
    throw notFound();
  }
  const name = queryText(call, "name");
  return { body: [user(call)].filter((found) => name === undefined || found.name === name) };
}

function user(call: Call): Wire<models.User> {
  const { userId: id, userName: name, tenancyId: compartmentId, timeCreated } = call.cloud.account;
  return {
    id,
    compartmentId,
    name,
    description: "The local tenancy's user",
    timeCreated,
    lifecycleState: "ACTIVE",
    isMfaActivated: false,
    emailVerified: false,
    freeformTags: {},
    definedTags: {},
    capabilities: {
      canUseConsolePassword: false,
      canUseApiKeys: true,
      canUseAuthTokens: true,
      canUseSmtpCredentials: false,
      canUseDbCredentials: false,
      canUseCustomerSecretKeys: false,
      canUseOAuth2ClientCredentials: false,
    },
  };
}

function tenancyOf(call: Call) {
  const { account } = call.cloud;
  if (pathParam(call, "tenancyId") !== account.tenancyId) {
    throw notFound();
  }
  return account;
}
