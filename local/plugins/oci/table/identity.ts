import { asText } from "../../shared/values";
import type { Body, FunctionRow, ResourceRow } from "../row";
import {
  absentAs,
  as,
  definedTags,
  flag,
  list,
  replaces,
  required,
  single,
  state,
  tags,
  text,
  textMap,
  time,
  unsent,
  wholeText,
  type Fields,
} from "../shape";
import { identity, segment } from "./services";

const compartmentFields: Fields = {
  compartmentId: text,
  description: text,
  name: text,
  ...tags,
  ...state,
  inactiveState: as("inactiveStatus", wholeText),
  isAccessible: flag,
  timeCreated: time,
};

const compartment: ResourceRow = {
  type: "oci:Identity/compartment:Compartment",
  noun: "compartment",
  service: identity,
  inputs: {
    compartmentId: text,
    description: required(text),
    enableDelete: absentAs(false, unsent(flag)),
    name: text,
    ...tags,
  },
  outputs: {
    inactiveState: as("inactiveStatus", wholeText),
    isAccessible: flag,
    ...state,
    timeCreated: time,
  },
  collection: () => "/compartments",
  item: (id) => `/compartments/${segment(id)}`,
  move: {
    field: "compartmentId",
    action: "moveCompartment",
    body: (_from, to) => ({ targetCompartmentId: to }),
  },
  autoname: true,
  defaults: ({ account }) => ({ compartmentId: account.tenancyId }),
  opensConsistencyWindow: true,
  keeps: (values) =>
    values.enableDelete === true
      ? undefined
      : "The compartment is left as it is, since enableDelete is not true; a new one of the same name takes it over.",
  // Without enableDelete, destroy keeps the compartment, so creating it again means taking it over.
  async adopt(session, values, error, signal) {
    const taken =
      error.status === 409 && /already exists|maximum number of compartment/i.test(error.serviceMessage);
    if (!taken || values.enableDelete === true) return undefined;
    const { items } = await session.list({
      service: identity,
      path: "/compartments",
      query: { compartmentId: asText(values.compartmentId) },
      doing: `find the existing compartment "${asText(values.name)}"`,
      signal,
    });
    const found = items.find(
      ({ name, lifecycleState }) => name === values.name && lifecycleState === "ACTIVE",
    );
    return found?.id as string | undefined;
  },
};

const tokensPath = (userId: unknown): string => `/users/${segment(userId)}/authTokens`;

const authToken: ResourceRow = {
  type: "oci:Identity/authToken:AuthToken",
  noun: "auth token",
  service: identity,
  inputs: { description: required(text), userId: required(replaces(unsent(text))) },
  outputs: {
    inactiveState: as("inactiveStatus", wholeText),
    ...state,
    timeCreated: time,
    timeExpires: time,
    token: text,
  },
  collection: ({ userId }) => tokensPath(userId),
  item: (id, { userId }) => `${tokensPath(userId)}/${segment(id)}`,
  importId: /^users\/(?<userId>[^/]+)\/authTokens\/(?<id>[^/]+)$/,
  shownOnce: ["token"],
  // The service lists tokens but shows none by itself.
  async read(session, id, { userId }, signal): Promise<Body | undefined> {
    if (typeof userId !== "string") {
      throw new Error(`read auth token "${id}": import it as users/USER_OCID/authTokens/TOKEN_OCID`);
    }
    const path = tokensPath(userId);
    const { items } = await session.list({
      service: identity,
      path,
      doing: `read auth token "${id}"`,
      signal,
    });
    return items.find((item) => item.id === id);
  },
};

const policy: ResourceRow = {
  type: "oci:Identity/policy:Policy",
  noun: "policy",
  service: identity,
  inputs: {
    compartmentId: required(replaces(text)),
    description: required(text),
    name: replaces(text),
    statements: required(list(text)),
    versionDate: text,
    ...tags,
  },
  outputs: {
    // The three that the official schema calls deprecated; the service has none of them.
    ETag: text,
    inactiveState: as("inactiveStatus", wholeText),
    lastUpdateETag: text,
    policyHash: text,
    ...state,
    timeCreated: time,
  },
  collection: () => "/policies",
  item: (id) => `/policies/${segment(id)}`,
  autoname: true,
};

const groupOutputs: Fields = {
  inactiveState: as("inactiveStatus", wholeText),
  ...state,
  timeCreated: time,
};

