import {
  Agent as HttpAgent,
  type AgentOptions,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from "node:http";
import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { setTimeout as wait } from "node:timers/promises";
import type { HttpsProxyAgent } from "https-proxy-agent";
import { isLoopbackHost } from "../../formats/imageReference";
import { authoritiesFor } from "./authorities";
import { ExtractError, reasonOf } from "../errors";
import { type Proxy, proxyFor } from "./proxy";

/** A response whose body is still to be read, or dropped. */
export class HttpResponse {
  #text: Promise<string> | undefined;

  constructor(
    private readonly message: IncomingMessage,
    /** Who answered, after redirects. */
    readonly origin: string,
  ) {}

  get statusCode(): number {
    return this.message.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.message.headers;
  }

  /** The body, piece by piece; a connection that breaks ends it with an error. */
  get body(): AsyncIterable<Buffer> {
    return this.message;
  }

  /** Milliseconds that the server asks to wait, if it does. */
  get retryAfter(): number | undefined {
    const value = this.headers["retry-after"];
    if (value === undefined) return undefined;
    const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
    return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
  }

  /** The body of a short answer; of a long or broken one its begin. May be asked for again. */
  text(): Promise<string> {
    this.#text ??= this.#readText();
    return this.#text;
  }

  async #readText(): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of this.body) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maximumText) break;
      }
    } catch {
      // What came has to do.
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  /** Reads a short body to its end, so that the connection serves again; a long one is cut off. */
  async drop(): Promise<void> {
    let size = 0;
    try {
      for await (const chunk of this.body) {
        size += chunk.length;
        if (size > 64 * 1024) break;
      }
    } catch {
      // Nobody wants it.
    }
  }

  /** Ends the transfer. */
  cutOff(): void {
    this.message.destroy();
  }
}

export interface HttpRequest {
  /** Redirects of what changes something are not followed: what it sends may be a secret. */
  method?: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface TransportOptions {
  /** Milliseconds to wait before a retry; attempts count from 1. The default grows and is jittered. */
  retryDelay?: (attempt: number) => number;
  signal?: AbortSignal;
  /** Names proxies, authorities and credentials. The default is the process's. */
  environment?: NodeJS.ProcessEnv;
}

/** Tries in all, for one request or for one stretch of a download that brings nothing. */
export const maximumAttempts = 5;
const maximumRedirects = 10;
/** A registry that wants more time is not waited for. */
const maximumRetryAfter = 30_000;
const maximumText = 256 * 1024;
const maximumConnections = 6;
const connectTimeout = 15_000;
const silenceTimeout = 60_000;
const retriedStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);
const retriedCodes = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"]);

/** Node's words for a certificate that it does not trust. */
const certificateCodes =
  /^(?:UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|CERT_|ERR_TLS_CERT_)/;

/**
 * HTTP with redirects, bounded retries, proxies and authorities from the environment, and credentials that never leave their
 * host. Why the retries are our own: docs/decisions/0008-extract-transport.md.
 */
export class Transport {
  /** By origin. */
  readonly #agents = new Map<string, HttpAgent>();
  readonly #retryDelay: (attempt: number) => number;
  readonly #signal: AbortSignal | undefined;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #closing = new AbortController();

  constructor(options: TransportOptions = {}) {
    this.#retryDelay = options.retryDelay ?? ((attempt) => 200 * 2 ** attempt * (0.5 + Math.random()));
    this.#signal = options.signal;
    this.#environment = options.environment ?? process.env;
  }

