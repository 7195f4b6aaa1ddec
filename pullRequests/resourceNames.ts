import { DATA_STORES } from "../formats/dataStores";
import { nameOfUrn } from "../stacks/urn";
import type { Step } from "./events";
import { isUnknown } from "./properties";

/** A resource as people know it. */
export interface NamedResource {
  /** `NoSQL table`, `bucket`. */
  kind: string;
  /** Its name in the cloud; where it has none, the one in the program. */
  name: string;
  /** Something is in it that nobody can make anew. */
  holdsData: boolean;
  /** No thing in the cloud but a step of the update, such as attaching a bill of materials. */
  isStep: boolean;
}

const kinds: Partial<Record<string, string>> = {
  "oci:Artifacts/containerRepository:ContainerRepository": "container repository",
  "oci:Identity/authToken:AuthToken": "auth token",
  "oci:Identity/compartment:Compartment": "compartment",
  "oci:Identity/dynamicGroup:DynamicGroup": "dynamic group",
  "oci:Identity/group:Group": "group",
  "oci:Identity/policy:Policy": "access policy",
  "oci:Logging/log:Log": "log",
  "oci:Logging/logGroup:LogGroup": "log group",
  "oci:Nosql/index:Index": "table index",
  "oci:Nosql/table:Table": "NoSQL table",
  "oci:ObjectStorage/bucket:Bucket": "bucket",
  "oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy": "expiry rule of bucket",
  "oci:VulnerabilityScanning/containerScanRecipe:ContainerScanRecipe": "scan settings",
  "oci:VulnerabilityScanning/containerScanTarget:ContainerScanTarget": "scan of repositories",
  "docker:index/image:Image": "image",
};

/** Commands that accompany an image: the end of their name in the program → what they make. */
const commands: [RegExp, string][] = [
  [/-sbom$/, "bill of materials of image"],
  [/-signature$/, "signature of image"],
  [/-tags$/, "moving tags of image"],
  [/-scan$/, "vulnerability scan of image"],
];

export const TABLE_TYPE = "oci:Nosql/table:Table";
const INDEX_TYPE = "oci:Nosql/index:Index";
export const IMAGE_TYPE = "docker:index/image:Image";
const COMMAND_TYPE = "local:Command";

/** Whether it stands for something in the cloud or in a registry, not for a group, a provider or the stack itself. */
export function isRealResource({ type, old, new: wanted }: Step): boolean {
  return (wanted ?? old)?.custom === true && !type.startsWith("pulumi:");
}

/** @param tables name in the program → name in the cloud of the NoSQL tables, which indexes are named with */
export function nameResource(
  step: Pick<Step, "urn" | "type" | "old" | "new">,
  tables: ReadonlyMap<string, string> = new Map(),
): NamedResource {
  const { type } = step;
  const inProgram = nameOfUrn(step.urn);
  const holdsData = DATA_STORES.includes(type);
  if (type.endsWith(COMMAND_TYPE)) return { ...nameCommand(step.urn, inProgram), holdsData, isStep: true };
  const kind = kinds[type] ?? words(type.split(":").pop() ?? type);
  if (type === IMAGE_TYPE) {
    // A build without a push, for the scanner.
    const isStep = inProgram.endsWith("-built");
    const name = inProgram.replace(/-built$/, "");
    return { kind: isStep ? "image to be scanned" : kind, name, holdsData, isStep };
  }
  return { kind, name: nameInCloud(step, tables) ?? inProgram, holdsData, isStep: false };
}

function nameInCloud(
  { urn, type, old, new: wanted }: Pick<Step, "urn" | "type" | "old" | "new">,
  tables: ReadonlyMap<string, string>,
): string | undefined {
  const { name, displayName } = { ...wanted?.inputs, ...old?.inputs };
  const known = [name, displayName].find(
    (text): text is string => typeof text === "string" && !isUnknown(text),
  );
  if (known === undefined || type !== INDEX_TYPE) return known;
  const table = tables.get(nameOfUrn(urn).slice(0, -known.length - 1));
  return table === undefined ? known : `${table}.${known}`;
}

function nameCommand(urn: string, inProgram: string): { kind: string; name: string } {
  const [end, kind] = commands.find(([pattern]) => pattern.test(inProgram)) ?? [];
  if (end && kind !== undefined) return { kind, name: inProgram.replace(end, "") };
  const isSource = /:FunctionSource\$/.test(urn);
  return { kind: isSource ? "source of a deployed function" : "command", name: inProgram };
}

/** A type that is not in the table: `ContainerScanTarget` → `container scan target`; without what Markdown could take for its own. */
function words(type: string): string {
  return type
    .replace(/[^A-Za-z0-9]+/g, " ")
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, " ")
    .toLowerCase();
}