const group: ResourceRow = {
  type: "oci:Identity/group:Group",
  noun: "group",
  service: identity,
  inputs: { compartmentId: replaces(text), description: required(text), name: replaces(text), ...tags },
  outputs: groupOutputs,
  collection: () => "/groups",
  item: (id) => `/groups/${segment(id)}`,
  autoname: true,
  defaults: ({ account }) => ({ compartmentId: account.tenancyId }),
};

const dynamicGroup: ResourceRow = {
  type: "oci:Identity/dynamicGroup:DynamicGroup",
  noun: "dynamic group",
  service: identity,
  inputs: {
    compartmentId: required(replaces(text)),
    description: required(text),
    matchingRule: required(text),
    name: replaces(text),
    ...tags,
  },
  outputs: groupOutputs,
  collection: () => "/dynamicGroups",
  item: (id) => `/dynamicGroups/${segment(id)}`,
  autoname: true,
};

const getCompartments: FunctionRow = {
  token: "oci:Identity/getCompartments:getCompartments",
  service: identity,
  inputs: {
    accessLevel: text,
    compartmentId: required(text),
    compartmentIdInSubtree: flag,
    name: text,
    state: text,
  },
  path: () => "/compartments",
  query: { accessLevel: text, compartmentId: text, compartmentIdInSubtree: flag, name: text, ...state },
  result: { kind: "many", as: "compartments", fields: { id: text, ...compartmentFields } },
};

const getRegionSubscriptions: FunctionRow = {
  token: "oci:Identity/getRegionSubscriptions:getRegionSubscriptions",
  service: identity,
  inputs: { tenancyId: required(text) },
  path: ({ tenancyId }) => `/tenancies/${segment(tenancyId)}/regionSubscriptions`,
  result: {
    kind: "many",
    as: "regionSubscriptions",
    fields: { isHomeRegion: flag, regionKey: text, regionName: text, state: as("status", text) },
  },
};

const getRegions: FunctionRow = {
  token: "oci:Identity/getRegions:getRegions",
  service: identity,
  inputs: {},
  path: () => "/regions",
  result: { kind: "many", as: "regions", fields: { key: text, name: text } },
};

const getTenancy: FunctionRow = {
  token: "oci:Identity/getTenancy:getTenancy",
  service: identity,
  inputs: { tenancyId: required(text) },
  path: ({ tenancyId }) => `/tenancies/${segment(tenancyId)}`,
  result: {
    kind: "one",
    fields: {
      definedTags,
      description: text,
      freeformTags: textMap,
      homeRegionKey: text,
      id: text,
      name: text,
      upiIdcsCompatibilityLayerEndpoint: text,
    },
  },
};

const getUser: FunctionRow = {
  token: "oci:Identity/getUser:getUser",
  service: identity,
  inputs: { userId: required(text) },
  path: ({ userId }) => `/users/${segment(userId)}`,
  result: {
    kind: "one",
    fields: {
      capabilities: single({
        canUseApiKeys: flag,
        canUseAuthTokens: flag,
        canUseConsolePassword: flag,
        canUseCustomerSecretKeys: flag,
        canUseDbCredentials: flag,
        canUseOauth2clientCredentials: as("canUseOAuth2ClientCredentials", flag),
        canUseSmtpCredentials: flag,
      }),
      compartmentId: text,
      dbUserName: text,
      ...tags,
      description: text,
      email: text,
      emailVerified: flag,
      externalIdentifier: text,
      id: text,
      identityProviderId: text,
      inactiveState: as("inactiveStatus", wholeText),
      lastSuccessfulLoginTime: time,
      name: text,
      previousSuccessfulLoginTime: time,
      ...state,
      timeCreated: time,
    },
  },
};

const getAuthTokens: FunctionRow = {
  token: "oci:Identity/getAuthTokens:getAuthTokens",
  service: identity,
  inputs: { userId: required(text) },
  path: ({ userId }) => tokensPath(userId),
  result: {
    kind: "many",
    as: "tokens",
    fields: {
      description: text,
      id: text,
      inactiveState: as("inactiveStatus", wholeText),
      ...state,
      timeCreated: time,
      timeExpires: time,
      token: text,
      userId: text,
    },
  },
};

export const identityResources = [compartment, authToken, policy, group, dynamicGroup];
export const identityFunctions = [
  getCompartments,
  getRegionSubscriptions,
  getRegions,
  getTenancy,
  getUser,
  getAuthTokens,
];
