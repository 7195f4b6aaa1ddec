import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** Where a Docker Engine is, and who says so. */
export interface EngineAddress {
  /** As in DOCKER_HOST: `unix:///path`, `npipe:…`, `tcp://host:port`, `ssh://[user@]host[:port][/socket]`. */
  host: string;
  /** What named it, for messages; undefined: nobody did, it is one of the usual places. */
  source?: string;
  /** With `tcp://`: speak TLS. */
  tls?: EngineTls;
}

/** Absent texts: the system's authorities, no client certificate. */
export interface EngineTls {
  ca?: string;
  cert?: string;
  key?: string;
  /** False: any certificate of the engine is taken. */
  verify: boolean;
}

/** The engine's address is wrong, or what it refers to cannot be read; the message says where it comes from. */
export class EngineAddressError extends Error {
  override name = "EngineAddressError";
}

/**
 * The addresses to try, best first; more than one only where nobody named one. The order is that of the Docker CLI:
 * `host`, DOCKER_HOST, DOCKER_CONTEXT, the current context of Docker's config.json, the usual sockets.
 * @param host from the provider's configuration
 * @throws EngineAddressError
 */
export function engineAddresses(
  host: string | undefined,
  environment: NodeJS.ProcessEnv,
): [EngineAddress, ...EngineAddress[]] {
  const named = host ? [host, "the provider's host"] : [environment.DOCKER_HOST, "DOCKER_HOST"];
  const [given, source] = named;
  if (given) {
    const tls = tlsOf(environment);
    return [checked({ host: withDefaults(given, tls !== undefined), source, ...(tls && { tls }) })];
  }
  const context = currentContext(environment);
  if (context !== undefined) return [checked(contextAddress(context, environment))];
  if (process.platform === "win32") return [{ host: "npipe:////./pipe/docker_engine" }];
  const desktop = ["run", "desktop"].map((part) => ({
    host: `unix://${homedir()}/.docker/${part}/docker.sock`,
  }));
  return [{ host: defaultSocket }, ...desktop];
}

/**
 * The environment in which a program that knows DOCKER_HOST but no contexts reaches the same engine as this one.
 * @throws EngineAddressError
 */
export function engineEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (environment.DOCKER_HOST) return environment;
  const context = currentContext(environment);
  if (context === undefined) return environment;
  const { host, tls } = checked(contextAddress(context, environment));
  if (tls === undefined) return { ...environment, DOCKER_HOST: host };
  return {
    ...environment,
    DOCKER_HOST: host,
    DOCKER_CERT_PATH: contextFolder("tls", context.name, environment, "docker"),
    // Docker's own clients only look whether it is empty.
    DOCKER_TLS_VERIFY: tls.verify ? "1" : "",
  };
}

/** The address without a password that somebody may have written into it. */
export function shownAddress(host: string): string {
  return host.replace(/(\/\/[^@/]*?):[^@/]*@/, "$1:***@");
}

const defaultSocket = "unix:///var/run/docker.sock";

interface NamedContext {
  name: string;
  /** What chose it. */
  source: string;
}

/** Undefined: the context `default`, which is the usual sockets. */
function currentContext(environment: NodeJS.ProcessEnv): NamedContext | undefined {
  const named = environment.DOCKER_CONTEXT;
  if (named) return named === "default" ? undefined : { name: named, source: "DOCKER_CONTEXT" };
  const file = path.join(configFolder(environment), "config.json");
  const text = textOf(file);
  const name =
    text === undefined ? undefined : (parsed(text, file) as { currentContext?: unknown }).currentContext;
  if (typeof name !== "string" || name === "" || name === "default") return undefined;
  return { name, source: `currentContext in ${file}` };
}

