import { fakeService, refusal, type Route } from "./fakeService";
import { logging, nosql } from "./table/services";
import type { Call } from "./session";

const call: Call = {
  service: logging,
  method: "POST",
  path: "/logGroups",
  body: { displayName: "g" },
  doing: 'create log group "g"',
  signal: new AbortController().signal,
};
const route = (...replies: Route extends [string, ...infer R] ? R : never): Route => [
  "POST /20200531/logGroups",
  ...replies,
];
const ok = { body: { id: "1" } };

test("a refusal says what was done, the service's code, status and reason, and the request's ID", async () => {
  const { session } = fakeService(route(refusal(400, "InvalidParameter", "displayName is taken.")));
  await expect(session.call(call)).rejects.toThrow(
    'create log group "g": Logging answered 400 InvalidParameter: displayName is taken ' +
      "(POST /20200531/logGroups, opc-request-id REQ)",
  );
});

test("throttling and server errors are retried with growing pauses, always with the same retry token", async () => {
  const fake = fakeService(route(refusal(429, "TooManyRequests"), refusal(503, "ServiceUnavailable"), ok));
  await expect(fake.session.call(call)).resolves.toMatchObject({ body: { id: "1" } });
  expect(fake.pauses).toEqual([250, 500]);
  expect(new Set(fake.requests.map(({ headers }) => headers["opc-retry-token"])).size).toBe(1);
});

test("a service that asks for a pause gets it", async () => {
  const throttled = { ...refusal(429, "TooManyRequests"), headers: { "retry-after": "7" } };
  const fake = fakeService(route(throttled, ok));
  await fake.session.call(call);
  expect(fake.pauses).toEqual([7000]);
});

test("a dropped connection is retried; one that is refused says that the local cloud is not running", async () => {
  const reset = fakeService(route(new Error("127.0.0.1:1 cannot be reached (ECONNRESET)."), ok));
  await expect(reset.session.call(call)).resolves.toMatchObject({ status: 200 });
  const refused = fakeService(route(new Error("127.0.0.1:1 cannot be reached (ECONNREFUSED).")));
  await expect(refused.session.call(call)).rejects.toThrow("npm run cloud -- start");
  expect(refused.requests).toHaveLength(1);
});

test("NoSQL's conflicts are waited out for two minutes, an existing name is not", async () => {
  const busy = fakeService(["POST /20190828/tables", refusal(409, "TableDeploying")]);
  const tables: Call = { ...call, service: nosql, path: "/tables" };
  await expect(busy.session.call(tables)).rejects.toMatchObject({ status: 409 });
  expect(busy.elapsed()).toBeGreaterThan(100_000);
  expect(busy.elapsed()).toBeLessThanOrEqual(120_000);
  const taken = fakeService(["POST /20190828/tables", refusal(409, "TableAlreadyExists")]);
  await expect(taken.session.call(tables)).rejects.toMatchObject({ status: 409 });
  expect(taken.pauses).toEqual([]);
});

test("just after a compartment's creation a 404 may be a delay, and only then", async () => {
  const missing = refusal(404, "NotAuthorizedOrNotFound");
  const before = fakeService(route(missing, ok));
  await expect(before.session.call(call)).rejects.toMatchObject({ status: 404 });
  const after = fakeService(route(missing, missing, ok));
  after.session.openConsistencyWindow();
  await expect(after.session.call(call)).resolves.toMatchObject({ status: 200 });
  const forever = fakeService(route(missing));
  forever.session.openConsistencyWindow();
  await expect(forever.session.call(call)).rejects.toMatchObject({ status: 404 });
  expect(forever.elapsed()).toBeLessThanOrEqual(240_000);
  const rightlyGone = fakeService(route(missing, ok));
  rightlyGone.session.openConsistencyWindow();
  await expect(rightlyGone.session.call({ ...call, mayBeGone: true })).rejects.toMatchObject({ status: 404 });
});

test("a list is read over all its pages", async () => {
  const fake = fakeService([
    "GET /20200531/logGroups",
    { body: [{ id: "1" }], headers: { "opc-next-page": "p2" } },
    { body: [{ id: "2" }] },
  ]);
  const { items } = await fake.session.list({ ...call, query: { compartmentId: "c" } });
  expect(items).toEqual([{ id: "1" }, { id: "2" }]);
  expect(fake.requests.map(({ query }) => query)).toEqual([
    { compartmentId: "c" },
    { compartmentId: "c", page: "p2" },
  ]);
});

test("a cancelled deployment stops asking", async () => {
  const cancelled = new AbortController();
  cancelled.abort(new Error("cancelled by the engine"));
  const fake = fakeService(route(ok));
  await expect(fake.session.call({ ...call, signal: cancelled.signal })).rejects.toThrow(
    "cancelled by the engine",
  );
  expect(fake.requests).toHaveLength(0);
});
