import semver from "semver";
import { imageTagProblem } from "../formats/imageTag";

/** A manifest of a repository, with everything that its fate depends on. */
export interface StoredImage {
  /** OCID. */
  id: string;
  /** As it was seen. */
  etag?: string;
  /** `sha256:…` */
  digest: string;
  tags: StoredTag[];
  /** RFC 3339. */
  pushed: string;
  /** Bytes of its manifest and layers, other images' layers among them. */
  size: number;
  /** Digests that it lists, if it is an index. */
  members: string[];
  /** Digest of the manifest that it refers to, where it has no tag. */
  subject?: string;
  /** Why it must stay as it is, such as `used by stack dev`. */
  pinned?: string;
}

export interface StoredTag {
  name: string;
  /** RFC 3339. */
  pushed: string;
}

/** What becomes of an image, and why. */
export interface PlannedImage {
  image: StoredImage;
  action: "keep" | "delete";
  why: string;
  /** Old versions to take from an image that stays. */
  removedTags: string[];
  /** It accompanies another image: a bill of materials, a signature, their list. Those go after the images. */
  isReferrer: boolean;
}

/** The tag that lists what refers to a manifest, and those under which cosign keeps it. */
const referrersTag = /^sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/;

/**
 * Decides about the images of one repository: the `keep` greatest versions stay, and so does whatever is pinned, has a tag that is no
 * version, belongs to an index that stays or refers to an image that stays. Untagged images stay, unless they refer to an image that
 * goes or is gone.
 */
export function planRepository(images: readonly StoredImage[], keep: number): PlannedImage[] {
  const newest = newestVersions(images, keep);
  const reasons = new Map<StoredImage, string>();
  for (const image of images) {
    const why = ownReason(image, newest, keep);
    if (why !== undefined) reasons.set(image, why);
  }
  // What stays makes others stay, until there are no more.
  for (let before = -1; before < reasons.size;) {
    before = reasons.size;
    const staying = new Set([...reasons.keys()].map(({ digest }) => digest));
    const parts = new Set([...reasons.keys()].flatMap(({ members }) => members));
    for (const image of images) {
      if (reasons.has(image)) continue;
      if (parts.has(image.digest)) reasons.set(image, "part of an index that stays");
      else if (subjectsOf(image).some((subject) => staying.has(subject)))
        reasons.set(image, "belongs to an image that stays");
    }
  }
  return images.map((image) => plan(image, reasons.get(image), newest, keep));
}

/** A strict semantic version, whose numbers can be compared. */
export function isVersion(tag: string): boolean {
  return imageTagProblem(tag) === undefined && semver.valid(tag) !== null;
}

function newestVersions(images: readonly StoredImage[], keep: number): Set<string> {
  const versions = images.flatMap(({ tags }) => tags.map(({ name }) => name)).filter(isVersion);
  return new Set(versions.sort(semver.rcompare).slice(0, keep));
}

/** Why an image stays, whatever becomes of the others. */
function ownReason(image: StoredImage, newest: ReadonlySet<string>, keep: number): string | undefined {
  if (image.pinned !== undefined) return image.pinned;
  const names = image.tags.map(({ name }) => name);
  if (names.some((name) => newest.has(name)))
    return keep === 1 ? "the newest version" : `one of the newest ${keep} versions`;
  const other = names.find((name) => !isVersion(name) && !referrersTag.test(name));
  if (other !== undefined) return `has tag ${other}`;
  return names.length === 0 && image.subject === undefined ? "untagged" : undefined;
}

function subjectsOf({ tags, subject }: StoredImage): string[] {
  const listed = tags.flatMap(({ name }) => referrersTag.exec(name)?.[1] ?? []);
  return [...(subject === undefined ? [] : [subject]), ...listed.map((hex) => `sha256:${hex}`)];
}

function plan(
  image: StoredImage,
  stays: string | undefined,
  newest: ReadonlySet<string>,
  keep: number,
): PlannedImage {
  const names = image.tags.map(({ name }) => name);
  const old = names.filter((name) => isVersion(name) && !newest.has(name));
  const isReferrer = subjectsOf(image).length > 0 && names.every((name) => referrersTag.test(name));
  if (stays === undefined) {
    const why = isReferrer
      ? "its image goes, or is gone"
      : `older than the newest ${keep === 1 ? "version" : `${keep} versions`}`;
    return { image, action: "delete", why, removedTags: [], isReferrer };
  }
  // The last tag is what it is found and one day deleted by.
  const loose = image.pinned === undefined && old.length < names.length;
  return { image, action: "keep", why: stays, removedTags: loose ? old : [], isReferrer };
}