  /** Sends the request; every final status is an answer. The caller reads or drops the body. */
  async send(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      const progress = { target: new URL(url) };
      let retryAfter: number | undefined;
      try {
        const response = await this.#follow(progress, request);
        ({ retryAfter } = response);
        const waits = retryAfter === undefined || retryAfter <= maximumRetryAfter;
        if (!retriedStatuses.has(response.statusCode) || attempt >= maximumAttempts || !waits)
          return response;
        await response.drop();
      } catch (error) {
        if (!this.isTransient(error) || attempt >= maximumAttempts) {
          throw this.#failure(progress.target, error);
        }
      }
      await this.pause(attempt, retryAfter);
    }
  }

  /** Waits before another try; the delay comes on top of the milliseconds that the server asks for. */
  async pause(attempt: number, asked = 0): Promise<void> {
    await wait(asked + this.#retryDelay(attempt), undefined, { signal: this.#signal });
  }

  /** Whether another try may succeed. */
  isTransient(error: unknown): boolean {
    return retriedCodes.has((error as NodeJS.ErrnoException).code ?? "");
  }

  /** Closes the connections. */
  close(): void {
    // Also those that a proxy has not answered yet.
    this.#closing.abort();
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** Leaves in `progress` where it is, for the message of a failure. */
  async #follow(progress: { target: URL }, request: HttpRequest): Promise<HttpResponse> {
    const first = progress.target;
    let headers = request.headers ?? {};
    for (let hop = 0; hop <= maximumRedirects; hop++) {
      const { target } = progress;
      const response = await this.#once(target, { ...request, headers });
      const { location } = response.headers;
      const redirects = [301, 302, 303, 307, 308].includes(response.statusCode);
      const changes = !["GET", "HEAD", undefined].includes(request.method);
      if (!redirects || changes || location === undefined) return response;
      await response.drop();
      progress.target = redirection(target, location);
      if (progress.target.origin !== target.origin) {
        headers = Object.fromEntries(
          Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"),
        );
      }
    }
    throw new ExtractError(`${first.host} redirects more than ${maximumRedirects} times.`);
  }

  #once(url: URL, { method, headers, body }: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const options = {
        agent: this.#agent(url),
        method: method ?? "GET",
        // A blob's digest is of the bytes as they are stored.
        headers: { "user-agent": "fotogal-motando-extract", "accept-encoding": "identity", ...headers },
        timeout: connectTimeout,
        ...(this.#signal && { signal: this.#signal }),
      };
      const send = url.protocol === "https:" ? loadHttps().request : request;
      const sent = send(url, options, (message) => resolve(new HttpResponse(message, url.origin)));
      // Once connected it may be tried again; a host that cannot be connected to for so long is not.
      let silence = noConnection();
      sent.on("socket", (socket) => {
        const connected = (): void => {
          silence = Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
          sent.setTimeout(silenceTimeout);
        };
        if (socket.connecting) socket.once("connect", connected);
        else connected();
      });
      sent.on("timeout", () => sent.destroy(silence));
      // What a proxy says instead is not the registry's word; its challenges, above all, must get no answer.
      sent.on("proxyConnect", ({ statusCode }: { statusCode: number }) => {
        if (statusCode !== 200) sent.destroy(new Error(`the proxy answers with status ${statusCode}`));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  #agent({ origin, host, protocol }: URL): HttpAgent {
    let agent = this.#agents.get(origin);
    if (agent === undefined) {
      agent = this.#newAgent(host, protocol);
      this.#agents.set(origin, agent);
    }
    return agent;
  }

  #newAgent(host: string, protocol: string): HttpAgent {
    const options = { keepAlive: true, maxSockets: maximumConnections };
    if (protocol !== "https:") return new HttpAgent(options);
    const ca = authoritiesFor(host, this.#environment);
    // Made once: that takes longer than a connection.
    const secure = { ...options, ...(ca && { secureContext: loadTls().createSecureContext({ ca }) }) };
    const proxy = proxyFor(host, this.#environment);
    return proxy === undefined ? new (loadHttps().Agent)(secure) : this.#newProxyAgent(proxy, secure);
  }

  #newProxyAgent(proxy: Proxy, options: AgentOptions & { secureContext?: SecureContext }): HttpAgent {
    const { HttpsProxyAgent } = loadProxyAgent();
    const { secureContext } = options;
    const limit = { ref: false, ...(this.#signal && { signal: this.#signal }) };
    /** With an end to waiting for the proxy, and the authorities: the package leaves both to others. */
    class ProxyAgent extends HttpsProxyAgent<string> {
      override connect(...[request, given]: Parameters<Connect>): Promise<Socket> {
        const tunnel = super.connect(request, { ...given, ...(secureContext && { secureContext }) });
        const end = wait(connectTimeout, undefined, limit).then(() => Promise.reject(noConnection()));
        return Promise.race([tunnel, end]);
      }
    }
    return new ProxyAgent(proxy.href, { ...options, signal: this.#closing.signal });
  }

  #failure({ host }: URL, error: unknown): Error {
    if (error instanceof ExtractError || this.#signal?.aborted === true) return error as Error;
    const reason = reasonOf(error);
    if (certificateCodes.test((error as NodeJS.ErrnoException).code ?? "")) {
      return new ExtractError(
        `The certificate of ${host} cannot be trusted (${reason}); if a private authority signed it, ` +
          `name the authority's file in SSL_CERT_FILE, or put it at /etc/docker/certs.d/${host}/ca.crt.`,
      );
    }
    const proxy = proxyFor(host, this.#environment);
    const also = proxy === undefined ? "" : `, and the proxy ${proxy.host} in ${proxy.variable}`;
    return new ExtractError(`${host} cannot be reached (${reason}); check the name and the network${also}.`);
  }
}

type Connect = HttpsProxyAgent<string>["connect"];

function noConnection(): Error {
  return new Error(`no connection within ${connectTimeout / 1000} s`);
}

/** Where a redirect leads; plain HTTP only from this machine to this machine. */
function redirection(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) {
    throw new ExtractError(`${from.host} redirects to an address that is none.`);
  }
  const next = new URL(location, from);
  const local = next.protocol === "http:" && isLoopbackHost(next.host) && isLoopbackHost(from.host);
  if (next.protocol !== "https:" && !local) {
    throw new ExtractError(
      `${from.host} redirects to ${next.protocol}//${next.host}, which is not encrypted; refused.`,
    );
  }
  return next;
}

// TLS and proxies take a while to load, and a registry on this machine needs neither.
/* eslint-disable @typescript-eslint/no-require-imports */
const loadHttps = (): typeof import("node:https") => require("node:https") as typeof import("node:https");
const loadProxyAgent = (): typeof import("https-proxy-agent") =>
  require("https-proxy-agent") as typeof import("https-proxy-agent");
const loadTls = (): typeof import("node:tls") => require("node:tls") as typeof import("node:tls");
/* eslint-enable @typescript-eslint/no-require-imports */
