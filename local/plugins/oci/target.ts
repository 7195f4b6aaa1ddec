/** One resource at its service: where it is, and how it is read. */
import { asText, type Properties } from "../shared/values";
import type { Body, ResourceRow } from "./row";
import type { Call, Session } from "./session";
import { isMissing, type Patience } from "./wait";

export interface Target {
  readonly row: ResourceRow;
  readonly session: Session;
  readonly id: string;
  /** What is known of its properties; paths are made of them. */
  readonly values: Properties;
  readonly patience: Patience;
}

type Expected = Pick<Call, "mayBeGone" | "justMade">;

/** A request below the resource's own path. */
export function callItem(
  { row, session, id, values, patience }: Target,
  call: Pick<Call, "method" | "query" | "body"> & Expected & { action?: string },
) {
  const { action, ...rest } = call;
  const path = row.item(id, values) + (action === undefined ? "" : `/actions/${action}`);
  const { doing, signal } = patience;
  return session.call({ service: row.service, path, doing, signal, ...rest });
}

/** Reads a resource that must be there. */
export async function readTarget(target: Target, expected: Expected = {}): Promise<Body> {
  const { row, session, id, values, patience } = target;
  if (!row.read) {
    const answer = await callItem(target, { method: "GET", query: row.itemQuery?.(values), ...expected });
    return answer.body as Body;
  }
  const body = await row.read(session, id, values, patience.signal);
  if (body) return body;
  throw new Error(`${patience.doing}: ${row.service.title} does not list it`);
}

/** Reads a resource that may be gone: undefined. */
export async function findTarget(target: Target): Promise<Body | undefined> {
  const { row, session, id, values, patience } = target;
  if (row.read) return row.read(session, id, values, patience.signal);
  try {
    return await readTarget(target, { mayBeGone: true });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

interface Request {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly timeoutSeconds?: number | undefined;
}

/** What is being done, as messages say it: `create log "app"`; and for how long. */
export function patienceFor(row: ResourceRow, verb: string, values: Properties, request: Request): Patience {
  const { signal, timeoutSeconds, name } = request;
  const shown = [values.displayName, values.name].find((value) => typeof value === "string");
  return { signal, timeoutSeconds, doing: `${verb} ${row.noun} "${asText(shown ?? name)}"` };
}
