import { z } from "zod";

import type { Cloud } from "../cloud/cloud";
import { findRepository, imagesOf, recordPush } from "../cloud/artifacts/state";
import { type ContainerRegistry, manifestTypes } from "./containerRegistry";
import { manifestFacts } from "./manifest";

const catalogPage = 1000;

const catalogSchema = z.object({ repositories: z.array(z.string()).default([]) });
/** Without `tags` it is an error's body: the repository has no manifests. */
const tagsSchema = z.object({ tags: z.array(z.string()).nullish() });

/** Records the versions that the registry has and the cloud has not: it was killed between taking and recording them. */
export async function reconcile(cloud: Cloud, registry: ContainerRegistry): Promise<void> {
  const prefix = registry.path("");
  for (const path of await catalog(registry)) {
    const name = path.slice(prefix.length);
    if (path.startsWith(prefix)) await registry.changes.run(name, () => recordMissing(cloud, registry, name));
  }
}

async function catalog(registry: ContainerRegistry): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const last = encodeURIComponent(all.at(-1) ?? "");
    const answer = await registry.send("GET", `/v2/_catalog?n=${catalogPage}&last=${last}`);
    const { repositories } = catalogSchema.parse(JSON.parse(answer.body.toString("utf8")));
    all.push(...repositories);
    if (repositories.length < catalogPage) return all;
  }
}

async function recordMissing(cloud: Cloud, registry: ContainerRegistry, name: string): Promise<void> {
  const { body } = await registry.send("GET", `/v2/${registry.path(name)}/tags/list`);
  const { tags } = tagsSchema.parse(JSON.parse(body.toString("utf8")));
  for (const version of tags ?? []) {
    if (isRecorded(cloud, name, version)) continue;
    const manifest = await registry.send("GET", registry.manifestUrl(name, version), {
      accept: manifestTypes,
    });
    const facts = manifest.status === 200 ? manifestFacts(manifest.body) : undefined;
    if (facts === undefined) continue;
    recordPush(cloud, name, { ...facts, version, createdBy: cloud.account.userId });
  }
}

function isRecorded(cloud: Cloud, name: string, version: string): boolean {
  const repository = findRepository(cloud, name);
  const images = repository === undefined ? [] : imagesOf(cloud, repository);
  return images.some(({ document }) => document.versions.some((given) => given.version === version));
}
