import type { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";

import type Docker from "dockerode";

import { formatImageReference, parseImageReference } from "../../formats/imageReference";
import { type EngineAddress, EngineAddressError, engineAddresses, shownAddress } from "./engineAddress";
import { packContext } from "./packContext";
import { progressLines, type ProgressEvent } from "./progressLines";

/** What to build, as `docker build` takes it. */
export interface BuildRequest {
  /** Directory of the build context. */
  context: string;
  /** Path of the Dockerfile (not relative to the context); may lie outside the context. */
  dockerfile: string;
  /** Names to give the image; at least one. */
  tags: [string, ...string[]];
  buildArgs?: Record<string, string>;
  /** Stage to build; the last one when absent. */
  target?: string;
  /** `os/architecture`; the engine's own when absent. */
  platform?: string;
  labels?: Record<string, string>;
  /** Network mode of RUN steps. */
  network?: string;
  /** `name:address` entries for RUN steps. */
  extraHosts?: string[];
  /** BuildKit when absent, or the engine's older builder where it has no BuildKit. */
  builder?: "BuildKit" | "legacy";
  /** Stops the build. */
  signal?: AbortSignal;
}

export interface RegistryLogin {
  username: string;
  password: string;
}

/** Gets each line of build or push progress. */
export type OnLog = (line: string) => void;

/** Docker is not reachable, or a build or push failed; the message is complete. */
export class DockerError extends Error {
  override name = "DockerError";
}

/** Lines of build output that a failed build's error repeats. */
const linesInError = 20;

/**
 * Connects to the Docker Engine that the Docker CLI would use, and asks it for a sign of life.
 * @param host from the provider's configuration, as in DOCKER_HOST; it goes before all that the environment says
 * @throws DockerError
 */
export async function connectEngine(
  host?: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Docker> {
  const addresses = addressesFor(host, environment);
  const { default: DockerClient } = await import("dockerode");
  const failures: string[] = [];
  for (const address of addresses) {
    const engine = new DockerClient(await clientOptions(address, environment));
    try {
      await engine.ping();
      return engine;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      failures.push(`${shownAddress(address.host)} (${code ?? engineMessage(error)})`);
    }
  }
  throw new DockerError(unreachable(failures, addresses[0].source));
}

function addressesFor(host: string | undefined, environment: NodeJS.ProcessEnv) {
  try {
    return engineAddresses(host, environment);
  } catch (error) {
    throw error instanceof EngineAddressError ? new DockerError(error.message) : error;
  }
}

function unreachable(failures: string[], source: string | undefined): string {
  const tried = failures.join(", ");
  const named = source === undefined ? "" : `, the address from ${source}`;
  if (failures.some((failure) => failure.endsWith("(EACCES)"))) {
    return `This user may not use Docker at ${tried}${named}: add the user to the group "docker" and log in again, or set DOCKER_HOST.`;
  }
  return source === undefined
    ? `Docker is not reachable at ${tried}: start Docker, or set DOCKER_HOST to the address of a running engine.`
    : `Docker is not reachable at ${tried}${named}: start Docker there, or correct ${source}.`;
}

/**
 * Builds an image.
 * @returns the image's ID in the engine, `sha256:…`
 * @throws DockerError with the build's last lines, BuildContextError
 */
export async function buildImage(
  engine: Docker,
  request: BuildRequest,
  onLog: OnLog,
): Promise<{ id: string }> {
  const last: string[] = [];
  const log: OnLog = (line) => {
    last.push(line);
    if (last.length > linesInError) last.shift();
    onLog(line);
  };
  try {
    const progress = await startBuild(engine, request);
    await follow(engine, progress, log);
    return { id: (await engine.getImage(request.tags[0]).inspect()).Id };
  } catch (error) {
    if (!(error instanceof Error) || error.name === "BuildContextError") throw error;
    const output = last.length > 0 ? `\nThe build's last lines:\n${last.join("\n")}` : "";
    throw new DockerError(
      `Image ${request.tags[0]} could not be built from ${request.dockerfile}: ${engineMessage(error)}${output}`,
    );
  }
}

/**
 * Pushes an image that the engine has.
 * @param reference `host/repository:tag`
 * @param login absent: anonymous
 * @returns the digest that the registry now holds under the tag, `sha256:…`
 * @throws DockerError
 */
export async function pushImage(
  engine: Docker,
  reference: string,
  login: RegistryLogin | undefined,
  onLog: OnLog,
  signal?: AbortSignal,
): Promise<{ digest: string }> {
  const { host, repository, tag = "latest" } = parseImageReference(reference);
  let digest: string | undefined;
  try {
    const progress = await engine.getImage(formatImageReference({ host, repository })).push({
      tag,
      // The engine refuses a push without the header, even an anonymous one.
      authconfig: { username: "", password: "", ...login, serveraddress: host },
      ...(signal && { abortSignal: signal }),
    });
    await follow(engine, progress, onLog, (event) => {
      const pushed = typeof event.aux === "object" ? event.aux.Digest : undefined;
      if (typeof pushed === "string") digest = pushed;
    });
  } catch (error) {
    throw new DockerError(
      `Image ${reference} could not be pushed: ${engineMessage(error)}${loginHint(error, login)}`,
    );
  }
  if (digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new DockerError(
      `Docker reported ${digest ? `the malformed digest "${digest}"` : "no digest"} for ${reference} after the push, so it cannot be pinned; push again, and look at the registry's log if it stays so.`,
    );
  }
  return { digest };
}

async function startBuild(engine: Docker, request: BuildRequest): Promise<NodeJS.ReadableStream> {
  const start = async (version: "1" | "2") => {
    const { tar, dockerfile } = await packContext(request.context, request.dockerfile);
    const abort = new AbortController();
    request.signal?.addEventListener("abort", () => abort.abort(), { once: true });
    let unreadable: Error | undefined;
    tar.on("error", (error: Error) => {
      unreadable = error;
      abort.abort();
    });
    const options = {
      version,
      dockerfile,
      t: request.tags,
      buildargs: request.buildArgs,
      labels: request.labels,
      target: request.target,
      platform: request.platform,
      networkmode: request.network,
      extrahosts: request.extraHosts,
      rm: true,
      abortSignal: abort.signal,
    };
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    // No registry credentials go with a build: the client would offer them to every registry that a FROM names.
    try {
      return await engine.buildImage(tar, given);
    } catch (error) {
      throw unreadable ?? error;
    }
  };
  if (request.builder === "legacy") return start("1");
  try {
    return await start("2");
  } catch (error) {
    // An engine without BuildKit, or one that only speaks Docker's API, has no sessions.
    const status = (error as { statusCode?: number }).statusCode;
    if (request.builder === undefined && (status === 404 || status === 405 || status === 501))
      return start("1");
    throw error;
  }
}

/** Logs the progress until it ends; an error in it, which comes with HTTP status 200, is thrown. */
function follow(
  engine: Docker,
  progress: NodeJS.ReadableStream,
  onLog: OnLog,
  onEvent?: (event: ProgressEvent) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: string | undefined;
    engine.modem.followProgress(
      progress,
      (error) => {
        if (error) reject(error);
        else if (failure !== undefined) reject(new Error(failure));
        else resolve();
      },
      (event: ProgressEvent) => {
        onEvent?.(event);
        if (event.error !== undefined) failure = event.errorDetail?.message ?? event.error;
        progressLines(event).forEach(onLog);
      },
    );
  });
}

