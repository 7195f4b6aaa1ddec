import { writeFileSync } from "node:fs";
import path from "node:path";
import { accountEnvironment } from "../account";
import { compartmentsOf, isOcid } from "../extract/functions/findFunction";
import { OciApi } from "../extract/functions/ociApi";
import type { RunPulumi } from "../stacks/pulumi";
import { configOf, findStack } from "../stacks/stacks";
import { AdoptionError } from "./errors";
import { compartmentById, type Found } from "./finders";
import { type ImportFile, importFile } from "./importFile";
import { managedBy } from "./managed";
import { isAdopted, type Match, matchAll, type MatchOptions } from "./match";
import { settingArguments, settingsFor, type Setting } from "./settings";
import { withCopiedConfig } from "./stackConfig";
import { readPreview, type Wanted } from "./wanted";

export interface AdoptOptions {
  /** Default: the stack that is selected. */
  stack?: string;
  /** Name or OCID of FotoGal's compartment. Default: the name that the program gives it. */
  compartment?: string;
}

export interface AdoptContext {
  pulumi: RunPulumi;
  environment: NodeJS.ProcessEnv;
  /** The project's, where Pulumi.yaml is. */
  folder: string;
}

/** What would be adopted, and how. */
export interface Plan {
  stack: string;
  matches: Match[];
  /** What the configuration is to have more, so that the program agrees with what there is. */
  settings: Setting[];
  file: ImportFile;
}

/** What an update would do after the adoption. */
export interface Outlook {
  /** URN and operation of what is not left as it is. */
  changes: { urn: string; op: string }[];
  /** URNs of those of them that were adopted. */
  ofAdopted: string[];
  /** Those of these that were said to match. */
  unforeseen: string[];
}

/**
 * Looks for what the program would create. Changes nothing, neither in OCI nor in the stack nor in its configuration.
 * @throws AdoptionError, StackError, ExtractError or AccountError
 */
export async function plan(options: AdoptOptions, context: AdoptContext): Promise<Plan> {
  const { pulumi, environment, folder } = context;
  const { name: stack, stacks } = await findStack(pulumi, options.stack);
  const others = stacks.map(({ name }) => name).filter((name) => name !== stack);
  const { settings: configured, account } = await configOf(pulumi, stack);
  const [wanted, managed] = await Promise.all([preview(pulumi, stack), managedBy(pulumi, others)]);
  const api = await OciApi.open({ environment: { ...environment, ...accountEnvironment(account) } });
  try {
    const chosen = await choose(api, wanted, options.compartment);
    const first = await matchAll(api, wanted, { keep: [], chosen, managed });
    // What another stack has is no reason to configure this one, but for the compartment that all is in.
    const own = first.filter(({ status, noun }) => status !== "managed" || noun === "compartment");
    const publishedVersions = await versionsIn(api, own);
    const settings = settingsFor({ matches: own, wanted, configured, publishedVersions });
    if (first.every(({ status }) => status !== "matches" && status !== "differs" && status !== "unlike")) {
      return { stack, matches: first, settings: [], file: { nameTable: {}, resources: [] } };
    }
    const then = await withCopiedConfig(stack, folder, environment, async (file) => {
      await set(pulumi, stack, settings, file);
      return preview(pulumi, stack, file);
    });
    const keep = kept(settings, configured.keepAsFound);
    const matches = await matchAll(api, then, { keep, chosen, managed });
    return { stack, matches, settings, file: importFile(then, matches) };
  } finally {
    api.close();
  }
}

/**
 * Makes the found resources part of the stack, and sets its configuration. Nothing changes in OCI.
 * @returns what the next update would do
 */
export async function carryOut(
  { stack, file, settings, matches }: Plan,
  { pulumi, folder }: Pick<AdoptContext, "pulumi" | "folder">,
): Promise<Outlook> {
  const target = path.join(folder, importFileName(stack));
  writeFileSync(target, `${JSON.stringify(file, undefined, 2)}\n`);
  const protect = matches.filter(isAdopted).some(({ wanted }) => wanted.protect);
  // The configuration first: an import that fails halfway is then gone on with by running this again.
  await set(pulumi, stack, settings);
  const options = ["--yes", "--skip-preview", `--protect=${String(protect)}`, "--generate-code=false"];
  await pulumi(["import", "--file", target, "--stack", stack, ...options]);
  const changes = (await preview(pulumi, stack))
    .filter(({ op }) => op !== "same" && op !== "read")
    .map(({ urn, op }) => ({ urn, op }));
  const adopted = new Set(matches.filter(isAdopted).map(({ wanted }) => wanted.urn));
  const ofAdopted = changes.map(({ urn }) => urn).filter((urn) => adopted.has(urn));
  const foreseen = new Set(
    matches.filter(({ status }) => status === "differs").map(({ wanted }) => wanted.urn),
  );
  return { changes, ofAdopted, unforeseen: ofAdopted.filter((urn) => !foreseen.has(urn)) };
}

/** In the project's folder. */
export function importFileName(stack: string): string {
  return `import.${stack.replaceAll("/", ".")}.json`;
}

async function preview(pulumi: RunPulumi, stack: string, configFile?: string): Promise<Wanted[]> {
  const config = configFile === undefined ? [] : ["--config-file", configFile];
  return readPreview(await pulumi(["preview", "--json", "--show-sames", "--stack", stack, ...config]));
}

async function set(
  pulumi: RunPulumi,
  stack: string,
  settings: readonly Setting[],
  configFile?: string,
): Promise<void> {
  if (settings.length === 0) return;
  const config = configFile === undefined ? [] : ["--config-file", configFile];
  await pulumi(["config", "set-all", "--path", ...settingArguments(settings), "--stack", stack, ...config]);
}

function kept(settings: readonly Setting[], configured: string | undefined): string[] {
  const set = settings.find(({ key }) => key === "keepAsFound")?.value;
  return Array.isArray(set) ? set : (JSON.parse(configured ?? "[]") as string[]);
}

/** The compartment that the user names. */
async function choose(
  api: OciApi,
  wanted: readonly Wanted[],
  named: string | undefined,
): Promise<MatchOptions["chosen"]> {
  if (named === undefined) return new Map<string, Found>();
  const resource = wanted.find(
    ({ type, name }) => type === "oci:Identity/compartment:Compartment" && name === "fotogal",
  );
  if (resource === undefined) {
    throw new AdoptionError(
      "--compartment says nothing new: the stack's fotogalCompartmentId names FotoGal's compartment; leave one of both out.",
    );
  }
  if (resource.op !== "create") {
    throw new AdoptionError(
      `--compartment says nothing new: FotoGal's compartment is in the stack already; leave it out.`,
    );
  }
  const id = isOcid(named) ? named : ((await compartmentsOf(api, named))[0] ?? named);
  const found = await compartmentById(api, id);
  if (found !== undefined) return new Map([[resource.urn, found]]);
  throw new AdoptionError(
    `There is no compartment ${named}, or the account may not see it; check the OCID and the account's policies.`,
  );
}

/** Versions in FotoGal's repository. */
async function versionsIn(api: OciApi, matches: readonly Match[]): Promise<string[]> {
  const repository = matches.find(
    ({ wanted: { name }, noun }) => noun === "container repository" && name === "fotogal-fotogal",
  );
  if (repository?.found === undefined) return [];
  const { id: repositoryId, properties } = repository.found;
  const query = { compartmentId: String(properties.compartmentId), repositoryId };
  const images = (await api.list("artifacts", "container/images", query)) ?? [];
  return images.flatMap(({ version }) => (version === undefined ? [] : [version]));
}
