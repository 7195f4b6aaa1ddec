import type { IncomingHttpHeaders } from "node:http";
import type { Cloud } from "./cloud";
import type { Resource } from "./store";

/** One request to an operation, authenticated and with its body checked against the signature. */
export interface Call {
  cloud: Cloud;
  operation: Operation;
  caller: Caller;
  params: Record<string, string>;
  query: Record<string, string | string[] | undefined>;
  headers: IncomingHttpHeaders;
  /** The parsed JSON body, `undefined` when there is none. Read it with `readBody`. */
  body: unknown;
}

export interface Caller {
  tenancyId: string;
  userId: string;
}

/** What a handler answers: 200 by default, or 204 without a body; a stream goes out as it is, all else as JSON. `resource` sets the etag header. */
export interface Reply {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  resource?: Resource<unknown>;
  /** Sets `opc-work-request-id`. */
  workRequestId?: string;
}

export interface Operation {
  /** The name in Oracle's API reference, such as `CreateBucket`. */
  name: string;
  method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** In the router's form: `/20160918/compartments/:compartmentId`. */
  path: string;
  handle: (call: Call) => Reply | Promise<Reply>;
  /** The reply holds a secret: it is not kept on disk for `opc-retry-token`. */
  secretReply?: boolean;
  /** An upload: the signature covers no body, and `body` is the stream itself. */
  bodyNotSigned?: boolean;
}

/** What follows an asynchronous change when its work request ends. It runs in a transaction and is repeatable. */
export type Effect = (cloud: Cloud, args: Record<string, string>) => void;

export interface Service {
  /** As in `PUT /_local/latency`: identity, objectstorage, nosql, logging, functions, vulnerabilityscanning, artifacts. */
  name: string;
  operations: Operation[];
  /** The operations that exist in the API and that we don't serve, one a line: `NAME METHOD /PATH/{param}`. */
  notServed?: string;
  effects?: Record<string, Effect>;
  /** Empties what the service keeps outside the store. */
  reset?: (cloud: Cloud) => Promise<void>;
}

export function operation(
  name: string,
  method: Operation["method"],
  path: string,
  handle: Operation["handle"],
): Operation {
  return { name, method, path, handle };
}
