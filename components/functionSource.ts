import * as local from "@pulumi/command/local";
import * as functions from "@pulumi/oci/functions";
import * as identity from "@pulumi/oci/identity";
import * as pulumi from "@pulumi/pulumi";
import { type AccountOverrides, accountEnvironment } from "../account";
import { formatImageReference, parseImageReference } from "../formats/imageReference";
import { secretLookingFiles } from "../formats/secretFiles";
import { answerOf } from "../lookup";
import type { RegistryCredentials } from "./registryCredentials";
import { ValidatedComponent } from "./validatedComponent";

export interface FunctionSourceArgs {
  /** OCID of the tenancy, which a compartment's name is looked for in. */
  tenancyId: string;
  /** Compartment of the application: its OCID, or its exact name anywhere in the tenancy. */
  compartment: string;
  /** Exact name of the application in that compartment, in the region of the stack. */
  application: string;
  /** Exact name of the function in that application. */
  function: string;
  /** Absolute path of the source in the function's image. Default `/function`. */
  path?: string;
  /** A long-lived login to the function's registry. Default: the extractor signs a request of its own when it runs. */
  credentials?: RegistryCredentials;
  /** Account settings for that request, which win over the environment and the configuration file. Default none. */
  account?: AccountOverrides;
}

export interface SourceFile {
  /** Relative to the source's path in the image. */
  path: string;
  /** Bytes. */
  size: number;
  /** Hex digits. */
  sha256: string;
  /** Four octal digits. */
  mode: string;
}

export interface RecoveredSource {
  /** The image as the function names it. */
  image: string;
  /** `sha256:…` of the deployed image: the tag may have moved on. */
  digest: string;
  /** Every file. This and the two below are secret where a file looks like a secret. */
  files: pulumi.Output<SourceFile[]>;
  /** Path → content of the text files. */
  text: pulumi.Output<Record<string, string>>;
  /** Base64 of a deterministic .tar.gz of all files. */
  archive: pulumi.Output<string>;
}

interface DeployedImage {
  image: string;
  /** `sha256:…` */
  digest: string;
}

/** The part of the extractor's JSON document that is published. */
interface Extracted {
  files: SourceFile[];
  text: Record<string, string>;
  archive: string;
}

/** A deployed function's source, recovered from the image that the function runs, and again whenever that image changes. */
export class FunctionSource extends ValidatedComponent {
  readonly source: RecoveredSource;

  /**
   * Finds the function before anything is made.
   * @throws pulumi.RunError where there is no such function, more than one, or one without an image of its own.
   */
  static async create(
    name: string,
    args: FunctionSourceArgs,
    options?: pulumi.ComponentResourceOptions,
  ): Promise<FunctionSource> {
    const problems = sourceProblems(args);
    const deployed = problems.length === 0 ? await findFunction(args) : { image: "", digest: "" };
    return new FunctionSource(name, args, deployed, problems, options);
  }

  private constructor(
    name: string,
    args: FunctionSourceArgs,
    { image, digest }: DeployedImage,
    problems: string[],
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("FunctionSource", name, problems, options);
    const path = args.path ?? "/function";
    const pinned = formatImageReference({ ...parseImageReference(image), digest });
    const command = new local.Command(
      name,
      {
        // Relative, so that the state is the same from every checkout; Pulumi runs it in the project's folder.
        create: `node dist/extract.js ${quoted(pinned)} --path ${quoted(path)} --json`,
        triggers: [digest],
        logging: "none",
        // Linux takes no variable over 128 KiB, and the output may well be longer.
        addPreviousOutputInEnv: false,
        environment: extractorEnvironment(args),
      },
      // A new trigger replaces the command; with no `delete` command that does no harm.
      { parent: this, additionalSecretOutputs: ["stdout"] },
    );
    const extracted = pulumi.unsecret(command.stdout).apply((stdout) => this.publish(stdout));
    this.source = { image, digest, files: extracted.files, text: extracted.text, archive: extracted.archive };
    this.registerOutputs({ ...this.source });
  }

