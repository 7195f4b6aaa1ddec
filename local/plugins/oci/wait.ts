/** Waiting for what a service does after it has answered: work requests and lifecycle states. */
import type { Body, Service } from "./row";
import { ServiceError } from "./serviceError";
import type { Session } from "./session";

const FIRST_PAUSE_MS = 60;
/** Later ones are a tenth of the time already waited: no more than that is lost after the end. */
const LATER_PAUSE_MS = { least: 200, most: 2000, part: 0.1 };
/** The official plugin's default timeout. */
const DEFAULT_TIMEOUT_SECONDS = 1200;

const PASSING = new Set([
  "CREATING",
  "UPDATING",
  "DELETING",
  "PROVISIONING",
  "MOVING",
  "ACCEPTED",
  "IN_PROGRESS",
  "CANCELING",
  "CANCELLING",
]);
const GONE = new Set(["DELETED", "TERMINATED"]);

export interface Patience {
  readonly signal: AbortSignal;
  readonly timeoutSeconds: number | undefined;
  /** For messages: `create table "users"`. */
  readonly doing: string;
}

/** The service gave up; nothing was made. */
export class WorkFailed extends Error {}

export const isGone = (body: Body): boolean => GONE.has(stateOf(body));

export function stateOf(body: Body): string {
  return typeof body.lifecycleState === "string" ? body.lifecycleState : "";
}

/** Waits for a work request. @throws WorkFailed with the service's reasons */
export async function workDone(
  session: Session,
  service: Service,
  id: string,
  patience: Patience,
  onProgress: (work: Body) => void = () => undefined,
): Promise<void> {
  const call = { service, doing: patience.doing, signal: patience.signal } as const;
  const path = `/workRequests/${encodeURIComponent(id)}`;
  const work = await poll(session, patience, async () => {
    const body = (await session.call({ ...call, method: "GET", path })).body as Body;
    onProgress(body);
    return PASSING.has(String(body.status)) ? undefined : body;
  });
  if (work.status === "SUCCEEDED") return;
  const { items } = await session.list({ ...call, path: `${path}/errors` });
  const reasons =
    items.map(({ message }) => String(message).replace(/\.$/, "")).join("; ") || "no reason given";
  throw new WorkFailed(
    `${patience.doing}: ${service.title}'s work request ended as ${String(work.status)}: ${reasons} (work request ${id})`,
  );
}

/** Waits until the resource has reached a lasting state. */
export function settled(session: Session, patience: Patience, read: () => Promise<Body>): Promise<Body> {
  return poll(session, patience, async () => {
    const body = await read();
    return PASSING.has(stateOf(body)) ? undefined : body;
  });
}

/** Waits until the resource is gone: not found any more, or kept by the service in a final state. */
export async function gone(
  session: Session,
  patience: Patience,
  read: () => Promise<Body | undefined>,
): Promise<void> {
  await poll(session, patience, async () => {
    const body = await read();
    return body === undefined || isGone(body) ? true : undefined;
  });
}

export const isMissing = (error: unknown): boolean => error instanceof ServiceError && error.status === 404;

async function poll<T>(session: Session, patience: Patience, ask: () => Promise<T | undefined>): Promise<T> {
  const seconds = patience.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const begun = session.outside.now();
  const deadline = begun + seconds * 1000;
  for (let pause = FIRST_PAUSE_MS; ; pause = nextPause(pause, session.outside.now() - begun)) {
    const result = await ask();
    if (result !== undefined) return result;
    if (session.outside.now() + pause > deadline) {
      throw new Error(
        `${patience.doing}: not finished after ${seconds} seconds; look at it in the service and run again, ` +
          "or give it more time with the customTimeouts option",
      );
    }
    await session.outside.wait(pause, patience.signal);
  }
}

function nextPause(pause: number, waited: number): number {
  const { least, most, part } = LATER_PAUSE_MS;
  return Math.min(pause * 1.5, most, Math.max(least, waited * part));
}
