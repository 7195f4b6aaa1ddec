import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { runPlugin } from "./runPlugin";
import { passOn, type RawMethod } from "./passOn";

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
const limits = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
};

/**
 * Serves the LanguageRuntime protocol on a free loopback port: `RunPlugin` here, all other methods by the host on `hostPort`.
 * @returns its port, and what ends it
 */
export function serve(hostPort: number): Promise<{ port: number; close: () => void }> {
  const host = new Client(`127.0.0.1:${hostPort}`, credentials.createInsecure(), {
    ...limits,
    "grpc.enable_http_proxy": 0,
  });
  const definitions: Record<string, RawMethod> = {};
  const implementation: UntypedServiceImplementation = { runPlugin };
  for (const [name, definition] of Object.entries(LanguageRuntimeService) as [string, RawMethod][]) {
    definitions[name] = definition;
    if (name === "runPlugin") continue;
    const { raw, handler } = passOn(definition, host);
    definitions[name] = raw;
    implementation[name] = handler;
  }
  const server = new Server(limits);
  server.addService(definitions, implementation);
  const close = () => {
    server.forceShutdown();
    host.close();
  };
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve({ port, close });
    });
  });
}