function contextAddress(context: NamedContext, environment: NodeJS.ProcessEnv): EngineAddress {
  const source = `${context.source} (context "${context.name}")`;
  const file = contextFolder("meta", context.name, environment, "meta.json");
  const text = textOf(file);
  if (text === undefined) {
    throw new EngineAddressError(
      `There is no Docker context "${context.name}", which ${context.source} names: see \`docker context ls\`, and correct ${context.source}.`,
    );
  }
  const { Endpoints } = parsed(text, file) as {
    Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
  };
  if (Endpoints?.docker === undefined) {
    throw new EngineAddressError(
      `${file} names no Docker engine, but ${source} asks for it; choose another context.`,
    );
  }
  const { Host = "", SkipTLSVerify = false } = Endpoints.docker;
  const files = tlsFiles(contextFolder("tls", context.name, environment, "docker"));
  const tls =
    Object.keys(files).length > 0 || SkipTLSVerify ? { ...files, verify: !SkipTLSVerify } : undefined;
  return { host: withDefaults(Host || defaultSocket, tls !== undefined), source, ...(tls && { tls }) };
}

/** The Docker CLI keeps a context under the hash of its name. */
function contextFolder(
  kind: "meta" | "tls",
  name: string,
  environment: NodeJS.ProcessEnv,
  last: string,
): string {
  const id = createHash("sha256").update(name).digest("hex");
  return path.join(configFolder(environment), "contexts", kind, id, last);
}

function configFolder(environment: NodeJS.ProcessEnv): string {
  return environment.DOCKER_CONFIG || path.join(homedir(), ".docker");
}

/** As in the Docker CLI, any text but the empty one turns them on. */
function tlsOf(environment: NodeJS.ProcessEnv): EngineTls | undefined {
  if (!environment.DOCKER_TLS_VERIFY && !environment.DOCKER_TLS) return undefined;
  const folder = environment.DOCKER_CERT_PATH || configFolder(environment);
  const files = tlsFiles(folder);
  if (environment.DOCKER_TLS_VERIFY && files.ca === undefined) {
    throw new EngineAddressError(
      `${path.join(folder, "ca.pem")} does not exist, which DOCKER_TLS_VERIFY asks for: set DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem.`,
    );
  }
  return { ...files, verify: Boolean(environment.DOCKER_TLS_VERIFY) };
}

function tlsFiles(folder: string): Omit<EngineTls, "verify"> {
  const [ca, cert, key] = ["ca", "cert", "key"].map((name) => textOf(path.join(folder, `${name}.pem`)));
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

/** What the Docker CLI adds: the scheme `tcp`, the port, the default socket. */
function withDefaults(given: string, tls: boolean): string {
  const host = given.trim();
  if (host === "unix://") return defaultSocket;
  if (host === "npipe://") return "npipe:////./pipe/docker_engine";
  const full = host.includes("://") ? host : `tcp://${host}`;
  const isTcp = full.startsWith("tcp://");
  return isTcp && !/:\d+\/?$/.test(full) ? `${full.replace(/\/$/, "")}:${tls ? 2376 : 2375}` : full;
}

function checked(address: EngineAddress): EngineAddress {
  const problem = addressProblem(address.host);
  if (problem === undefined) return address;
  throw new EngineAddressError(
    `"${shownAddress(address.host)}" is no address of a Docker engine, since it ${problem}; correct ${address.source ?? "it"}.`,
  );
}

function addressProblem(host: string): string | undefined {
  if (/^(?:unix|npipe):\/\//.test(host)) return undefined;
  if (!URL.canParse(host)) return "cannot be read";
  const { protocol, hostname, pathname, password, search, hash } = new URL(host);
  if (protocol !== "tcp:" && protocol !== "ssh:") return "begins with none of unix://, tcp:// and ssh://";
  if (hostname === "") return "names no host";
  if (password !== "") return "has a password in it";
  if (search !== "" || hash !== "") return "has a query or fragment";
  if (protocol === "tcp:" && pathname !== "" && pathname !== "/") return "has a path";
  return undefined;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new EngineAddressError(
      `${file}, which Docker's clients read, cannot be read (${code ?? message}).`,
    );
  }
}

function parsed(text: string, file: string): object {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === "object" && document !== null) return document;
  } catch {
    // The message below says it.
  }
  throw new EngineAddressError(`${file} is no JSON object; correct it, or set DOCKER_HOST.`);
}
