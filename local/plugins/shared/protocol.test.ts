import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { EngineLink } from "./engineLink";
import { failureStatus } from "./failureStatus";
import { BadArguments, PartlyCreated, type Plugin, type ReadRequest } from "./plugin";
import { handlers } from "./protocol";
import { decode, encode, Secret, type Properties } from "./values";

const URN = "urn:pulumi:dev::project::component:index:C$test:index:Thing::thing";

function serving(overrides: Partial<Plugin> = {}) {
  const plugin: Plugin = {
    name: "test",
    version: "1.0.0",
    configure: () => undefined,
    check: ({ news }) => ({ inputs: news, failures: [] }),
    diff: () => ({ changes: [] }),
    create: ({ inputs }) => Promise.resolve({ id: "1", outputs: { ...inputs, made: true } }),
    read: () => Promise.resolve(undefined),
    update: ({ inputs }) => Promise.resolve(inputs),
    delete: () => Promise.resolve(),
    invoke: () => Promise.resolve({}),
    ...overrides,
  };
  const served = handlers(plugin, new EngineLink(undefined));
  return async <T>(method: string, request: unknown): Promise<T> =>
    (await served[method]?.(request as never)) as T;
}

const createRequest = (inputs: Properties): proto.CreateRequest =>
  new proto.CreateRequest().setUrn(URN).setProperties(encode(inputs));

test("a plugin sees secrets open, and what came in secret goes out secret", async () => {
  let seen: unknown;
  const call = serving({
    create: ({ inputs, type, name }) => {
      seen = { inputs, type, name };
      return Promise.resolve({ id: "1", outputs: { ...inputs, length: 4 } });
    },
  });
  const response = await call<proto.CreateResponse>(
    "create",
    createRequest({ password: new Secret("hush"), n: 1 }),
  );
  expect(seen).toEqual({ inputs: { password: "hush", n: 1 }, type: "test:index:Thing", name: "thing" });
  expect(decode(response.getProperties())).toEqual({ password: new Secret("hush"), n: 1, length: 4 });
});

test("checked inputs keep their secrets", async () => {
  const request = new proto.CheckRequest().setUrn(URN).setNews(encode({ a: { b: new Secret("x") } }));
  const response = await serving()<proto.CheckResponse>("check", request);
  expect(decode(response.getInputs())).toEqual({ a: { b: new Secret("x") } });
});

test("an import reads with the ID alone; what is gone is answered without an ID", async () => {
  const seen: ReadRequest[] = [];
  const call = serving({
    read: (request) => {
      seen.push(request);
      return Promise.resolve(undefined);
    },
  });
  const response = await call<proto.ReadResponse>("read", new proto.ReadRequest().setUrn(URN).setId("7"));
  expect(seen[0]).toMatchObject({ id: "7", inputs: undefined, olds: undefined });
  expect(response.getId()).toBe("");
});

test("a half-made resource is reported with its state, secrets marked", async () => {
  const call = serving({
    create: ({ inputs }) => Promise.reject(new PartlyCreated("7", { ...inputs }, inputs, "it stopped")),
  });
  const failure = await call("create", createRequest({ password: new Secret("hush") })).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({
    id: "7",
    message: "it stopped",
    outputs: { password: new Secret("hush") },
  });
  expect(failureStatus(failure as Error)).toBeInstanceOf(Uint8Array);
  expect(failureStatus(new Error("plain"))).toBeUndefined();
});

test("changes reach the engine by path, with what replaces", async () => {
  const call = serving({
    diff: () => ({
      changes: [
        { path: "a.b", kind: "update", replace: false },
        { path: "name", kind: "update", replace: true },
      ],
      deleteBeforeReplace: true,
    }),
  });
  const response = await call<proto.DiffResponse>("diff", new proto.DiffRequest().setUrn(URN));
  expect(response.toObject()).toMatchObject({
    changes: proto.DiffResponse.DiffChanges.DIFF_SOME,
    diffsList: ["a", "name"],
    replacesList: ["name"],
    deletebeforereplace: true,
  });
  expect(response.getDetaileddiffMap().get("a.b")?.getKind()).toBe(proto.PropertyDiff.Kind.UPDATE);
  expect(response.getDetaileddiffMap().get("name")?.getKind()).toBe(proto.PropertyDiff.Kind.UPDATE_REPLACE);
});

test("bad arguments of a function are failures by property", async () => {
  const call = serving({
    invoke: () => Promise.reject(new BadArguments([{ property: "id", reason: "missing" }])),
  });
  const response = await call<proto.InvokeResponse>("invoke", new proto.InvokeRequest().setTok("test:f"));
  expect(response.getFailuresList().map((failure) => failure.toObject())).toEqual([
    { property: "id", reason: "missing" },
  ]);
});

test("cancelling aborts what is under way", async () => {
  let signal: AbortSignal | undefined;
  const call = serving({
    create: (request) => {
      signal = request.signal;
      return Promise.resolve({ id: "1", outputs: {} });
    },
  });
  await call("create", createRequest({}));
  await call("cancel", undefined);
  expect(signal?.aborted).toBe(true);
});
