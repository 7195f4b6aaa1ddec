/** For tests: a service that answers from a list of routes, and a clock that only moves when somebody waits. */
import { ConsistencyWindow } from "./consistencyWindow";
import { Endpoints } from "./endpoints";
import { Session } from "./session";

export interface Request {
  method: string;
  path: string;
  query: Record<string, string>;
  body: Record<string, unknown> | undefined;
  headers: Record<string, string>;
}

export interface Reply {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Replies in turn; the last one is repeated. An Error is a connection that fails. */
export type Route = [matching: string, ...replies: (Reply | Error | ((request: Request) => Reply))[]];

const CLIENTS = [
  "oci_identity.IdentityClient",
  "oci_object_storage.ObjectStorageClient",
  "oci_artifacts.ArtifactsClient",
  "oci_nosql.NosqlClient",
  "oci_logging.LoggingManagementClient",
  "oci_functions.FunctionsManagementClient",
  "oci_vulnerability_scanning.VulnerabilityScanningClient",
];

export const OVERRIDES = CLIENTS.map((client) => `${client}=http://127.0.0.1:1`).join(";");

export function fakeService(...routes: Route[]) {
  const requests: Request[] = [];
  const pauses: number[] = [];
  let now = 0;
  const left = new Map(routes.map(([matching, ...replies]) => [matching, [...replies]]));
  const session = new Session(
    { tenancyId: "tenancy", region: "sa-saopaulo-1" },
    Endpoints.parse(OVERRIDES),
    {
      send: ({ method, url, body, headers = {} }) => {
        const { pathname, searchParams } = new URL(url);
        const request: Request = {
          method,
          path: pathname,
          query: Object.fromEntries(searchParams),
          body: body === undefined ? undefined : (JSON.parse(body) as Record<string, unknown>),
          headers,
        };
        requests.push(request);
        const replies = left.get(`${method} ${pathname}`);
        if (!replies)
          return Promise.resolve(respond(refusal(501, "NotImplemented", `no ${method} ${pathname} here`)));
        const next = replies.length > 1 ? replies.shift() : replies[0];
        if (next instanceof Error) return Promise.reject(next);
        return Promise.resolve(respond(typeof next === "function" ? next(request) : (next ?? {})));
      },
      wait: (milliseconds) => {
        pauses.push(milliseconds);
        now += milliseconds;
        return Promise.resolve();
      },
      now: () => now,
      random: () => 1,
    },
    new ConsistencyWindow(undefined),
  );
  return {
    session,
    requests,
    pauses,
    elapsed: () => now,
    /** `METHOD path` of every request, in order. */
    calls: () => requests.map(({ method, path }) => `${method} ${path}`),
  };
}

export const refusal = (status: number, code: string, message = "no"): Reply => ({
  status,
  body: { code, message },
  headers: { "opc-request-id": "REQ" },
});

function respond({ status = 200, body, headers }: Reply): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
}
