import type { FastifyReply, FastifyRequest } from "fastify";

import { findRepository } from "../cloud/artifacts/state";
import type { Cloud } from "../cloud/cloud";
import { ServiceError } from "../cloud/errors";
import type { Caller, Callers } from "./callers";
import { parseAuthorization } from "./credentials";
import { RegistryError } from "./errors";
import { type Access, type Action, type TokenIssuer, tokenLifetime } from "./tokens";

/** Where tokens are given out, as on OCIR. */
export const tokenPath = "/20180419/docker/token";

const actions: Record<string, Action[]> = {
  pull: ["pull"],
  push: ["push"],
  delete: ["delete"],
  "*": ["pull", "push", "delete"],
};

/**
 * GET /20180419/docker/token: a signed request gets a session token, the password of the docker user BEARER_TOKEN;
 * docker's login and password get an access token for the scopes asked for; nobody gets one for public repositories.
 */
export function tokenHandler(cloud: Cloud, callers: Callers, tokens: TokenIssuer) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const caller = callerOf(callers, request);
    const signed = parseAuthorization(request.headers.authorization).scheme === "signature";
    if (signed && caller?.user !== undefined) {
      return reply.send(tokenAnswer(tokens.issue({ user: caller.user, kind: "session" }), tokenLifetime));
    }
    const asked = parseScopes((request.query as { scope?: string | string[] }).scope);
    const granted = caller === undefined ? publicOnly(cloud, asked) : ownNamespaceOnly(cloud, asked);
    if (caller === undefined && (request.headers.authorization !== undefined || granted.length === 0)) {
      throw refusal(request);
    }
    // A token traded for a session token ends with it.
    const left = (caller?.expires ?? Infinity) - Math.floor(Date.now() / 1000);
    const lifetime = Math.min(tokenLifetime, left);
    const user = caller?.user;
    const claims = { kind: "access" as const, access: granted, ...(user === undefined ? {} : { user }) };
    return reply.send(tokenAnswer(tokens.issue(claims, lifetime), lifetime));
  };
}

function callerOf(callers: Callers, request: FastifyRequest): Caller | undefined {
  try {
    return callers.ofTokenRequest(request);
  } catch (error) {
    if (error instanceof ServiceError) throw new RegistryError(401, "UNAUTHORIZED", error.message);
    throw error;
  }
}

function refusal(request: FastifyRequest): RegistryError {
  const message =
    request.headers.authorization === undefined
      ? "Anonymous users are only allowed read access on public repositories."
      : "The user name or the password is wrong: log in as <namespace>/<user name> with an auth token, or as BEARER_TOKEN with a token of a signed request.";
  return new RegistryError(401, "UNAUTHORIZED", message, {
    "www-authenticate": 'Basic realm="container registry"',
  });
}

function tokenAnswer(token: string, lifetime: number): Record<string, unknown> {
  // Some clients read `token`, others OAuth 2's name.
  return { token, access_token: token, expires_in: lifetime, issued_at: new Date().toISOString() };
}

/** Reads `scope=repository:PATH:ACTION,…`, given any number of times; what is not about a repository is left out. */
function parseScopes(scope: string | string[] | undefined): Access[] {
  const scopes = [scope ?? []].flat().flatMap((text) => text.split(" "));
  return scopes.flatMap((text) => {
    const [, repository, wanted] = /^repository(?:\([a-z]+\))?:(.+):([^:]*)$/.exec(text) ?? [];
    if (repository === undefined || wanted === undefined) return [];
    const given = wanted
      .split(",")
      .flatMap((action) => (Object.hasOwn(actions, action) ? (actions[action] ?? []) : []));
    return given.length === 0 ? [] : [{ repository, actions: [...new Set(given)] }];
  });
}

function ownNamespaceOnly(cloud: Cloud, asked: Access[]): Access[] {
  return asked.filter(({ repository }) => repository.startsWith(`${cloud.account.namespace}/`));
}

function publicOnly(cloud: Cloud, asked: Access[]): Access[] {
  const prefix = `${cloud.account.namespace}/`;
  return ownNamespaceOnly(cloud, asked)
    .filter(
      (access) => findRepository(cloud, access.repository.slice(prefix.length))?.document.isPublic === true,
    )
    .map(({ repository }) => ({ repository, actions: ["pull"] }));
}
