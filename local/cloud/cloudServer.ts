import { join } from "node:path";
import fastify, { type FastifyInstance } from "fastify";
import { prepareAccount } from "./accountSetup";
import type { Cloud, Registry } from "./cloud";
import { registerControl } from "./control";
import { Controls } from "./controls";
import { answerError, dispatcher, requestId } from "./dispatch";
import { notImplemented, ServiceError } from "./errors";
import { removeOldReplies } from "./retryToken";
import type { Operation, Service } from "./service";
import { services as allServices } from "./services";
import { Store } from "./store";
import { WorkRequests } from "./workRequests";

const JSON_LIMIT = 2 * 1024 * 1024;

export interface CloudOptions {
  /** `.local`, absolute; made when missing. */
  stateDir: string;
  /** 0 takes any free port. */
  port: number;
  services?: Service[];
  registerRegistry?: (app: FastifyInstance, cloud: Cloud) => Promise<Registry> | Registry;
}

export interface CloudServer {
  url: string;
  cloud: Cloud;
  app: FastifyInstance;
  close(): Promise<void>;
}

/** Starts the whole cloud on 127.0.0.1. */
export async function startCloud(options: CloudOptions): Promise<CloudServer> {
  const app = fastify({
    logger: false,
    bodyLimit: JSON_LIMIT,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2000 },
  });
  const cloud = openCloud(options);
  app.addHook("onClose", () => {
    cloud.work.stop();
    cloud.store.close();
  });
  try {
    app.setErrorHandler(answerError);
    app.setNotFoundHandler((request) => {
      throw new ServiceError(
        404,
        "NotFound",
        `There is no ${request.method} ${request.url.split("?")[0] ?? ""}.`,
      );
    });
    await app.register((scope) => registerServices(scope, cloud, options.services ?? allServices));
    cloud.registry = await options.registerRegistry?.(app, cloud);
    await app.listen({ host: "127.0.0.1", port: options.port });
  } catch (error) {
    await app.close();
    throw error;
  }
  const address = app.server.address();
  cloud.host = `127.0.0.1:${typeof address === "object" && address ? address.port : options.port}`;
  cloud.work.resume();
  removeOldReplies(cloud.store);
  return { url: `http://${cloud.host}`, cloud, app, close: () => app.close() };
}

function openCloud({ stateDir, port }: CloudOptions): Cloud {
  const store = new Store(join(stateDir, "cloud", "state.sqlite"));
  const cloud: Cloud = {
    store,
    account: prepareAccount(store, stateDir),
    work: new WorkRequests(() => cloud),
    controls: new Controls(store),
    stateDir,
    host: `127.0.0.1:${port}`,
    onReset: [],
  };
  return cloud;
}

/** The API's own scope: it takes bodies as they were sent, since the signature covers their bytes. */
async function registerServices(app: FastifyInstance, cloud: Cloud, services: Service[]): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.addHook("onRequest", (request, response, done) => {
    response.header("opc-request-id", requestId(request));
    done();
  });
  await app.register((scope, _options, done) => {
    registerControl(scope, cloud);
    done();
  });
  for (const service of services) {
    cloud.work.addEffects(service);
    if (service.reset) {
      const { reset } = service;
      cloud.onReset.push(() => reset(cloud));
    }
    const operations = [...service.operations, ...notServedOperations(service)];
    addRoutes(
      app,
      cloud,
      service,
      operations.filter(({ bodyNotSigned }) => bodyNotSigned !== true),
    );
    await app.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
      addRoutes(
        scope,
        cloud,
        service,
        operations.filter(({ bodyNotSigned }) => bodyNotSigned === true),
      );
      done();
    });
  }
}

function addRoutes(app: FastifyInstance, cloud: Cloud, service: Service, operations: Operation[]): void {
  for (const operation of operations) {
    const { method, path: url } = operation;
    app.route({ method, url, handler: dispatcher(cloud, service, operation) });
  }
}

/** The API's other operations, which say that they are not served instead of seeming to be unknown. */
export function notServedOperations(service: Service): Operation[] {
  const lines = (service.notServed ?? "").split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", method = "", path = ""] = line.split(" ");
    return {
      name,
      method: method as "GET",
      path: path.replaceAll(/\{(\w+)\}/g, ":$1"),
      handle: () => {
        throw notImplemented(`the operation ${name}`);
      },
    };
  });
}
