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

const TYPES: Record<string, Kind> = {
  "oci:Identity/compartment:Compartment": "identity",
  "oci:Identity/policy:Policy": "identity",
  "oci:Identity/group:Group": "identity",
  "oci:Identity/dynamicGroup:DynamicGroup": "identity",
  "oci:Identity/authToken:AuthToken": "identity",
  "fotogal-motando:components:RegistryCredentials": "identity",
  "oci:ObjectStorage/bucket:Bucket": "data",
  "oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy": "data",
  "oci:Nosql/table:Table": "data",
  "oci:Nosql/index:Index": "data",
  "oci:Artifacts/containerRepository:ContainerRepository": "registry",
  "pulumi-nodejs:dynamic/fotogal-motando:EcrRepository": "registry",
  "docker:index/image:Image": "image",
  "oci:Logging/logGroup:LogGroup": "observation",
  "oci:Logging/log:Log": "observation",
  "oci:VulnerabilityScanning/containerScanRecipe:ContainerScanRecipe": "observation",
  "oci:VulnerabilityScanning/containerScanTarget:ContainerScanTarget": "observation",
};

/** A command is what its component makes of it. */
const COMMANDS: [component: RegExp, kind: Kind][] = [
  [/:ImageGate\$/, "observation"],
  [/:(ImageEvidence|AppImage|FunctionSource)\$/, "image"],
];

export function kindOf({ type, urn }: StackResource): Kind {
  return TYPES[type] ?? COMMANDS.find(([component]) => component.test(urn))?.[1] ?? "other";
}
