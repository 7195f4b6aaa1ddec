import type { ResourceRow } from "../row";
import {
  description,
  flag,
  ignoringCase,
  object,
  replaces,
  required,
  state,
  tags,
  text,
  textMap,
  time,
  unsent,
  whole,
} from "../shape";
import { logging, segment, toCompartment } from "./services";

const logGroup: ResourceRow = {
  type: "oci:Logging/logGroup:LogGroup",
  noun: "log group",
  service: logging,
  inputs: { compartmentId: required(text), ...description, displayName: required(text), ...tags },
  outputs: { ...state, timeCreated: time, timeLastModified: time },
  collection: () => "/logGroups",
  item: (id) => `/logGroups/${segment(id)}`,
  workEntity: /log/i,
  move: toCompartment,
};

const log: ResourceRow = {
  type: "oci:Logging/log:Log",
  noun: "log",
  service: logging,
  inputs: {
    configuration: replaces(
      object({
        compartmentId: replaces(text),
        source: required(
          replaces(
            object({
              category: required(replaces(text)),
              parameters: textMap,
              resource: required(replaces(text)),
              service: required(replaces(text)),
              sourceType: required(replaces(ignoringCase(text))),
            }),
          ),
        ),
      }),
    ),
    displayName: required(text),
    ...tags,
    isEnabled: flag,
    logGroupId: required(unsent(text)),
    logType: required(replaces(text)),
    retentionDuration: whole,
  },
  outputs: { compartmentId: text, ...state, tenancyId: text, timeCreated: time, timeLastModified: time },
  collection: ({ logGroupId }) => `/logGroups/${segment(logGroupId)}/logs`,
  item: (id, { logGroupId }) => `/logGroups/${segment(logGroupId)}/logs/${segment(id)}`,
  importId: /^logGroupId\/(?<logGroupId>[^/]+)\/logId\/(?<id>[^/]+)$/,
  workEntity: /log/i,
  move: {
    field: "logGroupId",
    action: "changeLogGroup",
    body: (_from, to) => ({ targetLogGroupId: to }),
  },
};

export const loggingResources = [logGroup, log];
