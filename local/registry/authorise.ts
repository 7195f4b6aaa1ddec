import type { FastifyRequest } from "fastify";

import { findRepository } from "../cloud/artifacts/state";
import type { Cloud } from "../cloud/cloud";
import type { Caller, Callers } from "./callers";
import { RegistryError } from "./errors";
import { requiredActions, type Target } from "./target";
import { tokenPath } from "./tokenRoute";
import type { Action } from "./tokens";

/**
 * The caller of a request to `/v2/…`, if it may do what it asks.
 *
 * @throws RegistryError 401 with a challenge that says where a sufficient token is had, or 403 for what no token allows.
 */
export function authorise(cloud: Cloud, callers: Callers, request: FastifyRequest, target: Target): Caller {
  const { authorization } = request.headers;
  const caller = callers.ofRegistryRequest(authorization);
  if (caller === undefined) {
    const why =
      authorization === undefined
        ? "Log in to the registry first."
        : "The registry token or password is wrong or is over.";
    throw unauthorised(request, target, why);
  }
  if (!("repository" in target)) return caller;
  if (!inNamespace(cloud, target.repository)) {
    const { namespace } = cloud.account;
    const [asked = ""] = target.repository.split("/");
    throw new RegistryError(
      403,
      "DENIED",
      `There is no namespace "${asked}" that this login may use: this tenancy's images are named ${namespace}/REPOSITORY.`,
    );
  }
  if (!may(cloud, caller, target.repository, requiredActions(request.method, target))) {
    const why = `The token does not allow this with the repository "${target.repository}".`;
    throw unauthorised(request, target, why, "insufficient_scope");
  }
  return caller;
}

/** Whether a caller may do all of this with a repository, named by its path below the host. */
export function may(cloud: Cloud, caller: Caller, path: string, actions: Action[]): boolean {
  if (!inNamespace(cloud, path)) return false;
  if (caller.access === "everything") return true;
  const granted = caller.access
    .filter(({ repository }) => repository === path)
    .flatMap((access) => access.actions);
  if (!actions.every((action) => granted.includes(action))) return false;
  return caller.user !== undefined || isPublic(cloud, path);
}

function inNamespace(cloud: Cloud, path: string): boolean {
  return path.startsWith(`${cloud.account.namespace}/`);
}

/** A public repository may have become private after an anonymous token was given out. */
function isPublic(cloud: Cloud, path: string): boolean {
  const name = path.slice(cloud.account.namespace.length + 1);
  return findRepository(cloud, name)?.document.isPublic === true;
}

function unauthorised(request: FastifyRequest, target: Target, why: string, error?: string): RegistryError {
  const { host } = request;
  const parts = [`realm="${request.protocol}://${host}${tokenPath}"`, `service="${host}"`];
  if ("repository" in target) {
    const actions = requiredActions(request.method, target).join(",");
    parts.push(`scope="repository:${target.repository}:${actions}"`);
  }
  if (error !== undefined) parts.push(`error="${error}"`);
  return new RegistryError(401, "UNAUTHORIZED", why, { "www-authenticate": `Bearer ${parts.join(",")}` });
}
