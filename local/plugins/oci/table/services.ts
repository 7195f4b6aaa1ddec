import type { Service } from "../row";

export const identity: Service = {
  title: "Identity",
  client: "oci_identity.IdentityClient",
  base: "/20160918",
};
export const objectStorage: Service = {
  title: "Object Storage",
  client: "oci_object_storage.ObjectStorageClient",
  base: "",
};
export const artifacts: Service = {
  title: "Artifacts",
  client: "oci_artifacts.ArtifactsClient",
  base: "/20160918/container",
};
export const nosql: Service = {
  title: "NoSQL",
  client: "oci_nosql.NosqlClient",
  base: "/20190828",
  conflictsPass: true,
};
export const logging: Service = {
  title: "Logging",
  client: "oci_logging.LoggingManagementClient",
  base: "/20200531",
};
export const functions: Service = {
  title: "Functions",
  client: "oci_functions.FunctionsManagementClient",
  base: "/20181201",
};
export const vulnerabilityScanning: Service = {
  title: "Vulnerability Scanning",
  client: "oci_vulnerability_scanning.VulnerabilityScanningClient",
  base: "/20210215",
};

/** Path segment from a property. */
export const segment = (value: unknown): string => encodeURIComponent(String(value));

/** The usual move to another compartment. */
export const toCompartment = {
  field: "compartmentId",
  action: "changeCompartment",
  body: (_from: string, to: string): Record<string, string> => ({ compartmentId: to }),
};
