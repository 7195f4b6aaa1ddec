/** Signed requests to the services, retried where a failure passes by itself. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { signedRequest, type Account, type SignedRequest } from "../../../account";
import type { ConsistencyWindow } from "./consistencyWindow";
import type { Endpoints } from "./endpoints";
import { backoff, patience } from "./retry";
import type { Body, Query, Service } from "./row";
import { ServiceError } from "./serviceError";

/** How long what was just made may not be seen by its own service. */
const JUST_MADE_MS = 60_000;

export interface Call {
  readonly service: Service;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the service's base. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: Body;
  /** For messages: `create bucket "fotogal_bucket_images"`. */
  readonly doing: string;
  readonly signal: AbortSignal;
  /** The resource may rightly be gone: a 404 is an answer, not a delay. */
  readonly mayBeGone?: boolean;
  /** The resource was made a moment ago: a 404 is a delay. */
  readonly justMade?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly workRequestId: string | undefined;
  readonly nextPage: string | undefined;
  readonly etag: string | undefined;
}

/** What a session takes from outside; tests pass their own. */
export interface Outside {
  readonly send: (request: Omit<SignedRequest, "method"> & { method: Call["method"] }) => Promise<Response>;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  readonly random: () => number;
}

export function outside(account: Account): Outside {
  return {
    send: (request) => signedRequest(account, request),
    wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
    now: () => Date.now(),
    random: () => Math.random(),
  };
}

export class Session {
  constructor(
    readonly account: Pick<Account, "tenancyId" | "region">,
    private readonly endpoints: Endpoints,
    readonly outside: Outside,
    private readonly window: ConsistencyWindow,
  ) {}

  openConsistencyWindow(): void {
    this.window.open(this.outside.now());
  }

  /** @throws ServiceError for every refusal */
  async call(call: Call): Promise<Answer> {
    const started = this.outside.now();
    // The same token on every attempt: a request whose answer was lost does not create a second resource.
    const retryToken = call.method === "POST" ? randomUUID() : undefined;
    for (let attempt = 1; ; attempt++) {
      call.signal.throwIfAborted();
      const outcome = await this.attempt(call, retryToken);
      if ("answer" in outcome) return outcome.answer;
      const { error, retryAfterSeconds } = outcome;
      const status = error instanceof ServiceError ? error.status : undefined;
      const limit = patience({
        status,
        code: error instanceof ServiceError ? error.code : undefined,
        retryAfterSeconds,
        conflictsPass: call.service.conflictsPass ?? false,
        consistencyWindow: this.windowFor(call, started),
      });
      const pause = backoff(attempt + 1, retryAfterSeconds, this.outside.random);
      if (this.outside.now() + pause - started > limit) throw error;
      await this.outside.wait(pause, call.signal);
    }
  }

  /** Every item of a list, over all its pages, and the first page's other fields. */
  async list(call: Omit<Call, "method" | "body">): Promise<{ items: Body[]; first: Body }> {
    const items: Body[] = [];
    let first: Body | undefined;
    let page: string | undefined;
    do {
      const answer = await this.call({ ...call, method: "GET", query: { ...call.query, page } });
      const body = answer.body as Body[] | { items?: Body[] };
      items.push(...(Array.isArray(body) ? body : (body.items ?? [])));
      first ??= Array.isArray(body) ? {} : body;
      page = answer.nextPage;
    } while (page);
    return { items, first };
  }

  private windowFor({ mayBeGone, justMade }: Call, started: number): number {
    if (mayBeGone) return 0;
    return Math.max(justMade ? JUST_MADE_MS : 0, this.window.left(started));
  }

  private async attempt(
    call: Call,
    retryToken: string | undefined,
  ): Promise<{ answer: Answer } | { error: Error; retryAfterSeconds: number | undefined }> {
    const { service, method, path } = call;
    const base = this.endpoints.of(service);
    const url = new URL(`${base}${service.base}${path}`);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const body = call.body && JSON.stringify(call.body);
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (retryToken) headers["opc-retry-token"] = retryToken;
    let response: Response;
    let text: string;
    try {
      response = await this.outside.send({ method, url: url.href, body, headers });
      text = await response.text();
    } catch (error) {
      if (!isDropped(error)) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${call.doing}: ${reason} ${hint(error, base)}`.trim(), { cause: error });
      }
      const failure = new Error(
        `${call.doing}: ${service.title} at ${base} closed the connection again and again.`,
      );
      return { error: failure, retryAfterSeconds: undefined };
    }
    if (response.ok) return { answer: toAnswer(response, text) };
    const { code, message } = refusal(text);
    const error = new ServiceError(response.status, code ?? "no code", message ?? "no reason given", {
      doing: call.doing,
      service: service.title,
      request: `${method} ${url.pathname}`,
      requestId: response.headers.get("opc-request-id") ?? undefined,
    });
    const retryAfter = Number(response.headers.get("retry-after") ?? NaN);
    return { error, retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined };
  }
}

function toAnswer(response: Response, text: string): Answer {
  return {
    status: response.status,
    body: text === "" ? undefined : (JSON.parse(text) as unknown),
    workRequestId: response.headers.get("opc-work-request-id") ?? undefined,
    nextPage: response.headers.get("opc-next-page") ?? undefined,
    etag: response.headers.get("etag") ?? undefined,
  };
}

function refusal(text: string): { code?: string; message?: string } {
  try {
    return JSON.parse(text) as { code?: string; message?: string };
  } catch {
    return { message: text.slice(0, 200) };
  }
}

/** A dropped connection may come back; a refused one means that nothing listens. */
function isDropped(error: unknown): boolean {
  return /ECONNRESET|UND_ERR_SOCKET|EPIPE|other side closed|socket hang up|terminated/.test(describe(error));
}

function hint(error: unknown, base: string): string {
  if (!describe(error).includes("ECONNREFUSED")) return "";
  return `Nothing listens at ${base}: \`npm run cloud -- start\` starts the local cloud.`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return `${error.message} ${code} ${error.cause === undefined ? "" : describe(error.cause)}`;
}
