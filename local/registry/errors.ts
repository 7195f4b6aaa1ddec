import type { FastifyReply, FastifyRequest } from "fastify";

import { ServiceError } from "../cloud/errors";

/** The distribution specification's error codes that the front answers with. */
export type RegistryErrorCode =
  | "UNAUTHORIZED"
  | "DENIED"
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "MANIFEST_INVALID"
  | "UNSUPPORTED"
  | "UNAVAILABLE"
  | "UNKNOWN";

/** A refusal as docker and other registry clients read it. */
export class RegistryError extends Error {
  constructor(
    readonly status: number,
    readonly code: RegistryErrorCode,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** Answers an error as `{"errors": [{code, message}]}`; an unexpected one says nothing of our insides. */
export function answerRegistryError(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  const { status, code, message, headers } = known(error);
  void reply
    .code(status)
    .headers(headers)
    .send({ errors: [{ code, message }] });
}

function known(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  if (error instanceof ServiceError && error.status === 503) {
    return new RegistryError(503, "UNAVAILABLE", error.message);
  }
  process.stderr.write(
    `registry: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return new RegistryError(500, "UNKNOWN", "The registry's front failed; the local cloud's log says how.");
}
