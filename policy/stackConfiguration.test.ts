import { Server } from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { AnalyzerStackConfigureRequest } from "@pulumi/pulumi/proto/analyzer_pb";
import { readStackConfiguration } from "./stackConfiguration";

// eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
const { addService } = Server.prototype;

afterEach(() => {
  Server.prototype.addService = addService;
});

test("what was told in plain text is known, and the pack's own handler is still called", () => {
  let served: Record<string, unknown> = {};
  Server.prototype.addService = (_service, implementation) => {
    served = implementation;
  };
  const configuration = readStackConfiguration();
  const configureStack = jest.fn();
  new Server().addService(AnalyzerService, { configureStack });
  const request = new AnalyzerStackConfigureRequest();
  request.getConfigMap().set("a:open", "1").set("a:hidden", "[secret]");
  request.setConfigSecretKeysList(["a:hidden"]);
  const call = { request };
  (served.configureStack as (call: object, answer: undefined) => void)(call, undefined);
  expect(configuration()).toEqual({ plain: { "a:open": "1" } });
  expect(configureStack).toHaveBeenCalledWith(call, undefined);
});

test("an engine that tells nothing is an error, not a pass", () => {
  expect(readStackConfiguration()).toThrow("upgrade the CLI");
});