/** The engine's own words, without the client's "(HTTP code 500) server error - " before them. */
function engineMessage(error: unknown): string {
  const body = (error as { json?: { message?: string } }).json?.message;
  return (body ?? (error as Error).message).trim();
}

function loginHint(error: unknown, login: RegistryLogin | undefined): string {
  if (!/unauthorized|denied|authentication|no basic auth|anonymous/i.test(engineMessage(error))) return "";
  return login
    ? ` (as user "${login.username}": check the password or token, and that the user may push there)`
    : " (no credentials were given: set the registry's username and password)";
}

/** All that the client would otherwise take from DOCKER_HOST and its like is given, if only as undefined. */
async function clientOptions(
  { host, tls }: EngineAddress,
  environment: NodeJS.ProcessEnv,
): Promise<Docker.DockerOptions & { agent?: Agent }> {
  const socketPath = /^(?:unix|npipe):\/\/(.*)$/.exec(host)?.[1];
  if (socketPath !== undefined) return { socketPath, host: undefined, protocol: "http" };
  const { protocol, hostname, port } = new URL(host);
  const place = { socketPath: undefined, host: hostname, port };
  if (protocol === "ssh:") {
    const { SshAgent } = await import("./sshAgent");
    return { ...place, port: 80, protocol: "http", agent: new SshAgent(host, environment) };
  }
  if (tls === undefined) return { ...place, protocol: "http" };
  const { verify, ...files } = tls;
  return { ...place, protocol: "https", agent: new TlsAgent({ ...files, rejectUnauthorized: verify }) };
}
