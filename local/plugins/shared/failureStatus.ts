import { Any } from "google-protobuf/google/protobuf/any_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { PartlyCreated } from "./plugin";
import { encode } from "./values";

const UNKNOWN_CODE = 2;

/** The structured half of an error: tells the engine that the resource exists all the same. Undefined for other errors. */
export function failureStatus(error: Error): Uint8Array | undefined {
  if (!(error instanceof PartlyCreated)) return undefined;
  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encode(error.outputs));
  detail.setInputs(encode(error.inputs));
  detail.setReasonsList([error.message]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const result = new Status();
  result.setCode(UNKNOWN_CODE);
  result.setMessage(error.message);
  result.addDetails(any);
  return result.serializeBinary();
}
