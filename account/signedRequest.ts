import { registryUrl } from "../formats/imageReference";
import { type Account, AccountError } from "./account";

export interface SignedRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  /** Text as it goes over the wire, JSON as a rule. */
  body?: string;
  headers?: Record<string, string>;
}

/** Sends a request signed with the account's API key, as OCI's REST API wants it. Any status is an answer, not an error. */
export async function signedRequest(account: Account, request: SignedRequest): Promise<Response> {
  const { method, url, body } = request;
  const headers = new Headers(request.headers);
  // Required only here: loading the SDK costs about 0.1 s.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { DefaultRequestSigner } = require("oci-common") as typeof import("oci-common");
  const signer = new DefaultRequestSigner(account.authenticationProvider);
  await signer.signHttpRequest({ method, uri: url, headers, body });
  try {
    // A redirect's target is not what was signed, and must not see the signature.
    return await fetch(url, { method, headers, body, redirect: "manual" });
  } catch (error) {
    const cause = (error as Error).cause;
    const reason =
      cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(error);
    throw new AccountError(`${new URL(url).host} cannot be reached (${reason}).`);
  }
}

/**
 * A short-lived token (1 hour) of the registry, for the user `BEARER_TOKEN`.
 * @param host registry host, such as `gru.ocir.io`
 * @throws AccountError
 */
export async function registryToken(account: Account, host: string): Promise<string> {
  const url = `${registryUrl(host)}/20180419/docker/token`;
  const response = await signedRequest(account, { method: "GET", url });
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
