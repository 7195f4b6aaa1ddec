import { z } from "zod";
import { requireMatch } from "./etag";
import { requireCompartment } from "./identity/tree";
import { readBody } from "./inputs";
import type { Call } from "./service";
import type { Kind, Resource, Store } from "./store";

const changeDetails = z.strictObject({ compartmentId: z.string() });

/** Reads the body that every ChangeCompartment operation but NoSQL's has, for the resource to be moved. */
export function destination(call: Call, resource: Resource<unknown>): string {
  requireMatch(call, resource);
  const { compartmentId } = readBody(call, changeDetails);
  requireCompartment(call.cloud, compartmentId);
  return compartmentId;
}

/** Puts a resource into another compartment. */
export function move<Document extends { compartmentId?: string }>(
  store: Store,
  kind: Kind<Document>,
  resource: Resource<Document>,
  compartmentId: string,
): Resource<Document> {
  return store.update(kind, resource, { ...resource.document, compartmentId }, { compartmentId });
}

/** What lies in a moved resource goes with it. */
export function moveChildren<Document extends { compartmentId?: string }>(
  store: Store,
  kind: Kind<Document>,
  parentId: string,
  compartmentId: string,
): void {
  for (const child of store.find(kind, { parentId })) {
    move(store, kind, child, compartmentId);
  }
}
