/** Which failures pass by themselves, for how long they are waited out, and how patiently. */
export interface Attempt {
  /** Undefined: no answer came (connection dropped). */
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The service refuses a change while another one runs. */
  readonly conflictsPass: boolean;
  /** Milliseconds until everything just created can be seen everywhere; 0: it can. */
  readonly consistencyWindow: number;
}

const SECOND = 1000;
const SHORT = 120 * SECOND;
const LONG = 600 * SECOND;

/** Not seen yet, in the words of three services. */
const NOT_SEEN_YET: Readonly<Record<number, string>> = {
  400: "RelatedResourceNotAuthorizedOrNotFound",
  404: "NotAuthorizedOrNotFound",
  409: "NotAuthorizedOrResourceAlreadyExists",
};
const NEVER_PASSES = new Set(["BucketNotEmpty", "InvalidatedRetryToken", "InvalidIfMatch"]);

/** Milliseconds since the first attempt in which to go on trying; 0: the failure is final. */
export function patience({ status, code, conflictsPass, consistencyWindow }: Attempt): number {
  if (status === undefined) return SHORT;
  if (status === 429) return LONG;
  if (NOT_SEEN_YET[status] === code && consistencyWindow > 0) return consistencyWindow;
  if (status === 409) {
    const passing = code === "IncorrectState" || (conflictsPass && !alreadyThere(code));
    return passing && !NEVER_PASSES.has(code ?? "") ? SHORT : 0;
  }
  return status >= 500 && status !== 501 ? SHORT : 0;
}

function alreadyThere(code: string | undefined): boolean {
  return /exists|duplicate|limit/i.test(code ?? "");
}

/** Milliseconds to wait before attempt number `next` (2, 3, …): what the service asks for, or doubling with jitter. */
export function backoff(next: number, retryAfterSeconds: number | undefined, random: () => number): number {
  if (retryAfterSeconds !== undefined) return retryAfterSeconds * SECOND;
  const ceiling = Math.min(250 * 2 ** (next - 2), 8 * SECOND);
  return ceiling / 2 + random() * (ceiling / 2);
}
