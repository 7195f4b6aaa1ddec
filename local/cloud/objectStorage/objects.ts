import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { models } from "oci-objectstorage";
import type { Cloud } from "../cloud";
import { invalidParameter, noEtagMatch, notImplemented, ServiceError } from "../errors";
import { requireMatch } from "../etag";
import { pathParam, queryText } from "../inputs";
import { page } from "../pagination";
import type { Call, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { objects, requireBucket, type StoredObject } from "./state";

const KEPT_HEADERS = ["cache-control", "content-disposition", "content-encoding", "content-language"];

export async function putObject(call: Call): Promise<Reply> {
  const { cloud } = call;
  const bucket = requireBucket(call);
  if (bucket.document.versioning === "Enabled") {
    throw notImplemented("objects in a bucket with versioning");
  }
  const name = objectName(call);
  const directory = objectsDirectory(cloud);
  const file = randomUUID();
  await mkdir(directory, { recursive: true });
  const { size, md5 } = await receive(call, join(directory, file));
  const current = find(cloud, bucket.id, name);
  const problem = requestProblem(call, current, md5);
  if (problem) {
    await rm(join(directory, file));
    throw problem;
  }
  const timeModified = new Date().toISOString();
  const document: StoredObject = {
    name,
    size,
    md5,
    contentType: call.headers["content-type"] ?? "application/octet-stream",
    headers: keptHeaders(call),
    timeCreated: timeModified,
    timeModified,
    file,
  };
  const place = { id: `${bucket.id}/${name}`, compartmentId: "", parentId: bucket.id, name };
  const resource = current
    ? cloud.store.update(objects, current, document)
    : cloud.store.insert(objects, place, document);
  if (current) {
    await rm(join(directory, current.document.file), { force: true });
  }
  const headers = { "opc-content-md5": md5, "last-modified": new Date(timeModified).toUTCString() };
  return { status: 200, resource, headers };
}

export function getObject(call: Call): Reply {
  const resource = required(call);
  const path = join(objectsDirectory(call.cloud), resource.document.file);
  return { ...described(resource), body: createReadStream(path) };
}

export function headObject(call: Call): Reply {
  return described(required(call));
}

export async function deleteObject(call: Call): Promise<Reply> {
  const resource = required(call);
  requireMatch(call, resource);
  call.cloud.store.remove(objects, resource.id);
  await rm(join(objectsDirectory(call.cloud), resource.document.file), { force: true });
  return { headers: { "last-modified": new Date().toUTCString() } };
}

export function listObjects(call: Call): Reply {
  const bucket = requireBucket(call);
  const prefix = queryText(call, "prefix") ?? "";
  const delimiter = queryText(call, "delimiter") ?? "";
  const start = queryText(call, "start") ?? "";
  const end = queryText(call, "end");
  const fields = (queryText(call, "fields") ?? "name").split(",");
  const found = call.cloud.store
    .find(objects, { parentId: bucket.id })
    .filter(({ name }) => name.startsWith(prefix) && name >= start && (end === undefined || name < end));
  const folder = (name: string) => {
    const at = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : name.slice(0, at + delimiter.length);
  };
  const plain = found.filter(({ name }) => folder(name) === undefined);
  const limited = page(call, plain, { sort: { name: ({ name }) => name }, by: "name", defaultLimit: 1000 });
  const last = limited.resources.at(-1)?.name;
  const next = plain
    .map(({ name }) => name)
    .sort()
    .find((name) => last !== undefined && name > last);
  const body: Wire<models.ListObjects> = {
    objects: limited.resources.map((resource) => summary(resource, fields)),
    prefixes: [...new Set(found.flatMap(({ name }) => folder(name) ?? []))].sort(),
    ...(next !== undefined && { nextStartWith: next }),
  };
  return { body };
}

/** Removes every object's content. */
export async function resetObjects(cloud: Cloud): Promise<void> {
  await rm(objectsDirectory(cloud), { recursive: true, force: true });
}

function summary({ document, etag }: Resource<StoredObject>, fields: string[]): Wire<models.ObjectSummary> {
  const { name, size, md5, timeCreated, timeModified } = document;
  const all: Wire<models.ObjectSummary> = { size, md5, timeCreated, timeModified, etag, name };
  const wanted = Object.entries(all).filter(([key]) => key === "name" || fields.includes(key));
  return { ...(Object.fromEntries(wanted) as Partial<typeof all>), name };
}

async function receive(call: Call, path: string): Promise<{ size: number; md5: string }> {
  const body = call.body instanceof Readable ? call.body : Readable.from([]);
  const digest = createHash("md5");
  let size = 0;
  body.on("data", (chunk: Buffer) => {
    digest.update(chunk);
    size += chunk.length;
  });
  await pipeline(body, createWriteStream(path, { mode: 0o600 }));
  return { size, md5: digest.digest("base64") };
}

function requestProblem(
  call: Call,
  current: Resource<StoredObject> | undefined,
  md5: string,
): ServiceError | undefined {
  const { "content-md5": stated, "if-none-match": absent, "if-match": wanted } = call.headers;
  if (stated !== undefined && stated !== md5) {
    return invalidParameter("The Content-MD5 header does not match the body.");
  }
  if (absent === "*" && current) {
    return new ServiceError(412, "IfNoneMatchFailed", `The object '${current.name}' already exists.`);
  }
  return wanted !== undefined && wanted !== "*" && wanted !== current?.etag ? noEtagMatch() : undefined;
}

function keptHeaders(call: Call): Record<string, string> {
  const kept = Object.entries(call.headers).filter(
    ([name]) => name.startsWith("opc-meta-") || KEPT_HEADERS.includes(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

function described(resource: Resource<StoredObject>): Reply {
  const { contentType, size, md5, headers, timeModified } = resource.document;
  return {
    status: 200,
    resource,
    headers: {
      ...headers,
      "content-type": contentType,
      "content-length": String(size),
      "content-md5": md5,
      "last-modified": new Date(timeModified).toUTCString(),
    },
  };
}

function objectName(call: Call): string {
  return pathParam(call, "*");
}

function find({ store }: Cloud, bucketId: string, name: string): Resource<StoredObject> | undefined {
  return store.get(objects, `${bucketId}/${name}`);
}

function required(call: Call): Resource<StoredObject> {
  const bucket = requireBucket(call);
  const name = objectName(call);
  const found = find(call.cloud, bucket.id, name);
  if (!found) {
    throw new ServiceError(
      404,
      "ObjectNotFound",
      `The object '${name}' was not found in the bucket '${bucket.name}'`,
    );
  }
  return found;
}

function objectsDirectory(cloud: Cloud): string {
  return join(cloud.stateDir, "cloud", "objects");
}
