import type {
  Client,
  handleServerStreamingCall,
  handleUnaryCall,
  MethodDefinition,
  ServiceError,
} from "@grpc/grpc-js";

export type RawMethod = MethodDefinition<Buffer, Buffer>;

const asItIs = (message: Buffer): Buffer => message;

/** A method that goes to another server unread: the definition to serve it by, and its handler. */
export function passOn(
  definition: RawMethod,
  to: Client,
): { raw: RawMethod; handler: handleUnaryCall<Buffer, Buffer> | handleServerStreamingCall<Buffer, Buffer> } {
  const raw = {
    ...definition,
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
    responseSerialize: asItIs,
    responseDeserialize: asItIs,
  };
  const unary: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
    const passed = to.makeUnaryRequest(
      raw.path,
      asItIs,
      asItIs,
      call.request,
      call.metadata,
      (error, response) => answer(error, response),
    );
    call.on("cancelled", () => passed.cancel());
  };
  const streaming: handleServerStreamingCall<Buffer, Buffer> = (call) => {
    const passed = to.makeServerStreamRequest(raw.path, asItIs, asItIs, call.request, call.metadata);
    passed.on("data", (message: Buffer) => call.write(message));
    passed.on("end", () => call.end());
    passed.on("error", (error: ServiceError) => call.emit("error", error));
    call.on("cancelled", () => passed.cancel());
  };
  return { raw, handler: raw.responseStream ? streaming : unary };
}
