import { BinaryWriter } from "google-protobuf";

import { progressLines } from "./progressLines";

interface Vertex {
  name: string;
  cached?: boolean;
  started?: boolean;
  completed?: boolean;
  error?: string;
}

/** A BuildKit trace message as the engine sends it. */
function trace(vertexes: Vertex[], logs: string[] = []) {
  const message = new BinaryWriter();
  for (const { name, cached, started, completed, error } of vertexes) {
    message.writeMessage(1, {}, () => {
      message.writeString(1, "sha256:00");
      message.writeString(3, name);
      if (cached) message.writeBool(4, true);
      if (started) message.writeMessage(5, {}, () => message.writeInt64(1, 1));
      if (completed) message.writeMessage(6, {}, () => message.writeInt64(1, 2));
      if (error) message.writeString(7, error);
    });
  }
  for (const log of logs) {
    message.writeMessage(3, {}, () => {
      message.writeInt64(3, 1);
      message.writeBytes(4, Buffer.from(log));
    });
  }
  return { id: "moby.buildkit.trace", aux: Buffer.from(message.getResultBuffer()).toString("base64") };
}

describe("progressLines", () => {
  it("shows BuildKit's steps when they start, what was cached, output and errors", () => {
    const vertexes = [
      { name: "[1/3] FROM base", cached: true, started: true, completed: true },
      { name: "[2/3] RUN a", started: true, completed: true },
      { name: "[3/3] RUN b", started: true },
      { name: "waiting" },
      { name: "[3/3] RUN b", started: true, completed: true, error: "exit code: 7" },
    ];
    expect(progressLines(trace(vertexes, ["um\nzwei\n", "é"]))).toEqual([
      "CACHED [1/3] FROM base",
      "[3/3] RUN b",
      "um",
      "zwei",
      "é",
      "ERROR: exit code: 7",
    ]);
    expect(progressLines(trace([]))).toEqual([]);
  });

  it("shows the older builder's output without colours and empty lines", () => {
    expect(progressLines({ stream: "\u001b[91mboom\r\n\u001b[0m\n" })).toEqual(["boom"]);
    expect(progressLines({ stream: "\n" })).toEqual([]);
  });

  it("shows a push's states but no progress bars", () => {
    expect(progressLines({ id: "ab", status: "Pushing", progress: "[=>  ]" })).toEqual([]);
    expect(progressLines({ id: "ab", status: "Pushed" })).toEqual(["ab: Pushed"]);
    expect(progressLines({ aux: { Tag: "1", Digest: "sha256:00" } })).toEqual([]);
  });
});
