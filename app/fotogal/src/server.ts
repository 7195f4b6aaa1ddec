import fastify, { type FastifyInstance } from "fastify";
import type { Configuration } from "./config";
import { picturesPage, styleSheet } from "./page";
import type { Pictures } from "./pictures";

export interface ServerOptions {
  version: string;
  configuration: Configuration;
  /** Needed when the configuration is complete. */
  pictures?: Pictures;
  logger?: boolean;
}

/** FotoGal's HTTP service. With an incomplete configuration it serves health alone. */
export function buildServer({
  version,
  configuration,
  pictures,
  logger = false,
}: ServerOptions): FastifyInstance {
  const server = fastify({ logger });
  server.addHook("onSend", (_request, reply, _payload, done) => {
    reply.header("content-security-policy", "default-src 'self'; frame-ancestors 'none'; form-action 'self'");
    reply.header("x-content-type-options", "nosniff");
    reply.header("referrer-policy", "same-origin");
    done();
  });

  server.get("/healthz", () => ({ status: "ok", version }));
  const { problems } = configuration;
  server.get("/readyz", (_request, reply) => {
    if (problems) return reply.code(503).send({ status: "not ready", problems });
    return { status: "ready" };
  });
  if (problems) {
    server.setNotFoundHandler((_request, reply) =>
      reply
        .code(503)
        .send({ error: "FotoGal's configuration is not complete: /readyz says what is missing." }),
    );
  } else if (pictures) {
    addPages(server, pictures);
  }
  return server;
}

function addPages(server: FastifyInstance, pictures: Pictures): void {
  server.setErrorHandler(
    (error: { code?: unknown; statusCode?: number; message: string }, request, reply) => {
      const ownRefusal = typeof error.code === "string" && error.code.startsWith("FST_");
      if (ownRefusal) return reply.code(error.statusCode ?? 500).send({ error: error.message });
      request.log.error(error);
      return reply
        .code(502)
        .send({ error: "Object Storage does not answer as expected; the log says more." });
    },
  );
  server.get("/", async (_request, reply) =>
    reply.type("text/html; charset=utf-8").send(picturesPage(await pictures.list())),
  );
  server.get("/style.css", (_request, reply) => reply.type("text/css; charset=utf-8").send(styleSheet()));
  server.get<{ Params: { name: string } }>("/pictures/:name", async (request, reply) => {
    const picture = await pictures.read(request.params.name);
    if (!picture) return reply.code(404).send({ error: "There is no such picture." });
    return reply.type(picture.type).header("content-length", picture.size).send(picture.body);
  });
}
