import type Docker from "dockerode";

import { formatImageReference, parseImageReference } from "../../../formats/imageReference";
import { dockerfileInContext } from "../../../images/buildContext";
import { buildImage, connectEngine, pushImage, type BuildRequest } from "../../docker/engine";
import type { CreateRequest, Log } from "../shared/plugin";
import { containsUnknown, isObject, unknown, type Properties, type Value } from "../shared/values";

/** Shortest time between two status lines, in milliseconds: a package manager can print thousands a second. */
const statusInterval = 100;

/**
 * Builds and pushes the image; the outputs of `docker.Image`. A preview only tells what is already known, unless
 * `buildOnPreview` asks for a build, which is then not pushed.
 * @param host address of the Docker Engine from the provider's configuration
 */
export async function publishImage(request: CreateRequest, host: string | undefined): Promise<Properties> {
  const { inputs, preview, signal } = request;
  const outputs = knownOutputs(inputs);
  // Asked in a preview too: without an engine the deployment is refused before it has changed anything.
  const engine = await connectEngine(host);
  if (preview && !buildsInPreview(request)) return { ...outputs, repoDigest: unknown };

  const onLog = throttled(request.log);
  onLog(`Building ${text(inputs.imageName)}`);
  const { id } = await buildImage(engine, buildRequest(inputs, signal), onLog);
  if (inputs.skipPush === true) return { ...outputs, repoDigest: id };
  if (preview) return { ...outputs, repoDigest: unknown };
  return { ...outputs, repoDigest: await push(engine, request, onLog) };
}

async function push(engine: Docker, request: CreateRequest, onLog: (line: string) => void): Promise<string> {
  const { inputs, log, signal } = request;
  const imageName = text(inputs.imageName);
  const registry = isObject(inputs.registry) ? inputs.registry : {};
  const username = text(registry.username);
  const password = text(registry.password);
  const login = username !== "" && password !== "" ? { username, password } : undefined;
  if (!login && (username !== "" || password !== "")) {
    log.warn(
      `registry has a ${username ? "username but no password" : "password but no username"}; pushing without credentials`,
    );
  }
  log.status(`Pushing ${imageName}`);
  const { digest } = await pushImage(engine, imageName, login, onLog, signal);
  const { host, repository } = parseImageReference(imageName);
  return formatImageReference({ host, repository, digest });
}

function knownOutputs(inputs: Properties): Properties {
  const build = isObject(inputs.build) ? inputs.build : {};
  const registry = isObject(inputs.registry) ? inputs.registry : {};
  const imageName = inputs.imageName ?? unknown;
  const { context = unknown, dockerfile = unknown, platform = unknown } = build;
  const located = typeof context === "string" && typeof dockerfile === "string";
  return {
    baseImageName: imageName,
    context,
    dockerfile: located ? dockerfileInContext(context, dockerfile) : unknown,
    imageName,
    platform,
    registryServer: registry.server ?? "",
  };
}

function buildsInPreview({ inputs, log }: CreateRequest): boolean {
  if (inputs.buildOnPreview !== true) return false;
  const { args, context, dockerfile, target, platform } = isObject(inputs.build) ? inputs.build : {};
  const needed = [inputs.imageName, args, context, dockerfile, target, platform].filter(
    (value) => value !== undefined,
  );
  if (!needed.some((value) => containsUnknown(value))) return true;
  log.warn("buildOnPreview: not built, since some of its inputs are known only after the deployment");
  return false;
}

function buildRequest(inputs: Properties, signal: AbortSignal): BuildRequest {
  const build = inputs.build as Properties;
  const builder = { BuilderV1: "legacy", BuilderBuildKit: "BuildKit" } as const;
  const { target, network, platform, builderVersion } = build;
  return {
    context: text(build.context),
    dockerfile: text(build.dockerfile),
    tags: [text(inputs.imageName)],
    ...(isObject(build.args) && { buildArgs: build.args as Record<string, string> }),
    ...(Array.isArray(build.addHosts) && { extraHosts: build.addHosts as string[] }),
    ...(typeof target === "string" && { target }),
    ...(typeof network === "string" && { network }),
    ...(typeof platform === "string" && { platform }),
    ...(typeof builderVersion === "string" && { builder: builder[builderVersion as keyof typeof builder] }),
    signal,
  };
}

/** Shows progress under the resource, leaving out lines that come faster than anyone reads. */
function throttled(log: Log): (line: string) => void {
  let last = 0;
  return (line) => {
    const now = Date.now();
    if (now - last < statusInterval) return;
    last = now;
    log.status(line);
  };
}

function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}
