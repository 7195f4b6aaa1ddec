import { accountEnvironment } from "../account";
import { OciApi } from "../extract/functions/ociApi";
import type { RunPulumi } from "../stacks/pulumi";
import { configOf } from "../stacks/stacks";
import { RetentionError } from "./errors";
import { type PlannedImage, planRepository, type StoredImage } from "./plan";
import type { Failure, Outcome, PlannedRepository } from "./report";
import { placeOf, readRepository } from "./repository";
import { imagesOf, readStacks } from "./states";
import { functionSources, Uses } from "./uses";

export interface PruneOptions {
  /** Default: the stack that is selected. */
  stack?: string;
  /** How many versions stay. Default: the stack's configuration `keepLast`. */
  keep?: number;
  /** Delete, not only look. */
  yes: boolean;
}

export interface PruneContext {
  pulumi: RunPulumi;
  environment: NodeJS.ProcessEnv;
  /** What the user should know of. */
  warn: (message: string) => unknown;
}

/**
 * Deletes old versions of the images in a stack's repositories, or says what it would delete.
 * @throws RetentionError, StackError, ExtractError or AccountError before anything is deleted; what fails after that is in the outcome
 */
export async function prune(
  options: PruneOptions,
  { pulumi, environment, warn }: PruneContext,
): Promise<Outcome> {
  const { name: stack, states } = await readStacks(pulumi, options.stack);
  const { settings, account } = await configOf(pulumi, stack);
  const keep = options.keep ?? keepOf(settings.keepLast, stack);
  const state = states.find(({ name }) => name === stack);
  if (state === undefined) throw new RetentionError(`Stack ${stack} has no state.`);
  const { namespace, compartments, repositories, repositoryCompartments } = imagesOf(state);
  const places = Object.values(repositories).map((output) => placeOf(output, namespace));
  const where = Object.values(compartments);
  const whereRepositories = [...new Set([...where, ...repositoryCompartments])];

  const transport = { environment: { ...environment, ...accountEnvironment(account) } };
  const api = await OciApi.open(transport);
  try {
    const { sources, unseen } = await functionSources(api, where);
    if (unseen > 0) {
      warn(
        `The account may not see the functions of ${unseen} compartments: images that only they use are not kept.`,
      );
    }
    const stacks = states.map(({ name, text }) => ({ name: `stack ${name}`, text }));
    const uses = new Uses([...stacks, ...sources]);
    const planned: PlannedRepository[] = [];
    // All is read before anything is deleted.
    for (const place of places) {
      const images = await readRepository(api, place, whereRepositories, uses, transport);
      planned.push({ name: place.name, images: planRepository(images, keep) });
    }
    const done = options.yes ? await carryOut(api, planned, keep) : { repositories: planned, failures: [] };
    return { stack, keepLast: keep, dryRun: !options.yes, ...done };
  } finally {
    api.close();
  }
}

/** @throws RetentionError when the text is no whole number, at least 1 */
export function wholeNumber(text: string, what: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new RetentionError(`${what} is "${text}"; write a whole number, at least 1.`);
}

function keepOf(configured: string | undefined, stack: string): number {
  if (configured !== undefined) return wholeNumber(configured, `fotogal-motando:keepLast of stack ${stack}`);
  throw new RetentionError(
    `How many versions stay? Give --keep N, or \`pulumi config set keepLast N --stack ${stack}\`.`,
  );
}

/**
 * Images first, so that what refers to one is there as long as it; one failure does not stop the others.
 * @returns what has become of the plan
 */
async function carryOut(
  api: OciApi,
  planned: readonly PlannedRepository[],
  keep: number,
): Promise<Pick<Outcome, "repositories" | "failures">> {
  const failures: Failure[] = [];
  const attempt = async (repository: string, images: readonly PlannedImage[]): Promise<void> => {
    for (const { image, action, removedTags } of images) {
      try {
        if (action === "delete") await deleteImage(api, image);
        else for (const version of removedTags) await removeVersion(api, image, version);
      } catch (error) {
        failures.push({ repository, digest: image.digest, message: (error as Error).message });
      }
    }
  };
  for (const { name, images } of planned) {
    const alone = images.filter(({ isReferrer }) => !isReferrer);
    await attempt(name, alone);
  }
  const repositories = planned.map(({ name, images }) => {
    const failed = failures.filter(({ repository }) => repository === name).map(({ digest }) => digest);
    return { name, images: failed.length === 0 ? images : planWithout(failed, images, keep) };
  });
  for (const { name, images } of repositories) {
    const referrers = images.filter(({ isReferrer }) => isReferrer);
    await attempt(name, referrers);
  }
  return { repositories, failures };
}

/** The plan when some images have stayed against it: so does what refers to them. */
function planWithout(
  failed: readonly string[],
  planned: readonly PlannedImage[],
  keep: number,
): PlannedImage[] {
  const images = planned.map(({ image }) =>
    failed.includes(image.digest) ? { ...image, pinned: "not deleted, since that failed" } : image,
  );
  return planRepository(images, keep);
}

async function deleteImage(api: OciApi, { id, etag }: StoredImage): Promise<void> {
  // One that is gone already is what was wanted.
  await api.change("artifacts", {
    method: "DELETE",
    path: `container/images/${encodeURIComponent(id)}`,
    ...(etag !== undefined && { etag }),
  });
}

async function removeVersion(api: OciApi, { id }: StoredImage, version: string): Promise<void> {
  await api.change("artifacts", {
    method: "POST",
    path: `container/images/${encodeURIComponent(id)}/actions/removeVersion`,
    body: { version },
  });
}
