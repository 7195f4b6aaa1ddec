import fastify, { type FastifyInstance } from "fastify";
import { type Ad, PICTURE_NAME, adSchema } from "./ad";
import type { FoundAd, Store, StoredAd } from "./store";

export interface ServerOptions {
  version: string;
  /** Undefined when no data directory is configured: health alone is served. */
  store?: Store;
  logger?: boolean;
}

const PICTURE_LIMIT = 5 * 1024 * 1024;
const PAGE_LIMIT = 50;

/** Motando's HTTP service. */
export function buildServer({ version, store, logger = false }: ServerOptions): FastifyInstance {
  const server = fastify({
    logger,
    ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false } },
    schemaErrorFormatter: (errors) =>
      new Error(
        errors.map(({ instancePath, message }) => `${instancePath || "the ad"}: ${message ?? ""}`).join("; "),
      ),
  });
  server.addHook("onSend", (_request, reply, _payload, done) => {
    reply.header("x-content-type-options", "nosniff");
    done();
  });
  server.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error(error);
    return reply
      .code(status)
      .send({ error: status < 500 ? error.message : "Motando failed; the log says more." });
  });

  server.get("/healthz", () => ({ status: "ok", version }));
  server.get("/readyz", async (_request, reply) => {
    const problem = store ? await store.problem() : "MOTANDO_DATA_DIR is not set";
    return problem ? reply.code(503).send({ status: "not ready", problems: [problem] }) : { status: "ready" };
  });
  if (store) {
    addAds(server, store);
    addPictures(server, store);
  } else {
    server.setNotFoundHandler((_request, reply) =>
      reply
        .code(503)
        .send({ error: "Motando's configuration is not complete: /readyz says what is missing." }),
    );
  }
  return server;
}

function addAds(server: FastifyInstance, store: Store): void {
  server.post<{ Body: Ad }>("/ads", { schema: { body: adSchema } }, async ({ body }, reply) => {
    const missing = await store.missingPictures(body.pictures);
    if (missing.length > 0) {
      return reply.code(422).send({ error: `These pictures are not uploaded: ${missing.join(", ")}` });
    }
    const { id } = await store.accept(body);
    return reply.code(202).header("location", `/ads/${id}`).send({ id, status: "accepted" });
  });

  server.get<{ Querystring: { before?: string } }>("/ads", async ({ query }) => {
    const ads = await store.published(PAGE_LIMIT, query.before);
    const last = ads.at(-1);
    return { ads, next: last && ads.length === PAGE_LIMIT ? `/ads?before=${last.id}` : undefined };
  });

  server.get<{ Params: { id: string } }>("/ads/:id", async ({ params }, reply) => {
    const found = await store.find(params.id);
    if (!found) return reply.code(404).send({ error: "There is no such ad." });
    return describe(found);
  });
}

function describe({ status, ad }: FoundAd): { status: string; ad?: StoredAd; reason?: string } {
  if (status === "published") return { status, ad };
  return { status, reason: ad.reason };
}

function addPictures(server: FastifyInstance, store: Store): void {
  const types = ["image/jpeg", "image/png"];
  server.addContentTypeParser(
    types,
    { parseAs: "buffer", bodyLimit: PICTURE_LIMIT },
    (_request, body, done) => done(null, body),
  );

  server.post("/pictures", { bodyLimit: PICTURE_LIMIT }, async ({ body }, reply) => {
    const kind = Buffer.isBuffer(body) ? pictureKind(body) : undefined;
    if (!kind || !Buffer.isBuffer(body))
      return reply.code(415).send({ error: "Send a JPEG or PNG picture as the body." });
    return reply.code(201).send({ name: await store.addPicture(body, kind) });
  });

  const picturePattern = new RegExp(PICTURE_NAME);
  server.get<{ Params: { name: string } }>("/pictures/:name", async ({ params: { name } }, reply) => {
    const picture = picturePattern.test(name) ? await store.picture(name) : undefined;
    if (!picture) return reply.code(404).send({ error: "There is no such picture." });
    return reply.type(name.endsWith(".png") ? "image/png" : "image/jpeg").send(picture);
  });
}

/** What a picture's first bytes say it is, whatever the sender calls it. */
export function pictureKind(content: Buffer): "jpg" | "png" | undefined {
  if (content.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return "jpg";
  if (content.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"))) return "png";
  return undefined;
}
