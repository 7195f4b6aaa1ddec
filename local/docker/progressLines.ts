import { BinaryReader } from "google-protobuf";

/** One message of the engine's progress streams (build, push), as far as it is shown. */
export interface ProgressEvent {
  /** Of a layer that is pushed, or `moby.buildkit.trace`. */
  id?: string;
  stream?: string;
  status?: string;
  /** A transfer's progress bar. */
  progress?: string;
  error?: string;
  errorDetail?: { message?: string };
  /** BuildKit's trace is base64 text here; a pushed tag and its digest are an object. */
  aux?: string | Record<string, unknown>;
}

/**
 * The lines of a progress message that are worth reading: steps, output, errors; no progress bars, no colours.
 * BuildKit's messages are decoded here, since dockerode (5.0.1) gives the steps' output as base64.
 */
export function progressLines(event: ProgressEvent): string[] {
  if (event.id === "moby.buildkit.trace" && typeof event.aux === "string") {
    return split(traceTexts(Buffer.from(event.aux, "base64")));
  }
  if (event.progress) return [];
  if (event.stream !== undefined) return split([event.stream]);
  return event.status ? split([[event.id, event.status].filter(Boolean).join(": ")]) : [];
}

/** Fields of `moby.buildkit.v1.StatusResponse` in BuildKit's api/services/control/control.proto. */
const status = { vertexes: 1, logs: 3 };
const vertex = { name: 3, cached: 4, started: 5, completed: 6, error: 7 };
const log = { message: 4 };

function traceTexts(message: Uint8Array): string[] {
  const steps: string[] = [];
  const output: string[] = [];
  const errors: string[] = [];
  eachField(message, (field, reader) => {
    if (field === status.vertexes) {
      const { name, cached, started, completed, error } = readVertex(reader.readBytes());
      if (error) errors.push(`ERROR: ${error}`);
      else if (cached && completed) steps.push(`CACHED ${name}`);
      else if (started && !completed) steps.push(name);
    } else if (field === status.logs) {
      eachField(reader.readBytes(), (logField, logReader) => {
        if (logField === log.message) output.push(Buffer.from(logReader.readBytes()).toString("utf8"));
        else logReader.skipField();
      });
    } else {
      reader.skipField();
    }
  });
  return [...steps, ...output, ...errors];
}

function readVertex(message: Uint8Array) {
  const read = { name: "", cached: false, started: false, completed: false, error: "" };
  eachField(message, (field, reader) => {
    if (field === vertex.name) read.name = reader.readString();
    else if (field === vertex.cached) read.cached = reader.readBool();
    else if (field === vertex.error) read.error = reader.readString();
    else {
      if (field === vertex.started) read.started = true;
      if (field === vertex.completed) read.completed = true;
      reader.skipField();
    }
  });
  return read;
}

function eachField(message: Uint8Array, visit: (field: number, reader: BinaryReader) => void): void {
  const reader = new BinaryReader(message);
  while (reader.nextField() && !reader.isEndGroup()) visit(reader.getFieldNumber(), reader);
}

function split(texts: string[]): string[] {
  const plain = texts.map((text) => text.replace(/\u001b\[[0-9;]*m/g, ""));
  const lines = plain.flatMap((text) => text.split(/\r?\n|\r/));
  return lines.map((line) => line.trimEnd()).filter((line) => line !== "");
}
