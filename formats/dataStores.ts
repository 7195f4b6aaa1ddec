/** Pulumi's types of what holds data that nobody can make anew, or, as a compartment, of what holds all that does. */
export const DATA_STORES: readonly string[] = [
  "oci:Artifacts/containerRepository:ContainerRepository",
  "oci:Identity/compartment:Compartment",
  "oci:Logging/log:Log",
  "oci:Logging/logGroup:LogGroup",
  "oci:Nosql/table:Table",
  "oci:ObjectStorage/bucket:Bucket",
];
