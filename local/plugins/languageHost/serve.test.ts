import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { credentials, Server, ServerCredentials, status, type ServiceError } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { LanguageRuntimeClient, LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { isRunning } from "../../toolchain/processes";
import { serve } from "./serve";

let folder: string;
let olderHost: Server;
let front: Awaited<ReturnType<typeof serve>>;
let engine: LanguageRuntimeClient;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "language-host-")));
  olderHost = new Server();
  olderHost.addService(LanguageRuntimeService, {
    getPluginInfo: (_call: unknown, answer: (error: null, info: PluginInfo) => void) =>
      answer(null, new PluginInfo().setVersion("3.68.0")),
    installDependencies: (call: {
      write: (message: language.InstallDependenciesResponse) => void;
      end: () => void;
    }) => {
      for (const text of ["one", "two"]) {
        call.write(new language.InstallDependenciesResponse().setStdout(Buffer.from(text)));
      }
      call.end();
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    olderHost.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  front = await serve(port);
  engine = new LanguageRuntimeClient(`127.0.0.1:${front.port}`, credentials.createInsecure());
});

afterAll(() => {
  engine.close();
  front.close();
  olderHost.forceShutdown();
  rmSync(folder, { recursive: true });
});

/** A pack's folder with a runner in the SDK's place. */
function pack(name: string, runner: string): string {
  const sdk = path.join(folder, name, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
  mkdirSync(sdk, { recursive: true });
  writeFileSync(path.join(sdk, "index.js"), runner);
  return path.join(folder, name);
}

function runPack(program: string, kind = "analyzer") {
  const request = new language.RunPluginRequest()
    .setKind(kind)
    .setPwd(folder)
    .setArgsList(["-v=9", "127.0.0.1:1"])
    .setEnvList(["GREETING=early", "GREETING=a=b"])
    .setInfo(new language.ProgramInfo().setProgramDirectory(program));
  return engine.runPlugin(request);
}

test("what the older host can do is passed on, with its errors", async () => {
  const info = await new Promise<PluginInfo>((resolve, reject) => {
    engine.getPluginInfo(new Empty(), (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  expect(info.getVersion()).toBe("3.68.0");
  const error = await new Promise<ServiceError | null>((resolve) => {
    engine.about(new language.AboutRequest(), resolve);
  });
  expect(error?.code).toBe(status.UNIMPLEMENTED);
});

test("streams are passed on", async () => {
  const texts: string[] = [];
  const stream = engine.installDependencies(new language.InstallDependenciesRequest());
  for await (const message of stream as AsyncIterable<language.InstallDependenciesResponse>) {
    texts.push(Buffer.from(message.getStdout_asU8()).toString());
  }
  expect(texts).toEqual(["one", "two"]);
});

test("a pack is started with the engine's address, folder and environment; its output and exit code come back", async () => {
  const program = pack(
    "talks",
    `console.log(JSON.stringify([process.argv.slice(2), process.cwd(), process.env.GREETING]));
     console.error("careful"); process.exitCode = 3;`,
  );
  const got = { stdout: "", stderr: "", code: -1 };
  for await (const message of runPack(program) as AsyncIterable<language.RunPluginResponse>) {
    got.stdout += Buffer.from(message.getStdout_asU8()).toString();
    got.stderr += Buffer.from(message.getStderr_asU8()).toString();
    if (message.hasExitcode()) got.code = message.getExitcode();
  }
  expect(JSON.parse(got.stdout)).toEqual([["127.0.0.1:1", program], folder, "a=b"]);
  expect(got).toMatchObject({ stderr: "careful\n", code: 3 });
});

test("a pack ends when the engine ends the call", async () => {
  const stream = runPack(pack("waits", "console.log(process.pid); setInterval(() => {}, 1000);"));
  const pid = await new Promise<number>((resolve) => {
    stream.on("data", (message: language.RunPluginResponse) =>
      resolve(Number(Buffer.from(message.getStdout_asU8()).toString())),
    );
    stream.on("error", () => undefined);
  });
  expect(isRunning(pid, "run-policy-pack")).toBe(true);
  stream.cancel();
  while (isRunning(pid, "run-policy-pack")) await new Promise(setImmediate);
});

test.each([
  [
    "a pack without its packages",
    "analyzer",
    /npm packages of the policy pack in .* are missing: run `npm ci`/,
  ],
  ["another kind of plugin", "resource", /kind "resource" need the official Pulumi CLI/],
])("%s is refused with what to do", async (_case, kind, message) => {
  const error = await new Promise<Error>((resolve) => {
    runPack(path.join(folder, "nothing"), kind)
      .on("error", resolve)
      .on("data", () => undefined);
  });
  expect(error.message).toMatch(message);
});
