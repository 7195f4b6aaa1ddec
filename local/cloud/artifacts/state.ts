import type { models } from "oci-artifacts";

import type { ManifestFacts } from "../../registry/manifest";
import type { Cloud } from "../cloud";
import { newOcid } from "../ocid";
import { defineKind, type Resource } from "../store";
import type { Tags, Wire } from "../wire";

type ApiRepository = Wire<models.ContainerRepository>;
type ApiImage = Wire<models.ContainerImage>;

/** A container repository; its resource's name is the display name, the path below the namespace. */
export interface RepositoryDocument extends Required<Tags> {
  createdBy: string;
  isImmutable: boolean;
  isPublic: boolean;
  readme?: ApiRepository["readme"];
  timeCreated: string;
  timeLastPushed?: string;
}

/** One manifest of a repository; its resource's name is the digest and its parent the repository. */
export interface ImageDocument extends Required<Tags> {
  createdBy: string;
  layers: ApiImage["layers"];
  manifestSizeInBytes: number;
  pullCount: number;
  timeCreated: string;
  timeLastPulled?: string;
  /** Oldest first: the last one is the image's `version`. */
  versions: ApiImage["versions"];
  /** The version it had before its last one went, for the display name. */
  lastVersion?: string;
}

export type Repository = Resource<RepositoryDocument>;
export type Image = Resource<ImageDocument>;

export const repositoryKind = defineKind<RepositoryDocument>("containerRepository");
export const imageKind = defineKind<ImageDocument>("containerImage");

const configurationSetting = "artifacts.isRepositoryCreatedOnFirstPush";

/** Whether a push makes a missing repository, in the root compartment: true until it is changed, as on OCI. */
export function createsOnFirstPush(cloud: Cloud): boolean {
  return cloud.store.setting(configurationSetting) !== false;
}

export function setCreatesOnFirstPush(cloud: Cloud, value: boolean): void {
  cloud.store.setSetting(configurationSetting, value);
}

/** The repository of a display name, which is unique in the tenancy. */
export function findRepository(cloud: Cloud, name: string): Repository | undefined {
  return cloud.store.find(repositoryKind, { name })[0];
}

export function createRepository(
  cloud: Cloud,
  place: { compartmentId: string; name: string },
  settings: Partial<Omit<RepositoryDocument, "createdBy" | "timeCreated">> & { createdBy: string },
): Repository {
  const id = newOcid("containerrepo", cloud.account.homeRegion.name);
  return cloud.store.insert(
    repositoryKind,
    { ...place, id },
    {
      isImmutable: false,
      isPublic: false,
      freeformTags: {},
      definedTags: {},
      ...settings,
      timeCreated: new Date().toISOString(),
    },
  );
}

export function imagesOf(cloud: Cloud, repository: Repository): Image[] {
  return cloud.store.find(imageKind, { parentId: repository.id });
}

/** What the registry's front knows of a pushed manifest. */
export interface Push extends ManifestFacts {
  /** Undefined when it was pushed by its digest. */
  version: string | undefined;
  createdBy: string;
}

/** Records a pushed manifest, in a new repository if need be; its version leaves the image that had it before. */
export function recordPush(cloud: Cloud, name: string, push: Push): void {
  const { version, digest, createdBy } = push;
  const now = new Date().toISOString();
  cloud.store.transaction(() => {
    const root = cloud.account.tenancyId;
    const repository =
      findRepository(cloud, name) ?? createRepository(cloud, { compartmentId: root, name }, { createdBy });
    const image =
      imagesOf(cloud, repository).find((known) => known.name === digest) ??
      insertImage(cloud, repository, push);
    if (version !== undefined && !image.document.versions.some((given) => given.version === version)) {
      recordUntag(cloud, repository, version);
      const versions = [...image.document.versions, { version, createdBy, timeCreated: now }];
      cloud.store.update(imageKind, image, { ...image.document, versions });
    }
    cloud.store.update(repositoryKind, repository, { ...repository.document, timeLastPushed: now });
  });
}

function insertImage(cloud: Cloud, repository: Repository, push: Push): Image {
  const timeCreated = new Date().toISOString();
  return cloud.store.insert(
    imageKind,
    {
      id: newOcid("containerimage", cloud.account.homeRegion.name),
      compartmentId: repository.compartmentId,
      parentId: repository.id,
      name: push.digest,
    },
    {
      createdBy: push.createdBy,
      layers: push.layers.map(({ digest, size }) => ({ digest, sizeInBytes: size, timeCreated })),
      manifestSizeInBytes: push.size,
      pullCount: 0,
      timeCreated,
      versions: [],
      freeformTags: {},
      definedTags: {},
    },
  );
}

/** Takes a version from the image that has it. */
export function recordUntag(cloud: Cloud, repository: Repository, version: string): void {
  for (const image of imagesOf(cloud, repository)) {
    const versions = image.document.versions.filter((given) => given.version !== version);
    if (versions.length === image.document.versions.length) continue;
    cloud.store.update(imageKind, image, { ...image.document, versions, lastVersion: version });
  }
}

export function recordPull(cloud: Cloud, repository: Repository, digest: string): void {
  const image = imagesOf(cloud, repository).find(({ name }) => name === digest);
  if (image === undefined) return;
  const pullCount = image.document.pullCount + 1;
  cloud.store.update(imageKind, image, {
    ...image.document,
    pullCount,
    timeLastPulled: new Date().toISOString(),
  });
}

/** Forgets an image, by the digest of its manifest. */
export function recordDelete(cloud: Cloud, repository: Repository, digest: string): void {
  for (const image of imagesOf(cloud, repository)) {
    if (image.name === digest) cloud.store.remove(imageKind, image.id);
  }
}

/** Forgets a repository and its images. */
export function forgetRepository(cloud: Cloud, repository: Repository): void {
  cloud.store.transaction(() => {
    for (const image of imagesOf(cloud, repository)) cloud.store.remove(imageKind, image.id);
    cloud.store.remove(repositoryKind, repository.id);
  });
}
