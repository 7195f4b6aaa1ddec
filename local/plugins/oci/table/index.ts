import type { FunctionRow, ResourceRow } from "../row";
import { artifactsFunctions, artifactsResources } from "./artifacts";
import { functionsFunctions, functionsResources } from "./functions";
import { identityFunctions, identityResources } from "./identity";
import { loggingResources } from "./logging";
import { nosqlFunctions, nosqlResources } from "./nosql";
import { objectStorageFunctions, objectStorageResources } from "./objectStorage";
import { vulnerabilityScanningResources } from "./vulnerabilityScanning";

const resources: ResourceRow[] = [
  ...identityResources,
  ...objectStorageResources,
  ...artifactsResources,
  ...nosqlResources,
  ...loggingResources,
  ...functionsResources,
  ...vulnerabilityScanningResources,
];

const functions: FunctionRow[] = [
  ...identityFunctions,
  ...objectStorageFunctions,
  ...artifactsFunctions,
  ...nosqlFunctions,
  ...functionsFunctions,
];

export const resourceRows: ReadonlyMap<string, ResourceRow> = new Map(
  resources.map((row) => [row.type, row]),
);
export const functionRows: ReadonlyMap<string, FunctionRow> = new Map(
  functions.map((row) => [row.token, row]),
);
