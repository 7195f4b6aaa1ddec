import type { Action } from "./tokens";

/** What a request to `/v2/…` is about. */
export type Target =
  | { kind: "ping" }
  | { kind: "catalog" }
  | { kind: "unknown" }
  | { kind: "manifest"; repository: string; reference: string }
  | { kind: "blob"; repository: string }
  | { kind: "upload"; repository: string; mountFrom?: string }
  | { kind: "list"; repository: string };

const repositoryTargets: [RegExp, (repository: string, rest: string) => Target][] = [
  [/^(.+)\/manifests\/([^/]+)$/, (repository, reference) => ({ kind: "manifest", repository, reference })],
  [/^(.+)\/blobs\/uploads(?:\/([^/]*))?$/, (repository) => ({ kind: "upload", repository })],
  [/^(.+)\/blobs\/([^/]+)$/, (repository) => ({ kind: "blob", repository })],
  [/^(.+)\/(tags\/list)$/, (repository) => ({ kind: "list", repository })],
  [/^(.+)\/referrers\/([^/]+)$/, (repository) => ({ kind: "list", repository })],
];

/** The distribution specification's grammar of a repository's name: the rest never reaches the registry. */
const repositoryGrammar =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** Reads a request's path and query, as they stand on the wire. */
export function parseTarget(url: string): Target {
  const [encodedPath = "", query = ""] = url.split(/\?(.*)/s);
  let path: string;
  try {
    path = decodeURIComponent(encodedPath);
  } catch {
    return { kind: "unknown" };
  }
  if (/^\/v2\/?$/.test(path)) return { kind: "ping" };
  if (path === "/v2/_catalog") return { kind: "catalog" };
  const below = path.startsWith("/v2/") ? path.slice("/v2/".length) : "";
  for (const [pattern, target] of repositoryTargets) {
    const [, repository = "", rest = ""] = pattern.exec(below) ?? [];
    if (!repositoryGrammar.test(repository)) continue;
    const found = target(repository, rest);
    const from = new URLSearchParams(query).get("from");
    return found.kind === "upload" && from !== null ? { ...found, mountFrom: from } : found;
  }
  return { kind: "unknown" };
}

/** What the request must be allowed to do with the repository it names. */
export function requiredActions(method: string, target: Target): Action[] {
  if (method === "GET" || method === "HEAD") return ["pull"];
  if (method === "DELETE" && target.kind !== "upload") return ["delete"];
  return ["pull", "push"];
}
