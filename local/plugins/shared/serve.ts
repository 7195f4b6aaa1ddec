/**
 * Serves a plugin to the Pulumi engine: the ResourceProvider protocol over the package's own protos. The package's
 * provider server is not used: its `read` breaks on imports, and it loads the whole SDK before the port is printed.
 */
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type ServiceError,
} from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Message } from "google-protobuf";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { EngineLink } from "./engineLink";
import { endWithEngine } from "./endWithEngine";
import type { Plugin } from "./plugin";
import { handlers, type Handlers } from "./protocol";
import { failureStatus } from "./failureStatus";

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Listens on a free loopback port and prints it, which is how the engine finds the plugin. */
export async function serve(plugin: Plugin): Promise<void> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(
    ResourceProviderService,
    implementation(handlers(plugin, new EngineLink(engineAddress()))),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  process.stdout.write(`${port}\n`);
  endWithEngine();
}

/** The engine's address is the first argument that is not one of its logging flags. */
function engineAddress(): string | undefined {
  const args = process.argv.slice(2);
  return args.find((arg, at) => !arg.startsWith("-") && args[at - 1] !== "--tracing");
}

type Answer = handleUnaryCall<Message, Message>;

function implementation(served: Handlers): Record<string, Answer> {
  const unserved: Answer = (call, answer) => {
    answer({ code: status.UNIMPLEMENTED, details: `${call.getPath()} is not served by this plugin` });
  };
  const methods = Object.keys(ResourceProviderService).map((name): [string, Answer] => {
    const handler = served[name];
    if (!handler) return [name, unserved];
    return [
      name,
      (call, answer) => {
        handler(call.request).then(
          (response) => answer(null, response ?? new Empty()),
          (error: unknown) => answer(serviceError(error)),
        );
      },
    ];
  });
  return Object.fromEntries(methods);
}

function serviceError(error: unknown): Partial<ServiceError> {
  const failure = error instanceof Error ? error : new Error(String(error));
  if (process.env.PLUGIN_DEBUG) process.stderr.write(`${failure.stack ?? failure.message}\n`);
  const metadata = new Metadata();
  const details = failureStatus(failure);
  if (details) metadata.add("grpc-status-details-bin", Buffer.from(details));
  return { code: status.UNKNOWN, details: failure.message, metadata };
}
