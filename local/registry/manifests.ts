import type { Readable } from "node:stream";

import type { FastifyReply } from "fastify";

import {
  findRepository,
  recordDelete,
  recordPush,
  recordUntag,
  type Repository,
} from "../cloud/artifacts/state";
import type { RegistryAnswer } from "./containerRegistry";
import { RegistryError } from "./errors";
import type { Visit } from "./front";
import { withoutHeaders } from "./headers";
import { manifestFacts } from "./manifest";

/** The registry program's own limit. */
const largestManifest = 4 * 1024 * 1024;

/** PUT of a manifest: keeps an immutable repository's versions, makes the repository if need be, records the image. */
export async function putManifest(visit: Visit, reference: string): Promise<FastifyReply> {
  const { cloud, registry, repository: name, request, reply, caller } = visit;
  const content = await readWhole(request.body as Readable | undefined);
  const facts = manifestFacts(content);
  if (facts === undefined) {
    throw new RegistryError(400, "MANIFEST_INVALID", "The manifest is not one of an image or of an index.");
  }
  const version = versionOf(reference);
  return registry.changes.run(name, async () => {
    if (version !== undefined && findRepository(cloud, name)?.document.isImmutable === true) {
      const existing = await registry.digestOf(name, version);
      if (existing !== undefined && existing !== facts.digest) throw immutable(name, version, existing);
    }
    const headers = { "content-type": request.headers["content-type"] ?? "" };
    const answer = await registry.send("PUT", registry.manifestUrl(name, reference), headers, content);
    if (answer.status === 201) {
      recordPush(cloud, name, { ...facts, version, createdBy: caller.user ?? cloud.account.userId });
    }
    return relay(reply, answer);
  });
}

/** DELETE of a manifest, by its digest, or of a tag. */
export async function deleteManifest(visit: Visit, reference: string): Promise<FastifyReply> {
  const { cloud, registry, repository: name, reply } = visit;
  return registry.changes.run(name, async () => {
    const answer = await registry.send("DELETE", registry.manifestUrl(name, reference));
    const repository = findRepository(cloud, name);
    if (answer.status === 202 && repository !== undefined) forget(visit, repository, reference);
    return relay(reply, answer);
  });
}

function forget({ cloud }: Visit, repository: Repository, reference: string): void {
  const version = versionOf(reference);
  if (version === undefined) recordDelete(cloud, repository, reference);
  else recordUntag(cloud, repository, version);
}

/** A reference is a tag, the API's `version`, or a digest, which has a colon. */
function versionOf(reference: string): string | undefined {
  return reference.includes(":") ? undefined : reference;
}

function immutable(name: string, version: string, existing: string): RegistryError {
  return new RegistryError(
    409,
    "DENIED",
    `The repository "${name}" is immutable and has a version ${version} already (${existing}): push under a new version.`,
  );
}

async function readWhole(body: Readable | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += (chunk as Buffer).length;
    // Read to its end even when it is too large: leaving a body half read breaks the connection before the answer.
    if (size <= largestManifest) chunks.push(chunk as Buffer);
  }
  if (size > largestManifest) {
    throw new RegistryError(413, "MANIFEST_INVALID", `A manifest has at most ${largestManifest} bytes.`);
  }
  return Buffer.concat(chunks);
}

function relay(reply: FastifyReply, answer: RegistryAnswer): FastifyReply {
  const headers = withoutHeaders(answer.headers, ["connection", "keep-alive", "transfer-encoding"]);
  return reply.code(answer.status).headers(headers).send(answer.body);
}
