import { Server } from "@grpc/grpc-js";
import type { AnalyzerStackConfigureRequest } from "@pulumi/pulumi/proto/analyzer_pb";
import type { StackConfiguration } from "./rule";

interface Call {
  request: AnalyzerStackConfigureRequest;
}
type Handler = (call: Call, ...rest: unknown[]) => void;

/**
 * Listens for the configuration that the engine tells every policy pack: @pulumi/policy takes the stack's tags from that message and
 * leaves the rest. To be called before the pack is made.
 * @returns what was told; the engine hides secret values, and here they are left out
 * @throws where the engine has told nothing, rather than let everything pass
 */
export function readStackConfiguration(): () => StackConfiguration {
  let told: StackConfiguration | undefined;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the server that it is asked of
  const { addService } = Server.prototype;
  Server.prototype.addService = function (service, implementation) {
    const { configureStack } = implementation as { configureStack?: Handler };
    const listening: Handler = (call, ...rest) => {
      told = { plain: plainValues(call.request) };
      configureStack?.(call, ...rest);
    };
    addService.call(
      this,
      service,
      configureStack ? { ...implementation, configureStack: listening } : implementation,
    );
  };
  return () => {
    if (told === undefined) {
      throw new Error(
        "The Pulumi CLI has not told the policy pack the stack's configuration: upgrade the CLI.",
      );
    }
    return told;
  };
}

function plainValues(request: AnalyzerStackConfigureRequest): Record<string, string> {
  const secret = new Set(request.getConfigSecretKeysList());
  const entries = request.getConfigMap().toArray();
  return Object.fromEntries(entries.filter(([key]) => !secret.has(key)));
}
