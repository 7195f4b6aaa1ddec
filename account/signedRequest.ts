import { createHash } from "node:crypto";
import type { ClientRequest } from "node:http";
import { registryUrl } from "../formats/imageReference";
import { type Account, AccountError } from "./account";

export interface SignedRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  url: string;
  /** Text as it goes over the wire, JSON as a rule. */
  body?: string;
  headers?: Record<string, string>;
}

/** How a signed request gets to the service: `fetch`, or what stands in for it. */
export type SendRequest = (
  url: string,
  init: { method: SignedRequest["method"]; headers: Headers; body?: string; redirect: "manual" },
) => Promise<Response>;

/** Sends a request signed with the account's API key, as OCI's REST API wants it. Any status is an answer, not an error. */
export async function signedRequest(
  account: Account,
  request: SignedRequest,
  send: SendRequest = fetch,
): Promise<Response> {
  const { method, url, body } = request;
  const headers = new Headers(request.headers);
  await sign(account, request, headers);
  try {
    // A redirect's target is not what was signed, and must not see the signature.
    return await send(url, { method, headers, ...(body !== undefined && { body }), redirect: "manual" });
  } catch (error) {
    // What else sends has its own message.
    if (send !== fetch) throw error;
    const cause = (error as Error).cause;
    const reason =
      cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(error);
    throw new AccountError(`${new URL(url).host} cannot be reached (${reason}).`);
  }
}

/** Adds the signature: over the request's target, host and date, and with a body over its length, type and digest. */
async function sign(account: Account, { method, url, body }: SignedRequest, headers: Headers): Promise<void> {
  // The library oci-common signs with, which would take five times as long to load.
  const { default: httpSignature } = await import("http-signature");
  const { host, pathname, search } = new URL(url);
  headers.set("host", host);
  // fetch sets a date of its own; OCI takes this one instead.
  headers.set("x-date", new Date().toUTCString());
  const signed = ["(request-target)", "host", "x-date"];
  if (body !== undefined) {
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    headers.set("content-length", String(Buffer.byteLength(body)));
    headers.set("x-content-sha256", createHash("sha256").update(body).digest("base64"));
    signed.push("content-length", "content-type", "x-content-sha256");
  }
  const { keyId, privateKey } = account.signingKey();
  const request = {
    method,
    path: pathname + search,
    getHeader: (name: string) => headers.get(name) ?? undefined,
    setHeader: (name: string, value: string) => headers.set(name, value),
  };
  httpSignature.sign(request as unknown as ClientRequest, {
    key: privateKey,
    keyId,
    headers: signed,
    algorithm: "rsa-sha256",
  });
  const signature = headers.get("authorization") ?? "";
  headers.set("authorization", signature.replace(/^Signature /, 'Signature version="1",'));
}

/**
 * A short-lived token (1 hour) of the registry, for the user `BEARER_TOKEN`.
 * @param host registry host, such as `gru.ocir.io`
 * @throws AccountError
 */
export async function registryToken(account: Account, host: string, send?: SendRequest): Promise<string> {
  const url = `${registryUrl(host)}/20180419/docker/token`;
  const response = await signedRequest(account, { method: "GET", url }, send);
  if (!response.ok) {
    const reason = await refusal(response);
    throw new AccountError(
      `Registry ${host} gave no token (${reason}); check that the API key with fingerprint ${account.fingerprint} belongs to the user and that the clock is right.`,
    );
  }
  const answer: unknown = await response.json().catch(() => undefined);
  const token = typeof answer === "object" && answer !== null && "token" in answer ? answer.token : undefined;
  if (typeof token !== "string" || token === "") {
    throw new AccountError(`${url} answered without a token; is ${host} an Oracle registry?`);
  }
  return token;
}

async function refusal(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  try {
    const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
    const details = [code, message].filter((part) => typeof part === "string").join(": ");
    return details === "" ? `status ${response.status}` : `status ${response.status}, ${details}`;
  } catch {
    return `status ${response.status}`;
  }
}
