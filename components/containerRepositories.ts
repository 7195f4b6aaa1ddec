import * as artifacts from "@pulumi/oci/artifacts";
import * as identity from "@pulumi/oci/identity";
import * as scanning from "@pulumi/oci/vulnerabilityscanning";
import * as pulumi from "@pulumi/pulumi";
import { repositoriesProblems } from "../formats/repositoryName";
import { repositoryReadmeProblem } from "../formats/repositoryReadme";
import { placeOf } from "../formats/policyPlace";
import { ValidatedComponent } from "./validatedComponent";

export interface ContainerRepositoriesArgs<Key extends string = string> {
  /** OCID of the compartment that they are made in. */
  compartmentId: pulumi.Input<string>;
  /** The registry's host, such as `gru.ocir.io`. */
  registryHost: pulumi.Input<string>;
  /** The tenancy's Object Storage namespace, the first segment of every repository's path. */
  namespace: pulumi.Input<string>;
  /**
   * Key by which the outputs are read → name in the registry, unique in the tenancy: parts of a-z, 0-9 and single `.`, `_`, `-`
   * with `/` between them, at most 255 characters. At least one repository.
   */
  repositories: Record<Key, string>;
  /**
   * The same key → Markdown that the registry shows beside the repository: at most 8192 characters, nothing confidential.
   * Default none. A readme that is left out later stays until another takes its place.
   */
  readmes?: Partial<Record<NoInfer<Key>, string>>;
  /** Whether a pushed tag can never be overwritten. Default false. */
  immutableTags?: boolean;
  /** Scan pushed images for known vulnerabilities. Default true. */
  vulnerabilityScanning?: boolean;
  /**
   * Make the policy that lets the scanning service read the repositories, in their compartment. Default true, where they are scanned.
   * False where who runs this may not manage policies, or where an administrator has given that access to the whole tenancy.
   */
  scanningPolicy?: boolean;
  /** Provider of the tenancy's home region, where policies are made. Default: the component's. */
  homeRegion?: pulumi.ProviderResource;
  /** Refuse to destroy or replace them: a repository is deleted with its images. Default true. */
  protectData?: boolean;
  /** Freeform tags. Default none. */
  freeformTags?: Record<string, string>;
}

/** Private container repositories of one compartment, and the scanning of their images. */
export class ContainerRepositories<Key extends string = string> extends ValidatedComponent {
  /** Key → path `host/namespace/repository`. Known after the repository exists, so what is pushed there comes later. */
  readonly paths: Record<Key, pulumi.Output<string>>;

  constructor(name: string, args: ContainerRepositoriesArgs<Key>, options?: pulumi.ComponentResourceOptions) {
    super("ContainerRepositories", name, problems(args), options);
    const { compartmentId, freeformTags } = args;
    const readmes: Partial<Record<string, string>> = args.readmes ?? {};
    const paths: Record<string, pulumi.Output<string>> = {};
    const made: artifacts.ContainerRepository[] = [];
    for (const [key, repositoryName] of Object.entries<string>(args.repositories)) {
      const content = readmes[key];
      const repository = new artifacts.ContainerRepository(
        `${name}-${key}`,
        {
          compartmentId,
          displayName: repositoryName,
          isPublic: false,
          isImmutable: args.immutableTags ?? false,
          readme: content === undefined ? undefined : { content, format: "TEXT_MARKDOWN" },
          freeformTags,
        },
        { parent: this, protect: args.protectData ?? true },
      );
      made.push(repository);
      paths[key] = pulumi.interpolate`${args.registryHost}/${args.namespace}/${repository.displayName}`;
    }

    this.paths = paths;
    if (args.vulnerabilityScanning ?? true) this.scan(name, args, made);
    this.registerOutputs({ paths: this.paths });
  }

  private scan(name: string, args: ContainerRepositoriesArgs, made: artifacts.ContainerRepository[]): void {
    const { compartmentId, freeformTags } = args;
    const recipe = new scanning.ContainerScanRecipe(
      `${name}-scan-recipe`,
      { compartmentId, displayName: `${name}-scan`, scanSettings: { scanLevel: "STANDARD" }, freeformTags },
      { parent: this },
    );
    const policies = (args.scanningPolicy ?? true) ? [this.policy(name, args)] : [];
    new scanning.ContainerScanTarget(
      `${name}-scan-target`,
      {
        compartmentId,
        displayName: `${name}-scan`,
        containerScanRecipeId: recipe.id,
        targetRegistry: { type: "OCIR", compartmentId, repositories: Object.values(args.repositories) },
        freeformTags,
      },
      // Only names tie it to the repositories.
      { parent: this, dependsOn: [...made, ...policies] },
    );
  }

  private policy(name: string, args: ContainerRepositoriesArgs): identity.Policy {
    const { compartmentId, freeformTags, homeRegion } = args;
    return new identity.Policy(
      `${name}-scan-policy`,
      {
        compartmentId,
        // Unique in the tenancy.
        name: `${pulumi.getProject()}-${pulumi.getStack()}-${name}-scan`,
        description: "Lets the Vulnerability Scanning service read the container repositories that it scans",
        statements: pulumi.output(compartmentId).apply(scanningStatements),
        freeformTags,
      },
      { parent: this, provider: homeRegion, deleteBeforeReplace: true },
    );
  }
}

function problems({ repositories, readmes = {} }: ContainerRepositoriesArgs): string[] {
  const keys = Object.keys(repositories);
  const ofReadmes = Object.entries(readmes).map(([key, text]) => {
    const problem = keys.includes(key)
      ? repositoryReadmeProblem(text ?? "")
      : `is no key of repositories; these are ${keys.join(", ")}`;
    return problem === undefined ? [] : [`readmes.${key} ${problem}`];
  });
  return [...repositoriesProblems(repositories), ...ofReadmes.flat()];
}

/** What the service needs, by Oracle's documentation, in no more than one compartment. */
function scanningStatements(compartmentId: string): string[] {
  return ["repos", "compartments"].map(
    (resources) =>
      `Allow service vulnerability-scanning-service to read ${resources} in ${placeOf(compartmentId)}`,
  );
}
