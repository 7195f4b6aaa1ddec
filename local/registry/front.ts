import replyFrom from "@fastify/reply-from";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { createsOnFirstPush, findRepository, recordPull } from "../cloud/artifacts/state";
import type { Cloud } from "../cloud/cloud";
import { repositoryNameProblem } from "../../formats/repositoryName";
import { authorise, may } from "./authorise";
import type { Caller, Callers } from "./callers";
import type { ContainerRegistry } from "./containerRegistry";
import { RegistryError } from "./errors";
import { withoutHeaders } from "./headers";
import { deleteManifest, putManifest } from "./manifests";
import { parseTarget, type Target } from "./target";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A request, what it is about, and who sends it. `repository` is the name without the namespace. */
export interface Visit {
  cloud: Cloud;
  registry: ContainerRegistry;
  request: FastifyRequest;
  reply: FastifyReply;
  caller: Caller;
  target: Target;
  repository: string;
}

/** Adds `/v2/…`: checks each request, then hands it to the registry program, streaming both ways. */
export async function registerFront(
  scope: FastifyInstance,
  cloud: Cloud,
  registry: ContainerRegistry,
  callers: Callers,
): Promise<void> {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  await scope.register(replyFrom, {
    base: "http://registry",
    undici: registry.connections,
    disableRequestLogging: true,
    disableCache: true,
  });
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    reply.header("docker-distribution-api-version", "registry/2.0");
    const target = parseTarget(request.url);
    const caller = authorise(cloud, callers, request, target);
    await registry.ready();
    const path = "repository" in target ? target.repository : "";
    const repository = path.slice(cloud.account.namespace.length + 1);
    return serve({ cloud, registry, request, reply, caller, target, repository });
  };
  for (const url of ["/v2", "/v2/*"]) scope.route({ method: [...methods], url, handler });
}

async function serve(visit: Visit): Promise<FastifyReply> {
  const { request, target } = visit;
  switch (target.kind) {
    case "unknown":
      throw new RegistryError(
        404,
        "NAME_INVALID",
        `There is no ${request.method} ${request.url.split("?")[0] ?? ""} in a registry.`,
      );
    case "catalog":
      throw new RegistryError(
        405,
        "UNSUPPORTED",
        "The registry does not list its repositories: use the Artifacts API, `oci artifacts container repository list`.",
      );
    case "blob":
      if (request.method !== "DELETE") break;
      throw new RegistryError(405, "UNSUPPORTED", "Blobs are not deleted one by one: delete the image.");
    case "manifest":
      if (request.method === "PUT") {
        admitPush(visit);
        return putManifest(visit, target.reference);
      }
      if (request.method === "DELETE") return deleteManifest(visit, target.reference);
      break;
    case "upload":
      admitPush(visit);
      break;
    case "list":
    case "ping":
  }
  return forward(visit);
}

/** Refuses a push to a repository that does not exist and is not to be made, before anything is uploaded. */
function admitPush({ cloud, repository }: Visit): void {
  if (findRepository(cloud, repository) !== undefined) return;
  const problem = repositoryNameProblem(repository);
  if (problem !== undefined) throw new RegistryError(400, "NAME_INVALID", `The repository name ${problem}.`);
  if (createsOnFirstPush(cloud)) return;
  throw new RegistryError(
    403,
    "DENIED",
    `The repository "${repository}" does not exist, and the tenancy's container configuration does not let a push make it: create it first, or set isRepositoryCreatedOnFirstPush.`,
  );
}

function forward({ cloud, registry, request, reply, caller, target, repository }: Visit): FastifyReply {
  const mountFrom = target.kind === "upload" ? target.mountFrom : undefined;
  const mountRefused = mountFrom !== undefined && !may(cloud, caller, mountFrom, ["pull"]);
  return reply.from(request.url, {
    // Without these two parameters a mount is an ordinary upload, which is what the specification asks for.
    ...(mountRefused ? { queryString: () => "" } : {}),
    // Node has already answered `expect`, and the registry program knows nothing of our tokens.
    rewriteRequestHeaders: (_request, headers) => withoutHeaders(headers, ["authorization", "expect"]),
    onResponse: (_request, _reply, response) => {
      if (target.kind === "manifest" && request.method === "GET" && reply.statusCode === 200) {
        const known = findRepository(cloud, repository);
        if (known) recordPull(cloud, known, String(reply.getHeader("docker-content-digest")));
      }
      void reply.send(response.stream);
    },
    onError: () => {
      const { log } = registry.programPaths;
      void reply.send(
        new RegistryError(503, "UNAVAILABLE", `The registry does not answer; its log is ${log}.`),
      );
    },
  });
}
