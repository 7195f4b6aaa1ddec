import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { verifyBody, verifySignature } from "./auth";
import type { Cloud } from "./cloud";
import { internalError, ServiceError } from "./errors";
import { once } from "./retryToken";
import type { Call, Operation, Reply, Service } from "./service";
import { workRequests } from "./workRequests";

const WITH_BODY = new Set(["POST", "PUT", "PATCH"]);

/** A route's handler: authenticates, lets faults strike, runs the operation once and sets the common headers. */
export function dispatcher(cloud: Cloud, service: Service, operation: Operation) {
  return async (request: FastifyRequest, response: FastifyReply): Promise<void> => {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const signed = { method: request.method, url: request.raw.url ?? "", headers: request.headers };
    const caller = verifySignature(cloud, signed);
    if (WITH_BODY.has(request.method) && operation.bodyNotSigned !== true) {
      verifyBody(caller, request.headers, raw);
    }
    const target = {
      service: service.name,
      operation: operation.name,
      text: textOf(request, raw, operation),
    };
    if (cloud.controls.strike(target) === "drop") {
      response.hijack();
      request.raw.socket.destroy();
      return;
    }
    const call: Call = {
      cloud,
      operation,
      caller,
      params: request.params as Record<string, string>,
      query: request.query as Call["query"],
      headers: request.headers,
      body: operation.bodyNotSigned === true ? request.body : parseJson(raw),
    };
    const reply = await once(call, raw, async () => operation.handle(call));
    if (request.method === "POST") {
      noteCreated(cloud, service, reply);
    }
    await send(response, reply);
  };
}

async function send(response: FastifyReply, reply: Reply & { etag?: string }): Promise<void> {
  const etag = reply.resource?.etag ?? reply.etag;
  if (etag !== undefined) {
    response.header("etag", etag);
  }
  if (reply.workRequestId !== undefined) {
    response.header("opc-work-request-id", reply.workRequestId);
  }
  response.headers(reply.headers ?? {});
  response.status(reply.status ?? (reply.body === undefined ? 204 : 200));
  if (reply.body === undefined || reply.body instanceof Readable) {
    await response.send(reply.body);
  } else {
    await response.type("application/json").send(JSON.stringify(reply.body));
  }
}

/** OCI's request id: the client's part, then ours. */
export function requestId(request: FastifyRequest): string {
  const given = request.headers["opc-request-id"];
  const own = randomBytes(16).toString("hex").toUpperCase();
  return typeof given === "string" && /^[\x21-\x7e]{1,200}$/.test(given) ? `${given}/${own}` : own;
}

/** Every error leaves as `{code, message}`; an unexpected one says nothing of our insides. */
export function answerError(error: unknown, _request: FastifyRequest, response: FastifyReply): void {
  const known = error instanceof ServiceError ? error : fromFramework(error);
  void response.status(known.status).type("application/json").send(JSON.stringify(known.toBody()));
}

function fromFramework(error: unknown): ServiceError {
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ServiceError(statusCode, "InvalidParameter", message ?? "The request is not understood.");
  }
  process.stderr.write(
    `unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return internalError();
}

function parseJson(raw: Buffer): unknown {
  if (raw.length === 0) {
    return undefined;
  }
  try {
    return JSON.parse(raw.toString("utf8")) as unknown;
  } catch {
    throw new ServiceError(400, "CannotParseRequest", "The request body is not valid JSON.");
  }
}

function textOf(request: FastifyRequest, raw: Buffer, operation: Operation): string {
  const path = request.raw.url ?? "";
  return operation.bodyNotSigned === true ? path : path + raw.toString("utf8");
}

/** The new resource's id is in the body or, of what is made in the background, in the work request. */
function noteCreated(cloud: Cloud, service: Service, { body, workRequestId = "" }: Reply): void {
  const { id } = (body ?? {}) as { id?: unknown };
  const made = cloud.store.get(workRequests, workRequestId)?.document.resource;
  if (typeof id === "string") {
    cloud.controls.noteCreated(service.name, id);
  } else if (made?.actionType === "CREATED") {
    cloud.controls.noteCreated(service.name, made.identifier);
  }
}
