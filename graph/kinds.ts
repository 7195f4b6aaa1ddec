import type { StackResource } from "./stackDocument";

/** What a resource is for; the legend's entries, in its order. */
export const KINDS = {
  identity: { legend: "identity and access", fill: "#fff3d6", line: "#b7791f" },
  data: { legend: "data store", fill: "#dcecff", line: "#2b6cb0" },
  registry: { legend: "container registry", fill: "#e9e1fb", line: "#6b46c1" },
  image: { legend: "image and what goes with it", fill: "#d9f5e5", line: "#2f855a" },
  observation: { legend: "logs and scans", fill: "#fde3ea", line: "#b83280" },
  other: { legend: "other", fill: "#eceff3", line: "#5a6472" },
} as const;

export type Kind = keyof typeof KINDS;

export interface Described {
  kind: Kind;
  /** What it is, in plain words. */
  what: string;
}

/** Type token → what it is. */
const TYPES: Record<string, Described> = {
  "oci:Identity/compartment:Compartment": { kind: "identity", what: "compartment" },
  "oci:Identity/policy:Policy": { kind: "identity", what: "policy" },
  "oci:Identity/authToken:AuthToken": { kind: "identity", what: "auth token" },
  "fotogal-motando:components:RegistryCredentials": { kind: "identity", what: "login to the registry" },
  "oci:ObjectStorage/bucket:Bucket": { kind: "data", what: "bucket" },
  "oci:Nosql/table:Table": { kind: "data", what: "NoSQL table" },
  "oci:Nosql/index:Index": { kind: "data", what: "index" },
  "oci:Artifacts/containerRepository:ContainerRepository": { kind: "registry", what: "container repository" },
  "pulumi-nodejs:dynamic/fotogal-motando:EcrRepository": { kind: "registry", what: "ECR repository" },
  "docker:index/image:Image": { kind: "image", what: "image, built and pushed" },
  "oci:Logging/logGroup:LogGroup": { kind: "observation", what: "log group" },
  "oci:Logging/log:Log": { kind: "observation", what: "log" },
  "oci:VulnerabilityScanning/containerScanRecipe:ContainerScanRecipe": {
    kind: "observation",
    what: "scan recipe",
  },
  "oci:VulnerabilityScanning/containerScanTarget:ContainerScanTarget": {
    kind: "observation",
    what: "scan target",
  },
};

/** A command is what its component makes of it: component and end of the command's name → what it is. */
const COMMANDS: [component: RegExp, name: RegExp, described: Described][] = [
  [/:ImageEvidence\$/, /-sbom$/, { kind: "image", what: "bill of materials" }],
  [/:ImageEvidence\$/, /-signature$/, { kind: "image", what: "signature" }],
  [/:AppImage\$/, /-tags$/, { kind: "image", what: "moving tags" }],
  [/:ImageGate\$/, /-scan$/, { kind: "observation", what: "scan before the push" }],
  [/:FunctionSource\$/, /$/, { kind: "image", what: "source of a deployed function" }],
];

/** A type that is not known here is called by the last part of its token. */
export function describe({ type, name, urn }: StackResource): Described {
  if (type === "command:local:Command") {
    const known = COMMANDS.find(([component, ending]) => component.test(urn) && ending.test(name));
    return known?.[2] ?? { kind: "other", what: "command" };
  }
  return TYPES[type] ?? { kind: "other", what: type.split(":").at(-1) ?? type };
}
