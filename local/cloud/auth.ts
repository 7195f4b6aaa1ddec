import { createHash, timingSafeEqual } from "node:crypto";
import type { ClientRequest, IncomingHttpHeaders } from "node:http";
import httpSignature from "http-signature";
import { apiKeys } from "./accountSetup";
import type { Cloud } from "./cloud";
import { notAuthenticated, ServiceError } from "./errors";
import type { Caller } from "./service";

/** The greatest difference between a request's date and ours, in seconds. */
const CLOCK_SKEW = 300;

export interface SignedRequest {
  method: string;
  /** Path and query exactly as received. */
  url: string;
  headers: IncomingHttpHeaders;
}

export interface SignedCaller extends Caller {
  /** The header names that the signature covers, in lower case. */
  signedHeaders: readonly string[];
}

/**
 * Verifies OCI's request signature: rsa-sha256 over at least the request target, the host and the date, by a key
 * stored for `tenancy/user/fingerprint`.
 */
export function verifySignature(cloud: Cloud, request: SignedRequest): SignedCaller {
  try {
    // With both dates given, http-signature compares x-date with the clock: that one must be signed.
    const date = request.headers["x-date"] === undefined ? "date" : "x-date";
    const parsed = httpSignature.parseRequest(request as unknown as ClientRequest, {
      headers: ["(request-target)", "host", date],
      algorithms: ["rsa-sha256"],
      clockSkew: CLOCK_SKEW,
    });
    const key = cloud.store.get(apiKeys, parsed.params.keyId);
    if (!key || !httpSignature.verifySignature(parsed, key.document.publicKey)) {
      throw notAuthenticated("the signature does not match a key of this tenancy");
    }
    const { tenancyId, userId } = key.document;
    return { tenancyId, userId, signedHeaders: parsed.params.headers };
  } catch (error) {
    throw error instanceof ServiceError ? error : notAuthenticated((error as Error).message);
  }
}

/** Checks that a body is the one that was signed. */
export function verifyBody(caller: SignedCaller, headers: IncomingHttpHeaders, body: Buffer): void {
  for (const name of ["x-content-sha256", "content-type", "content-length"]) {
    if (!caller.signedHeaders.includes(name)) {
      throw notAuthenticated(`the header ${name} is not signed`);
    }
  }
  const stated = headers["x-content-sha256"];
  const actual = createHash("sha256").update(body).digest();
  const expected = Buffer.from(typeof stated === "string" ? stated : "", "base64");
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    throw notAuthenticated("x-content-sha256 is not the body's digest");
  }
}
