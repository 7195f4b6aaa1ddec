import { join } from "node:path";

import type { FastifyInstance } from "fastify";

import type { Cloud } from "../cloud/cloud";
import { Callers } from "./callers";
import { ContainerRegistry } from "./containerRegistry";
import { registerFront } from "./front";
import { RegistryProcess } from "./process";
import { tokenHandler, tokenPath } from "./tokenRoute";
import { TokenIssuer } from "./tokens";
import { answerRegistryError } from "./errors";

/** Adds `/v2/…` and the token route to the cloud's server; the registry program runs while the server does. */
export async function registerRegistry(app: FastifyInstance, cloud: Cloud): Promise<ContainerRegistry> {
  const registry = new ContainerRegistry(cloud, new RegistryProcess(cloud.stateDir));
  const tokens = TokenIssuer.fromDirectory(join(cloud.stateDir, "registry"));
  const callers = new Callers(cloud, tokens);
  await app.register(async (scope) => {
    scope.setErrorHandler(answerRegistryError);
    scope.get(tokenPath, tokenHandler(cloud, callers, tokens));
    await registerFront(scope, cloud, registry, callers);
  });
  // Not before: when the port is taken, the state directory may belong to a cloud that runs.
  app.addHook("onListen", () => registry.start());
  app.addHook("onClose", () => registry.stop());
  cloud.onReset.push(() => registry.reset());
  return registry;
}
