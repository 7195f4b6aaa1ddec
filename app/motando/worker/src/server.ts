import fastify, { type FastifyInstance } from "fastify";
import type { Publisher } from "./publisher";

export interface ServerOptions {
  version: string;
  /** Undefined when no data directory is configured. */
  publisher?: Publisher;
  logger?: boolean;
}

/** The worker's health, for whoever runs it. */
export function buildServer({ version, publisher, logger = false }: ServerOptions): FastifyInstance {
  const server = fastify({ logger });
  server.get("/healthz", () => ({ status: "ok", version }));
  server.get("/readyz", async (_request, reply) => {
    const problem = publisher ? await publisher.problem() : "MOTANDO_DATA_DIR is not set";
    return problem ? reply.code(503).send({ status: "not ready", problems: [problem] }) : { status: "ready" };
  });
  return server;
}
