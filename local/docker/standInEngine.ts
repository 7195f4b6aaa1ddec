import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";

/** A server that answers like a Docker Engine, for unit tests. */
export interface StandInEngine {
  /** As in DOCKER_HOST. */
  host: string;
  /** What is answered to a path that begins so; an engine without sessions has only the older builder. */
  answers: Record<string, { status?: number; lines: object[] }>;
  /** The requests, the last one last. */
  seen: IncomingMessage[];
  stop: () => Promise<void>;
}

export async function startStandInEngine(): Promise<StandInEngine> {
  const folder = mkdtempSync(path.join(tmpdir(), "stand-in-engine-"));
  const answers: StandInEngine["answers"] = { "/_ping": { lines: [] } };
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    const found = Object.entries(answers).find(([start]) => request.url?.startsWith(start));
    const { status = 200, lines } = found?.[1] ?? { status: 404, lines: [{ message: "no such endpoint" }] };
    request.resume().on("end", () => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(""));
    });
  });
  const socket = path.join(folder, "docker.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  };
  return { host: `unix://${socket}`, answers, seen, stop };
}
