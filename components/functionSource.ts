import * as local from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";
import type { AccountOverrides } from "../account";
import {
  type DeployedFunction,
  findFunctions,
  type FunctionPlace,
  placeProblems,
} from "../deployedFunctions";
import {
  DEFAULT_ARCHIVE_BYTES,
  type ExtractedSource,
  MOST_ARCHIVE_BYTES,
  readExtractedSource,
  type SourceFile,
} from "../formats/extractedSource";
import { platformProblem } from "../formats/platform";
import { commandEnvironment, shellWord } from "./command";
import type { RegistryCredentials } from "./registryCredentials";
import { describeProblems, ValidatedComponent } from "./validatedComponent";

/** How sources are read from their images and published. */
export interface SourceReading {
  /** Absolute path of the source in the function's image. Default `/function`. */
  path?: string;
  /** `os/architecture`, of a multi-platform image. Default: what the application's shape says, or linux/amd64. */
  platform?: string;
  /** Limit for a source's .tar.gz, in bytes. Default 4 MiB, at most 64 MiB: the state holds it as text, twice. */
  maximumArchiveBytes?: number;
  /** A long-lived login to the function's registry. Default: the extractor signs a request of its own when it runs. */
  credentials?: RegistryCredentials;
  /** Account settings for that request, which win over the environment and the configuration file. Default none. */
  account?: AccountOverrides;
}

export interface FunctionSourceArgs extends SourceReading {
  /** The function, as `findFunctions` found it. */
  deployed: DeployedFunction;
}

/** The files of a function, as the stack publishes them. */
export interface RecoveredSource {
  /** The image as the function names it. */
  image: string;
  /** `sha256:…` of the deployed image: the tag may have moved on. */
  digest: string;
  /** Every file. */
  files: pulumi.Output<SourceFile[]>;
  /** Path → content of the text files that look harmless. */
  text: pulumi.Output<Record<string, string>>;
  /** Secret: path → content of the text files that look like secrets. Undefined where no file does. */
  secretText: pulumi.Output<Record<string, string> | undefined>;
  /** Base64 of a deterministic .tar.gz of all files; secret where one looks like a secret. */
  archive: pulumi.Output<string>;
}

/** A deployed function's source, recovered from the image that the function runs, and again whenever that image changes. */
export class FunctionSource extends ValidatedComponent {
  /** What was in the image. */
  readonly source: RecoveredSource;

  /**
   * Finds the function, in the region of `options.provider`, and recovers its source.
   * @throws pulumi.RunError where there is no such function, more than one, or one without an image of its own.
   */
  static async create(
    name: string,
    args: FunctionPlace & SourceReading & { function: string },
    options?: pulumi.ComponentResourceOptions,
  ): Promise<FunctionSource> {
    const [deployed] = await findFor(`FunctionSource "${name}"`, args, options);
    return new FunctionSource(name, { ...args, deployed: deployed as DeployedFunction }, options);
  }

  constructor(name: string, args: FunctionSourceArgs, options?: pulumi.ComponentResourceOptions) {
    super("FunctionSource", name, readingProblems(args), options);
    const { image, digest, pinned } = args.deployed;
    const command = new local.Command(
      name,
      {
        // Relative, so that the state is the same from every checkout; Pulumi runs it in the project's folder.
        create: extractCommand(pinned, args),
        triggers: [digest],
        logging: "none",
        // Linux takes no variable over 128 KiB, and the output may well be longer.
        addPreviousOutputInEnv: false,
        environment: commandEnvironment(args),
      },
      // A new trigger replaces the command; with no `delete` command that does no harm.
      { parent: this, additionalSecretOutputs: ["stdout"] },
    );
    const extracted = pulumi.unsecret(command.stdout).apply((stdout) => this.read(stdout, args));
    this.source = {
      image,
      digest,
      files: extracted.files,
      text: extracted.text,
      secretText: extracted.apply(({ suspects, secretText }) =>
        suspects.length > 0 ? pulumi.secret(secretText) : pulumi.output(undefined),
      ),
      archive: extracted.apply(({ suspects, archive }) =>
        suspects.length > 0 ? pulumi.secret(archive) : pulumi.output(archive),
      ),
    };
    // No files: the state has them from the command and the stack's output.
    this.registerOutputs({ image, digest });
  }

  /** Checks what the extractor printed, and says what is to know about it. */
  private read(stdout: string, { deployed, maximumArchiveBytes: most }: FunctionSourceArgs): ExtractedSource {
    const extracted = readExtractedSource(stdout);
    if (extracted === undefined) throw this.failure(["the extractor printed no JSON document"]);
    const bytes = Buffer.byteLength(extracted.archive, "base64");
    const limit = most ?? DEFAULT_ARCHIVE_BYTES;
    if (bytes > limit) {
      throw this.failure([
        `the archive of function "${deployed.name}" has ${bytes} bytes, over the limit of ${limit}; raise maximumArchiveBytes, or name a smaller directory in path`,
      ]);
    }
    for (const warning of extracted.warnings) void pulumi.log.warn(warning, this);
    if (extracted.suspects.length > 0) {
      void pulumi.log.warn(
        `The source of function "${deployed.name}" holds what looks like secrets (${extracted.suspects.join(", ")}), so their text and ` +
          "the archive are secret outputs: read them with `pulumi stack output --show-secrets`, and give the function its secrets by " +
          "configuration or a vault instead.",
        this,
      );
    }
    return extracted;
  }
}

/** The functions of a component's arguments, which are checked all together first. */
export async function findFor(
  title: string,
  args: FunctionPlace & SourceReading,
  options?: pulumi.ComponentResourceOptions,
): Promise<DeployedFunction[]> {
  const problems = [...placeProblems(args), ...readingProblems(args)];
  if (problems.length > 0) throw new pulumi.RunError(describeProblems(title, problems));
  return findFunctions(args, { provider: options?.provider });
}

function extractCommand(pinned: string, { path, platform, deployed }: FunctionSourceArgs): string {
  const wanted = platform ?? deployed.platform;
  const ofPlatform = wanted === undefined ? "" : ` --platform ${shellWord(wanted)}`;
  return `node dist/extract.js ${shellWord(pinned)} --path ${shellWord(path ?? "/function")}${ofPlatform} --json`;
}

/** One clause for each thing that is wrong with the arguments. */
export function readingProblems({ path, platform, maximumArchiveBytes: most }: SourceReading): string[] {
  const wrongPlatform = platform === undefined ? undefined : platformProblem(platform);
  return [
    ...(path === undefined || path.startsWith("/")
      ? []
      : [`path "${path}" is not absolute; write "/${path}"`]),
    ...(wrongPlatform === undefined ? [] : [`platform ${wrongPlatform}`]),
    ...(most === undefined || (Number.isInteger(most) && most >= 1 && most <= MOST_ARCHIVE_BYTES)
      ? []
      : [
          `maximumArchiveBytes ${most} is out of range; write a whole number from 1 to ${MOST_ARCHIVE_BYTES}`,
        ]),
  ];
}
