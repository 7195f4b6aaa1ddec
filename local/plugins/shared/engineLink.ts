import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Log } from "./plugin";

/** Messages to the engine's display, shown under the resource that they are about. */
export class EngineLink {
  private client: EngineClient | undefined;

  constructor(private address: string | undefined) {}

  attach(address: string): void {
    if (!address || address === this.address) return;
    this.address = address;
    this.client = undefined;
  }

  logFor(urn: string): Log {
    return {
      status: (message) => this.send(urn, LogSeverity.INFO, message, true),
      info: (message) => this.send(urn, LogSeverity.INFO, message, false),
      warn: (message) => this.send(urn, LogSeverity.WARNING, message, false),
    };
  }

  private send(urn: string, severity: LogSeverity, message: string, ephemeral: boolean): void {
    if (!this.address) return;
    this.client ??= new EngineClient(this.address, credentials.createInsecure());
    const request = new LogRequest();
    request.setUrn(urn);
    request.setSeverity(severity);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    // A display line that does not arrive must not fail the deployment.
    this.client.log(request, () => undefined);
  }
}
