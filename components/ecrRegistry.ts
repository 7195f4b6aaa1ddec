import * as pulumi from "@pulumi/pulumi";
import type { EcrLogin } from "../ecr";
import { type ImageLifecycle, lifecyclePolicy, lifecycleProblems } from "../ecr/lifecyclePolicy";
import { ecrRepositoryNameProblem } from "../ecr/repositoryName";
import { repositoriesProblems } from "../formats/repositoryName";
import { refusal } from "../lookup";
import { EcrRepository } from "./ecrRepository";
import type { ImageRegistry, RegistryLogin } from "./imageRegistry";
import { ValidatedComponent } from "./validatedComponent";

export interface EcrRegistryArgs<Key extends string = string> {
  /** AWS region of the repositories, such as `sa-east-1`. */
  region: string;
  /**
   * Key by which a repository is asked for → name in the registry, unique in account and region: 2 to 255 characters, parts of
   * a-z, 0-9 and single `.`, `_`, `-` with `/` between them, a letter first. At least one repository.
   */
  repositories: Record<Key, string>;
  /** Whether a pushed tag can never be overwritten. Default true. */
  immutableTags?: boolean;
  /** Scan each image when it is pushed (ECR's basic scan; a scan that is set for the whole registry wins). Default true. */
  scanOnPush?: boolean;
  /** What ECR deletes by itself. Default nothing. */
  lifecycle?: ImageLifecycle;
  /** AWS tags of each repository, at most 50. Default none. */
  tags?: Record<string, string>;
  /** Refuse to destroy or replace the repositories. Default true. */
  protectData?: boolean;
  /** Whether destroying a repository deletes its images; otherwise one that has images stays. Default false. */
  forceDelete?: boolean;
}

/**
 * Amazon's registry: private repositories, encrypted with ECR's own key, and a login of 12 hours. The account is the one that AWS's
 * own tools would use: the environment (`AWS_PROFILE`, `AWS_ACCESS_KEY_ID`, …), single sign-on, a role of the machine.
 */
export class EcrRegistry<Key extends string = string>
  extends ValidatedComponent
  implements ImageRegistry<Key>
{
  /** `<account>.dkr.ecr.<region>.amazonaws.com` */
  readonly host: string;
  /** In a preview, which pushes nothing, with a placeholder for the password. */
  readonly credentials: RegistryLogin;
  /** Key → path `host/name`. */
  readonly paths: Record<Key, pulumi.Output<string>>;

  /**
   * Gets the authorization token, which also tells the account, before anything is made.
   * @throws pulumi.RunError where there is no AWS account, or it gets no token; pulumi.ResourceError for bad arguments
   */
  static async create<Key extends string>(
    name: string,
    args: EcrRegistryArgs<Key>,
    options?: pulumi.ComponentResourceOptions,
  ): Promise<EcrRegistry<Key>> {
    const problems = registryProblems(args);
    const login = problems.length > 0 ? NO_LOGIN : await logIn(args.region);
    return new EcrRegistry(name, args, problems, login, options);
  }

  private constructor(
    name: string,
    args: EcrRegistryArgs<Key>,
    problems: string[],
    { host, username, password }: EcrLogin,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("EcrRegistry", name, problems, options);
    this.host = host;
    const usable = pulumi.runtime.isDryRun() ? "got when the stack is updated" : password;
    this.credentials = {
      server: host,
      username,
      password: pulumi.secret(usable),
      longLived: false,
      forReading: () =>
        pulumi.secret({ credential: { username, password }, source: "the AWS account's token" }),
    };
    const paths: Record<string, pulumi.Output<string>> = {};
    for (const [key, repositoryName] of Object.entries<string>(args.repositories)) {
      const repository = new EcrRepository(
        `${name}-${key}`,
        {
          region: args.region,
          repositoryName,
          immutableTags: args.immutableTags ?? true,
          scanOnPush: args.scanOnPush ?? true,
          lifecyclePolicy: lifecyclePolicy(args.lifecycle),
          tags: args.tags ?? {},
          forceDelete: args.forceDelete ?? false,
        },
        { parent: this, protect: args.protectData ?? true },
      );
      paths[key] = pulumi.interpolate`${host}/${repository.repositoryName}`;
    }
    this.paths = paths;
    // No password: registered, it would be a new value in the state at every run.
    this.registerOutputs({ host, paths });
  }

  repository(key: Key): pulumi.Output<string> {
    return this.paths[key];
  }
}

const NO_LOGIN: EcrLogin = { host: "", username: "", password: "" };

async function logIn(region: string): Promise<EcrLogin> {
  try {
    const { ecrLogin } = await import("../ecr/login");
    return await ecrLogin(region);
  } catch (error) {
    throw refusal(error);
  }
}

function registryProblems({ region, repositories, lifecycle, tags = {} }: EcrRegistryArgs): string[] {
  const tagCount = Object.keys(tags).length;
  return [
    ...(/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)
      ? []
      : [`region "${region}" is none of AWS's; write one such as "sa-east-1"`]),
    ...repositoriesProblems(repositories, ecrRepositoryNameProblem),
    ...lifecycleProblems(lifecycle),
    ...(tagCount > 50 ? [`tags has ${tagCount} entries; AWS allows 50`] : []),
  ];
}