  private publish(stdout: string): pulumi.Output<Extracted> {
    const { files, text, archive } = JSON.parse(stdout) as Extracted;
    const suspects = secretLookingFiles(
      files.map((file) => file.path),
      text,
    );
    if (suspects.length === 0) {
      return pulumi.output({ files, text, archive });
    }
    void pulumi.log.warn(
      `The function's source holds what looks like secrets (${suspects.join(", ")}), so the output stays secret: read it with ` +
        "`pulumi stack output --show-secrets`, and give the function its secrets by configuration or a vault instead.",
      this,
    );
    return pulumi.secret({ files, text, archive });
  }
}

async function findFunction(args: FunctionSourceArgs): Promise<DeployedImage> {
  const compartmentId = await findCompartment(args);
  const application = await theOnly(
    `application "${args.application}" in compartment "${args.compartment}"`,
    args.application,
    async (displayName) => (await functions.getApplications({ compartmentId, displayName })).applications,
  );
  const applicationId = application.id;
  const { image, imageDigest } = await theOnly(
    `function "${args.function}" in application "${args.application}"`,
    args.function,
    async (displayName) => (await functions.getFunctions({ applicationId, displayName })).functions,
  );
  if (!image || !imageDigest) {
    throw new pulumi.RunError(
      `The function "${args.function}" has no image of its own (it was made from Oracle's catalogue of pre-built functions), so ` +
        "there is no source to recover; name a function that was deployed from an image.",
    );
  }
  return { image, digest: imageDigest };
}

async function findCompartment({ compartment, tenancyId }: FunctionSourceArgs): Promise<string> {
  if (compartment.startsWith("ocid1.")) {
    return compartment;
  }
  const subtree = { compartmentId: tenancyId, compartmentIdInSubtree: true, accessLevel: "ANY" };
  const { id } = await theOnly(`compartment "${compartment}" in the tenancy`, compartment, async (name) => {
    const { compartments } = await identity.getCompartments({ ...subtree, name });
    return compartments.map((found) => ({ id: found.id, displayName: found.name, state: found.state }));
  });
  return id;
}

/** The one live thing of that exact name, or an error that lists what there is. */
async function theOnly<T extends { id: string; displayName: string; state: string }>(
  what: string,
  name: string,
  list: (displayName?: string) => Promise<T[]>,
): Promise<T> {
  const live = (found: T[]) => found.filter(({ state }) => !/^delet/i.test(state));
  const [match, ...twins] = live(await answerOf(list(name))).filter(
    ({ displayName }) => displayName === name,
  );
  if (match === undefined) {
    const names = live(await answerOf(list())).map(({ displayName }) => `"${displayName}"`);
    const choice = names.length === 0 ? "there is none at all" : `name one of ${names.sort().join(", ")}`;
    throw new pulumi.RunError(`There is no ${what}; ${choice}.`);
  }
  if (twins.length > 0) {
    const ids = [match, ...twins].map(({ id }) => `\n  ${id}`).join("");
    throw new pulumi.RunError(`There is more than one ${what}; rename all but one of these:${ids}`);
  }
  return match;
}

/** What the extractor logs in with. Short-lived tokens stay out: a new value would make every run a change. */
function extractorEnvironment({
  credentials,
  account = {},
}: FunctionSourceArgs): pulumi.Input<Record<string, pulumi.Input<string>>> | undefined {
  if (credentials?.longLived) {
    return { OCIR_USERNAME: credentials.username, OCIR_PASSWORD: credentials.password };
  }
  const environment = accountEnvironment(account);
  return Object.keys(environment).length === 0 ? undefined : pulumi.secret(environment);
}

/** One word for the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function sourceProblems(args: FunctionSourceArgs): string[] {
  const problems = (["compartment", "application", "function"] as const)
    .filter((key) => args[key].trim() === "")
    .map((key) => `${key} is empty; give its exact name${key === "compartment" ? " or OCID" : ""}`);
  if (args.path !== undefined && !args.path.startsWith("/")) {
    problems.push(`path "${args.path}" is not absolute; write "/${args.path}"`);
  }
  return problems;
}
