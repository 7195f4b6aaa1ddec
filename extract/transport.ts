import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { isLoopbackHost } from "../formats/imageReference";
import { ExtractError, reasonOf } from "./errors";

/** A response whose body is still to be read, or dropped. */
export class HttpResponse {
  constructor(private readonly message: IncomingMessage) {}

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

  async text(): Promise<string> {
    return (await buffer(this.message)).toString("utf8");
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
}

export interface HttpRequest {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
}

export interface TransportOptions {
  /** Milliseconds to wait before a retry; attempts count from 1. The default grows and is jittered. */
  retryDelay?: (attempt: number) => number;
  signal?: AbortSignal;
}

/** Tries in all, for one request or for one stretch of a download that brings nothing. */
export const maximumAttempts = 5;
const maximumRedirects = 5;
const maximumRetryAfter = 10_000;
const maximumConnections = 6;
const connectTimeout = 15_000;
const silenceTimeout = 60_000;
const retriedStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);
const retriedCodes = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"]);

/** HTTP with redirects, bounded retries, proxies from the environment, and credentials that never leave their host. */
export class Transport {
  readonly #agents = new Map<string, HttpAgent>();
  readonly #retryDelay: (attempt: number) => number;
  readonly #signal: AbortSignal | undefined;

  constructor(options: TransportOptions = {}) {
    this.#retryDelay = options.retryDelay ?? ((attempt) => 100 * 2 ** attempt * (0.5 + Math.random()));
    this.#signal = options.signal;
  }

  /** Sends the request; every final status is an answer. The caller reads or drops the body. */
  async send(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      let retryAfter: number | undefined;
      try {
        const response = await this.#follow(url, request);
        if (!retriedStatuses.has(response.statusCode) || attempt >= maximumAttempts) return response;
        retryAfter = retryAfterOf(response);
        await response.drop();
      } catch (error) {
        if (!this.isTransient(error) || attempt >= maximumAttempts) throw this.#failure(url, error);
      }
      await this.pause(attempt, retryAfter);
    }
  }

  /** Waits before another try. */
  async pause(attempt: number, atLeast = 0): Promise<void> {
    await wait(Math.max(atLeast, this.#retryDelay(attempt)), undefined, { signal: this.#signal });
  }

  /** Whether another try may succeed. */
  isTransient(error: unknown): boolean {
    return retriedCodes.has((error as NodeJS.ErrnoException).code ?? "");
  }

  /** Closes the connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #follow(url: string, request: HttpRequest): Promise<HttpResponse> {
    let target = new URL(url);
    let headers = request.headers ?? {};
    for (let hop = 0; hop <= maximumRedirects; hop++) {
      const response = await this.#once(target, { ...request, headers });
      const { location } = response.headers;
      if (![301, 302, 303, 307, 308].includes(response.statusCode) || location === undefined) {
        return response;
      }
      await response.drop();
      const next = new URL(location, target);
      if (next.protocol !== "https:" && !isLoopbackHost(next.host)) {
        throw new ExtractError(
          `${target.host} redirects to ${next.protocol}//${next.host}, which is not encrypted; refused.`,
        );
      }
      if (next.origin !== target.origin) {
        headers = Object.fromEntries(
          Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"),
        );
      }
      target = next;
    }
    throw new ExtractError(`${new URL(url).host} redirects more than ${maximumRedirects} times.`);
  }

  #once(url: URL, { method, headers, body }: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const options = {
        agent: this.#agent(url),
        method: method ?? "GET",
        headers: { "user-agent": "fotogal-motando-extract", ...headers },
        timeout: connectTimeout,
        ...(this.#signal && { signal: this.#signal }),
      };
      const send = url.protocol === "https:" ? loadHttps().request : request;
      const sent = send(url, options, (message) => resolve(new HttpResponse(message)));
      sent.on("socket", (socket) => {
        const connected = () => void sent.setTimeout(silenceTimeout);
        if (socket.connecting) socket.once("connect", connected);
        else connected();
      });
      sent.on("timeout", () => {
        sent.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  #agent(url: URL): HttpAgent {
    const proxy = isLoopbackHost(url.host) ? "" : proxyFor(url);
    const key = `${url.protocol} ${proxy}`;
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      const options = { keepAlive: true, maxSockets: maximumConnections };
      if (proxy !== "") agent = new (loadProxyAgent().HttpsProxyAgent)(proxy, options);
      else if (url.protocol === "https:") agent = new (loadHttps().Agent)(options);
      else agent = new HttpAgent(options);
      this.#agents.set(key, agent);
    }
    return agent;
  }

  #failure(url: string, error: unknown): Error {
    if (error instanceof ExtractError || this.#signal?.aborted === true) return error as Error;
    return new ExtractError(
      `Registry ${new URL(url).host} cannot be reached (${reasonOf(error)}); check the name and the network.`,
    );
  }
}

/** The proxy for the URL by HTTPS_PROXY, ALL_PROXY and NO_PROXY; empty for none. */
function proxyFor(url: URL): string {
  if (!/^(?:https|all)_proxy$/im.test(Object.keys(process.env).join("\n"))) return "";
  return loadProxyRules().getProxyForUrl(url.href);
}

// TLS and proxies take a while to load, and a registry on this machine needs neither.
/* eslint-disable @typescript-eslint/no-require-imports */
const loadHttps = (): typeof import("node:https") => require("node:https") as typeof import("node:https");
const loadProxyAgent = (): typeof import("https-proxy-agent") =>
  require("https-proxy-agent") as typeof import("https-proxy-agent");
const loadProxyRules = (): typeof import("proxy-from-env") =>
  require("proxy-from-env") as typeof import("proxy-from-env");
/* eslint-enable @typescript-eslint/no-require-imports */

function retryAfterOf(response: HttpResponse): number | undefined {
  const value = response.headers["retry-after"];
  if (value === undefined) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.min(maximumRetryAfter, Math.max(0, milliseconds));
}
