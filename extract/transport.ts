import { setTimeout as wait } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { isLoopbackHost } from "../formats/imageReference";
import { ExtractError, reasonOf } from "./errors";

export type HttpResponse = Dispatcher.ResponseData;

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
const retriedStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);
const retriedCodes = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

/** HTTP with redirects, bounded retries, proxies from the environment, and credentials that never leave their host. */
export class Transport {
  readonly #agents = new Map<boolean, Dispatcher>();
  readonly #retryDelay: (attempt: number) => number;
  readonly #signal: AbortSignal | undefined;

  constructor(options: TransportOptions = {}) {
    this.#retryDelay = options.retryDelay ?? ((attempt) => 100 * 2 ** attempt * (0.5 + Math.random()));
    this.#signal = options.signal;
  }

  /** Sends the request; every final status is an answer. The caller reads or dumps the body. */
  async send(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      let retryAfter: number | undefined;
      try {
        const response = await this.#follow(url, request);
        if (!retriedStatuses.has(response.statusCode) || attempt >= maximumAttempts) return response;
        retryAfter = retryAfterOf(response);
        await response.body.dump();
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
    return error instanceof Error && retriedCodes.has((error as NodeJS.ErrnoException).code ?? "");
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
    this.#agents.clear();
  }

  async #follow(url: string, request: HttpRequest): Promise<HttpResponse> {
    let target = new URL(url);
    let headers = request.headers ?? {};
    for (let hop = 0; hop <= maximumRedirects; hop++) {
      const response = await loadUndici().request.call(this.#agent(target), {
        origin: target.origin,
        path: target.pathname + target.search,
        method: request.method ?? "GET",
        headers: { "user-agent": "fotogal-motando-extract", ...headers },
        body: request.body ?? null,
        signal: this.#signal ?? null,
      });
      const location = response.headers.location;
      if (![301, 302, 303, 307, 308].includes(response.statusCode) || typeof location !== "string") {
        return response;
      }
      await response.body.dump();
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

  #agent(url: URL): Dispatcher {
    const loopback = isLoopbackHost(url.host);
    let agent = this.#agents.get(loopback);
    if (agent === undefined) {
      const undici = loadUndici();
      const options = { connect: { timeout: 15_000 }, headersTimeout: 60_000, bodyTimeout: 60_000 };
      agent = loopback ? new undici.Agent(options) : new undici.EnvHttpProxyAgent(options);
      this.#agents.set(loopback, agent);
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

type Undici = Pick<typeof import("undici"), "Agent" | "EnvHttpProxyAgent"> & {
  request: (this: Dispatcher, options: Dispatcher.RequestOptions) => Promise<HttpResponse>;
};

/**
 * The parts of undici that make requests, loaded with the first one. The package's main file also loads fetch, WebSocket and
 * caches, which takes longer than all the rest of a small extraction.
 */
function loadUndici(): Undici {
  /* eslint-disable @typescript-eslint/no-require-imports */
  return {
    Agent: require("undici/lib/dispatcher/agent") as Undici["Agent"],
    get EnvHttpProxyAgent() {
      return require("undici/lib/dispatcher/env-http-proxy-agent") as Undici["EnvHttpProxyAgent"];
    },
    request: require("undici/lib/api/api-request") as Undici["request"],
  };
  /* eslint-enable @typescript-eslint/no-require-imports */
}

function retryAfterOf(response: HttpResponse): number | undefined {
  const value = response.headers["retry-after"];
  if (typeof value !== "string") return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.min(maximumRetryAfter, Math.max(0, milliseconds));
}
