import semver from "semver";
import { readableSize } from "../extract/command/evidence";
import { alignColumns } from "../formats/table";
import { isVersion, type PlannedImage } from "./plan";

export interface PlannedRepository {
  /** Display name. */
  name: string;
  images: PlannedImage[];
}

export interface Failure {
  repository: string;
  digest: string;
  message: string;
}

export interface Outcome {
  stack: string;
  /** Versions that are kept of each repository. */
  keepLast: number;
  /** Nothing was changed, only looked at. */
  dryRun: boolean;
  repositories: PlannedRepository[];
  failures: Failure[];
}

const header = ["REPOSITORY", "VERSION", "DIGEST", "PUSHED", "SIZE", "", "WHY"];

/** A row for each tag, and for each untagged manifest that goes; what refers to an image that stays is left out. */
export function planTable(repositories: readonly PlannedRepository[]): string {
  const rows = repositories.flatMap(({ name, images }) =>
    images
      .filter(({ action, isReferrer }) => action === "delete" || !isReferrer)
      .flatMap((planned) => rowsOf(planned))
      .sort(newestFirst)
      .map(({ cells }) => [name, ...cells]),
  );
  return `${alignColumns([header, ...rows], new Set([4])).join("\n")}\n`;
}

interface Row {
  tag: string;
  cells: string[];
}

function rowsOf({ image, action, why, removedTags, isReferrer }: PlannedImage): Row[] {
  const short = image.digest.replace(/^sha256:/, "").slice(0, 12);
  const row = (tag: string, pushed: string): Row => {
    const removed = removedTags.includes(tag);
    const verb = action === "delete" ? "delete" : removed ? "untag" : "keep";
    const reason = removed ? `an old version; the image stays: ${why}` : why;
    const name = isReferrer && tag !== "" ? "(list)" : tag === "" ? "-" : tag;
    const cells = [
      name,
      short,
      pushed.slice(0, 16).replace("T", " "),
      readableSize(image.size),
      verb,
      reason,
    ];
    return { tag, cells };
  };
  if (image.tags.length > 0) return image.tags.map(({ name, pushed }) => row(name, pushed));
  return action === "delete" ? [row("", image.pushed)] : [];
}

/** Versions, the greatest first; then the other tags; then what has none. */
function newestFirst({ tag: one }: Row, { tag: other }: Row): number {
  if (isVersion(one) && isVersion(other)) return semver.rcompare(one, other);
  const rank = (tag: string) => (isVersion(tag) ? 0 : tag === "" ? 2 : 1);
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

/** What was, or would be, done, in a few lines. */
export function summaryOf({ repositories, keepLast, dryRun, failures }: Outcome): string {
  const images = repositories.flatMap((repository) => repository.images);
  const failed = new Set(failures.map(({ digest }) => digest));
  const done = images.filter(({ image }) => !failed.has(image.digest));
  const deleted = done.filter(({ action }) => action === "delete");
  const referrers = deleted.filter(({ isReferrer }) => isReferrer);
  const untagged = done.flatMap(({ removedTags }) => removedTags).length;
  const left = images.filter(({ image, action }) => action === "keep" && image.tags.length === 0).length;
  const leftAlone = left === 0 ? "" : ` ${counted(left, "untagged manifest")} left alone.`;
  if (deleted.length + untagged + failures.length === 0) {
    return `Nothing to do: no repository has an unused version older than its newest ${keepLast}.${leftAlone}\n`;
  }
  const parts = [
    counted(deleted.length - referrers.length, "image"),
    `${counted(referrers.length, "manifest")} that referred to them`,
    `${counted(untagged, "old version")} of images that stay`,
  ];
  const size = readableSize(deleted.reduce((sum, { image }) => sum + image.size, 0));
  const verb = dryRun ? "To be deleted" : "Deleted";
  return (
    `${verb}: ${parts.join(", ")}; at most ${size}, since layers are shared.${leftAlone}\n` +
    (dryRun ? "Nothing was changed; --yes deletes.\n" : "")
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** The outcome as one JSON document. */
export function outcomeDocument({ repositories, ...outcome }: Outcome): object {
  return {
    ...outcome,
    repositories: repositories.map(({ name, images }) => ({
      name,
      images: images.map(({ image: { id, digest, tags, pushed, size }, ...planned }) => ({
        ...{ id, digest, tags, pushed, size },
        ...planned,
      })),
    })),
  };
}
