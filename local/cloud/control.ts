import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { isLoopbackHost } from "../../formats/imageReference";
import { apiKeys } from "./accountSetup";
import type { Cloud } from "./cloud";
import { faultsSchema, latencySchema, limitsSchema } from "./controls";
import { invalidParameter, ServiceError } from "./errors";

/** The endpoints under `/_local/`, which are no part of OCI's API and take no signature. */
export function registerControl(app: FastifyInstance, cloud: Cloud): void {
  app.addHook("onRequest", (request, _response, done) => {
    // A web page in the user's browser could send these requests too; neither mark is under its control.
    const foreign = request.headers.origin !== undefined || !isLoopbackHost(request.headers.host ?? "");
    done(
      foreign ? new ServiceError(403, "NotAllowed", "Control endpoints answer local tools only.") : undefined,
    );
  });
  app.get("/_local/health", () => ({ status: "UP", pid: process.pid }));
  app.get("/_local/settings", () => settings(cloud));
  app.put("/_local/latency", (request) => {
    cloud.controls.latency = read(latencySchema, request.body);
    return settings(cloud);
  });
  app.put("/_local/limits", (request) => {
    cloud.controls.limits = read(limitsSchema, request.body);
    return settings(cloud);
  });
  app.put("/_local/faults", (request) => {
    cloud.controls.faults = read(faultsSchema, request.body).faults;
    return settings(cloud);
  });
  app.post("/_local/settle", () => {
    cloud.work.settle();
    return { status: "SETTLED" };
  });
  app.post("/_local/reset", async () => {
    await reset(cloud);
    return { status: "RESET" };
  });
}

/** Empties the cloud; the tenancy, its user and the API key stay, so that configuration files remain right. */
async function reset(cloud: Cloud): Promise<void> {
  cloud.work.stop();
  cloud.controls.faults = [];
  cloud.controls.latency = {};
  cloud.controls.limits = {};
  cloud.store.clear([apiKeys]);
  for (const also of cloud.onReset) {
    await also();
  }
}

function settings(cloud: Cloud) {
  const { tenancyId, userId, userName, namespace, homeRegion } = cloud.account;
  const { latency, limits, faults } = cloud.controls;
  return { tenancyId, userId, userName, namespace, region: homeRegion.name, latency, limits, faults };
}

function read<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.isBuffer(body) ? body.toString("utf8") : "");
  } catch {
    throw invalidParameter("The request body is not valid JSON.");
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    throw invalidParameter(z.prettifyError(result.error));
  }
  return result.data;
}
