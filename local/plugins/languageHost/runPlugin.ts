import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { type ServerWritableStream, status } from "@grpc/grpc-js";
import { type RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";

/**
 * Starts a policy pack, as the official host does, and streams what it prints and its exit code. It ends when the engine
 * ends the call.
 */
export function runPlugin(call: ServerWritableStream<RunPluginRequest, RunPluginResponse>): void {
  const { request } = call;
  const fail = (code: status, details: string) => void call.emit("error", { code, details });
  if (request.getKind() !== "analyzer") {
    fail(status.UNIMPLEMENTED, `Plugins of kind "${request.getKind()}" need the official Pulumi CLI.`);
    return;
  }
  const folder = request.getInfo()?.getProgramDirectory() ?? "";
  let runner: string;
  try {
    // The SDK that the pack itself would load.
    const require = createRequire(path.join(folder, "package.json"));
    runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  } catch {
    fail(
      status.FAILED_PRECONDITION,
      `The npm packages of the policy pack in ${folder} are missing: run \`npm ci\`.`,
    );
    return;
  }
  // The engine's address comes last, behind its logging flags.
  const engine = request.getArgsList().at(-1) ?? "";
  const child = spawn(process.execPath, [runner, engine, folder], {
    cwd: request.getPwd(),
    env: environment(request.getEnvList()),
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (text: Buffer) => call.write(new RunPluginResponse().setStdout(text)));
  child.stderr.on("data", (text: Buffer) => call.write(new RunPluginResponse().setStderr(text)));
  child.on("error", (error) =>
    fail(status.INTERNAL, `The policy pack could not be started: ${error.message}.`),
  );
  child.on("close", (code) => {
    call.write(new RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  const end = () => child.kill();
  call.on("cancelled", end);
  process.on("exit", end);
}

/** `NAME=value` lines; of two with one name the later counts. */
function environment(lines: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}
