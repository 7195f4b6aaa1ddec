import type { ECRClient, Repository, Tag } from "@aws-sdk/client-ecr";
import { EcrError, type EcrSdk, isRefusal, unless, withEcr } from "./client";

/** A repository as it should be. */
export interface EcrRepositoryInputs {
  region: string;
  repositoryName: string;
  immutableTags: boolean;
  scanOnPush: boolean;
  /** Policy document; empty where nothing is deleted by itself. */
  lifecyclePolicy: string;
  tags: Record<string, string>;
  /** Whether deleting the repository deletes its images. */
  forceDelete: boolean;
}

/** As it is. */
export interface EcrRepositoryState extends EcrRepositoryInputs {
  arn: string;
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<name>` */
  uri: string;
}

/** Another name or region is another repository. */
const REPLACING = ["region", "repositoryName"] as const;
const UPDATED = ["immutableTags", "scanOnPush", "lifecyclePolicy", "tags", "forceDelete"] as const;

/** What differs between a repository as it is and as it should be. */
export function diffRepository(
  old: EcrRepositoryInputs,
  wanted: EcrRepositoryInputs,
): { changes: boolean; replaces: string[] } {
  const differs = (key: keyof EcrRepositoryInputs) => canonical(old[key]) !== canonical(wanted[key]);
  return { changes: [...REPLACING, ...UPDATED].some(differs), replaces: REPLACING.filter(differs) };
}

/**
 * Makes the repository. One of its name is never taken over.
 * @throws EcrError; where the repository exists but lacks its lifecycle policy, with the `id`, `properties` and `reasons` by which
 * Pulumi keeps it and completes it at the next update.
 */
export function createRepository(
  wanted: EcrRepositoryInputs,
): Promise<{ id: string; outs: EcrRepositoryState }> {
  const { region, repositoryName } = wanted;
  return withEcr(region, async (client, sdk) => {
    const command = new sdk.CreateRepositoryCommand({
      repositoryName,
      imageTagMutability: mutability(wanted),
      imageScanningConfiguration: { scanOnPush: wanted.scanOnPush },
      tags: tagList(wanted.tags),
    });
    const { repository } = await client.send(command).catch((error: unknown) => {
      throw isRefusal(error, "RepositoryAlreadyExistsException")
        ? new EcrError(
            `${title(wanted)} exists already: give it another name, or delete the one that is there.`,
          )
        : error;
    });
    const outs = { ...wanted, ...address(repository) };
    try {
      if (wanted.lifecyclePolicy !== "") await putLifecyclePolicy(client, sdk, wanted);
    } catch (error) {
      const reasons = [`its lifecycle policy was refused: ${error instanceof Error ? error.message : ""}`];
      const properties = { ...outs, lifecyclePolicy: "" };
      throw Object.assign(new EcrError(`${title(wanted)} is made, but ${reasons.join()}`), {
        id: repositoryName,
        properties,
        reasons,
      });
    }
    return { id: repositoryName, outs };
  });
}

/** The repository as it is now; undefined where it is gone. */
export function readRepository(known: EcrRepositoryState): Promise<EcrRepositoryState | undefined> {
  const { region, repositoryName } = known;
  return withEcr(region, async (client, sdk) => {
    const described = await unless(
      "RepositoryNotFoundException",
      client.send(new sdk.DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })),
    );
    const [repository] = described?.repositories ?? [];
    if (repository === undefined) return undefined;
    const { arn, uri } = address(repository);
    const [policy, { tags = [] }] = await Promise.all([
      unless(
        "LifecyclePolicyNotFoundException",
        client.send(new sdk.GetLifecyclePolicyCommand({ repositoryName })),
      ),
      client.send(new sdk.ListTagsForResourceCommand({ resourceArn: arn })),
    ]);
    return {
      ...known,
      immutableTags: repository.imageTagMutability === "IMMUTABLE",
      scanOnPush: repository.imageScanningConfiguration?.scanOnPush ?? false,
      lifecyclePolicy: policy?.lifecyclePolicyText ?? "",
      tags: Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])),
      arn,
      uri,
    };
  });
}

/** Changes what differs. */
export function updateRepository(
  old: EcrRepositoryState,
  wanted: EcrRepositoryInputs,
): Promise<{ outs: EcrRepositoryState }> {
  const { region, repositoryName } = wanted;
  const { arn, uri } = old;
  return withEcr(region, async (client, sdk) => {
    if (old.immutableTags !== wanted.immutableTags) {
      const imageTagMutability = mutability(wanted);
      await client.send(new sdk.PutImageTagMutabilityCommand({ repositoryName, imageTagMutability }));
    }
    if (old.scanOnPush !== wanted.scanOnPush) {
      const imageScanningConfiguration = { scanOnPush: wanted.scanOnPush };
      await client.send(
        new sdk.PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration }),
      );
    }
    if (canonical(old.lifecyclePolicy) !== canonical(wanted.lifecyclePolicy)) {
      await putLifecyclePolicy(client, sdk, wanted);
    }
    const gone = Object.keys(old.tags).filter((key) => !(key in wanted.tags));
    if (gone.length > 0) {
      await client.send(new sdk.UntagResourceCommand({ resourceArn: arn, tagKeys: gone }));
    }
    if (Object.keys(wanted.tags).length > 0 && canonical(old.tags) !== canonical(wanted.tags)) {
      await client.send(new sdk.TagResourceCommand({ resourceArn: arn, tags: tagList(wanted.tags) }));
    }
    return { outs: { ...wanted, arn, uri } };
  });
}

/** Deletes the repository, with its images only where `forceDelete` is set. One that is gone already is deleted. */
export function deleteRepository({ forceDelete: force, ...old }: EcrRepositoryState): Promise<void> {
  const { region, repositoryName } = old;
  return withEcr(region, async (client, { DeleteRepositoryCommand }) => {
    try {
      await client.send(new DeleteRepositoryCommand({ repositoryName, force }));
    } catch (error) {
      if (isRefusal(error, "RepositoryNotFoundException")) return;
      if (!isRefusal(error, "RepositoryNotEmptyException")) throw error;
      throw new EcrError(
        `${title(old)} has images: delete them first, or set forceDelete and update the stack, and then destroy it.`,
      );
    }
  });
}

/** Puts the wanted policy in place, or none. */
async function putLifecyclePolicy(
  client: ECRClient,
  { DeleteLifecyclePolicyCommand, PutLifecyclePolicyCommand }: EcrSdk,
  { repositoryName, lifecyclePolicy }: EcrRepositoryInputs,
): Promise<void> {
  if (lifecyclePolicy === "") {
    const none = client.send(new DeleteLifecyclePolicyCommand({ repositoryName }));
    await unless("LifecyclePolicyNotFoundException", none);
  } else {
    const policy = { repositoryName, lifecyclePolicyText: lifecyclePolicy };
    await client.send(new PutLifecyclePolicyCommand(policy));
  }
}

function title({ repositoryName, region }: Pick<EcrRepositoryInputs, "repositoryName" | "region">): string {
  return `ECR repository "${repositoryName}" in region ${region}`;
}

function mutability({ immutableTags }: EcrRepositoryInputs): "IMMUTABLE" | "MUTABLE" {
  return immutableTags ? "IMMUTABLE" : "MUTABLE";
}

function address(repository: Repository | undefined): Pick<EcrRepositoryState, "arn" | "uri"> {
  return { arn: repository?.repositoryArn ?? "", uri: repository?.repositoryUri ?? "" };
}

function tagList(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Equal for equal values, whatever the order of an object's keys; a policy document is compared by what it says. */
function canonical(value: unknown): string {
  if (typeof value === "string" && value.startsWith("{")) return canonical(JSON.parse(value));
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${key}:${canonical(each)}`).join()}}`;
}
