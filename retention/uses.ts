import { compartmentsOf } from "../extract/functions/findFunction";
import type { OciApi } from "../extract/functions/ociApi";
import { live } from "../extract/functions/theOnly";
import { inParallel } from "../extract/inParallel";
import { RetentionError } from "./errors";

/** A text that may name images: by digest, or as repository:tag. */
export interface Source {
  /** Such as `stack dev`. */
  name: string;
  text: string;
}

/** Finds out who uses an image. What is found may be too much, never too little: a mention counts, wherever it stands. */
export class Uses {
  readonly #digests = new Map<string, string>();

  constructor(private readonly sources: readonly Source[]) {
    for (const { name, text } of sources) {
      for (const [digest] of text.matchAll(/sha256:[0-9a-f]{64}/g)) {
        if (!this.#digests.has(digest)) this.#digests.set(digest, name);
      }
    }
  }

  /** @param repository its display name. @returns the name of one that uses it */
  of(repository: string, image: { digest: string; tags: readonly { name: string }[] }): string | undefined {
    const byDigest = this.#digests.get(image.digest);
    if (byDigest !== undefined || image.tags.length === 0) return byDigest;
    const tags = image.tags.map(({ name }) => escaped(name)).join("|");
    const mention = new RegExp(`${escaped(repository)}:(?:${tags})(?![\\w.-])`);
    return this.sources.find(({ text }) => mention.test(text))?.name;
  }
}

/**
 * The images of all deployed functions that the account sees, wherever in the tenancy.
 * @param compartments those that must be seen
 * @throws RetentionError where they are not
 */
export async function functionSources(
  api: OciApi,
  compartments: readonly string[],
): Promise<{ sources: Source[]; unseen: number }> {
  const all = new Set([...compartments, ...(await compartmentsOf(api))]);
  let unseen = 0;
  const applications = await inParallel([...all], async (compartmentId) => {
    const found = await api.list("functions", "applications", { compartmentId });
    if (found !== undefined) return found;
    if (compartments.includes(compartmentId))
      throw notSeen(`the applications in compartment ${compartmentId}`);
    unseen++;
    return [];
  });
  const functions = await inParallel(applications.flat(), async ({ id: applicationId }) => {
    const found = await api.list("functions", "functions", { applicationId });
    if (found === undefined) throw notSeen(`the functions of application ${applicationId}`);
    return live(found.map((one) => ({ ...one, state: String(one.lifecycleState) })));
  });
  const sources = functions.flat().map(({ displayName = "", image = "", imageDigest = "" }) => ({
    name: `function ${displayName}`,
    text: `${image} ${imageDigest}`,
  }));
  return { sources, unseen };
}

function notSeen(what: string): RetentionError {
  return new RetentionError(
    `Nothing is deleted: the account may not see ${what}, which may use images; check its policies (inspect fn-app, fn-function).`,
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
