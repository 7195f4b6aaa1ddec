import type { FunctionRow, ResourceRow } from "../row";
import {
  as,
  flag,
  ignoringCase,
  list,
  object,
  replaces,
  required,
  single,
  state,
  tags,
  text,
  textMap,
  time,
  whole,
  wholeText,
  type Fields,
} from "../shape";
import { functions, segment, toCompartment } from "./services";

const keyDetails = list(object({ kmsKeyId: required(text) }));
const imagePolicy: Fields = { isPolicyEnabled: required(flag), keyDetails };
const lineFormat: Fields = { lineFormat: text };
const applicationTrace: Fields = { domainId: text, isEnabled: flag };
const destination: Fields = {
  channelId: text,
  kind: required(ignoringCase(text)),
  queueId: text,
  streamId: text,
  topicId: text,
};
const concurrency: Fields = { count: whole, strategy: required(ignoringCase(text)) };
const source: Fields = { pbfListingId: required(replaces(text)), sourceType: required(replaces(text)) };
const functionTrace: Fields = { isEnabled: flag };

const applicationOutputs: Fields = { ...state, timeCreated: time, timeUpdated: time };

const application: ResourceRow = {
  type: "oci:Functions/application:Application",
  noun: "application",
  service: functions,
  inputs: {
    compartmentId: required(text),
    config: textMap,
    ...tags,
    displayName: required(replaces(text)),
    imagePolicyConfig: object(imagePolicy),
    logging: object(lineFormat),
    networkSecurityGroupIds: list(text),
    securityAttributes: textMap,
    shape: replaces(text),
    subnetIds: required(replaces(list(text))),
    syslogUrl: text,
    traceConfig: object(applicationTrace),
  },
  outputs: applicationOutputs,
  collection: () => "/applications",
  item: (id) => `/applications/${segment(id)}`,
  move: toCompartment,
};

const functionOutputs: Fields = {
  compartmentId: text,
  invokeEndpoint: text,
  shape: text,
  ...state,
  timeCreated: time,
  timeUpdated: time,
};

const memoryInMbs = as("memoryInMBs", wholeText);

const deployedFunction: ResourceRow = {
  type: "oci:Functions/function:Function",
  noun: "function",
  service: functions,
  inputs: {
    applicationId: required(replaces(text)),
    config: textMap,
    ...tags,
    detachedModeTimeoutInSeconds: whole,
    displayName: required(replaces(text)),
    failureDestination: object(destination),
    image: text,
    imageDigest: text,
    memoryInMbs: required(memoryInMbs),
    provisionedConcurrencyConfig: object(concurrency),
    sourceDetails: replaces(object(source)),
    successDestination: object(destination),
    timeoutInSeconds: whole,
    traceConfig: object(functionTrace),
  },
  outputs: functionOutputs,
  collection: () => "/functions",
  item: (id) => `/functions/${segment(id)}`,
};

const getApplications: FunctionRow = {
  token: "oci:Functions/getApplications:getApplications",
  service: functions,
  inputs: { compartmentId: required(text), displayName: text, id: text, state: text },
  path: () => "/applications",
  query: { compartmentId: text, displayName: text, id: text, ...state },
  result: {
    kind: "many",
    as: "applications",
    fields: {
      compartmentId: text,
      config: textMap,
      ...tags,
      displayName: text,
      id: text,
      imagePolicyConfigs: as("imagePolicyConfig", single(imagePolicy)),
      loggings: as("logging", single(lineFormat)),
      networkSecurityGroupIds: list(text),
      securityAttributes: textMap,
      shape: text,
      subnetIds: list(text),
      syslogUrl: text,
      traceConfigs: as("traceConfig", single(applicationTrace)),
      ...applicationOutputs,
    },
  },
};

const listedFunction: Fields = {
  applicationId: text,
  config: textMap,
  ...tags,
  detachedModeTimeoutInSeconds: whole,
  displayName: text,
  failureDestinations: as("failureDestination", single(destination)),
  id: text,
  image: text,
  imageDigest: text,
  memoryInMbs,
  provisionedConcurrencyConfigs: as("provisionedConcurrencyConfig", single(concurrency)),
  sourceDetails: single(source),
  successDestinations: as("successDestination", single(destination)),
  timeoutInSeconds: whole,
  traceConfigs: as("traceConfig", single(functionTrace)),
  ...functionOutputs,
};

const getFunctions: FunctionRow = {
  token: "oci:Functions/getFunctions:getFunctions",
  service: functions,
  inputs: { applicationId: required(text), displayName: text, id: text, state: text },
  path: () => "/functions",
  query: { applicationId: text, displayName: text, id: text, ...state },
  result: { kind: "many", as: "functions", fields: listedFunction },
};

const getFunction: FunctionRow = {
  token: "oci:Functions/getFunction:getFunction",
  service: functions,
  inputs: { functionId: required(text) },
  path: ({ functionId }) => `/functions/${segment(functionId)}`,
  result: { kind: "one", fields: listedFunction },
};

export const functionsResources = [application, deployedFunction];
export const functionsFunctions = [getApplications, getFunctions, getFunction];
