import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "./failure";
import { ensureGoTool, goTools } from "./goTools";
import { bundle, cloudPort, stateDir } from "./paths";
import { isRunning } from "./processes";

const endpoint = `http://127.0.0.1:${cloudPort}`;
const recordFile = path.join(stateDir, "cloud", "server.json");
const startSeconds = 20;
const healthSeconds = 5;
/** Keeps the resident memory some 15 MiB lower; the server makes little garbage that lives. */
const smallYoungGeneration = "--max-semi-space-size=2";

interface ServerRecord {
  pid: number;
  port: number;
  /** Hash of the server's bundle: another one means that the running server is out of date. */
  build: string;
}

/**
 * The running server's record, or undefined when it is not running. It must answer for itself: after a restart of the machine the
 * recorded process ID may be another program's, which must not be taken for the server, and not be stopped.
 */
export async function runningCloud(): Promise<ServerRecord | undefined> {
  try {
    const record = JSON.parse(readFileSync(recordFile, "utf8")) as ServerRecord;
    const answer = await fetch(`http://127.0.0.1:${record.port}/_local/health`, {
      signal: AbortSignal.timeout(healthSeconds * 1000),
    });
    const { pid } = (await answer.json()) as Partial<ServerRecord>;
    return pid === record.pid ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Starts the local cloud unless this build of it runs already, and waits until it answers. */
export async function startCloud(onProgress: (text: string) => void = () => undefined): Promise<void> {
  const build = createHash("sha256")
    .update(readFileSync(bundle("cloudServer")))
    .digest("hex");
  const running = await runningCloud();
  if (running?.build === build && running.port === cloudPort) return;
  if (running) await stopCloud();
  const registry = await ensureGoTool(goTools.registry, onProgress);
  mkdirSync(path.dirname(recordFile), { recursive: true });
  const logFile = path.join(stateDir, "cloud", "server.log");
  const logStart = sizeOf(logFile);
  const log = openSync(logFile, "a");
  const server = spawn(process.execPath, [smallYoungGeneration, bundle("cloudServer")], {
    detached: true,
    stdio: ["ignore", log, log],
    env: {
      ...process.env,
      LOCAL_STATE_DIR: stateDir,
      LOCAL_CLOUD_PORT: process.env.LOCAL_CLOUD_PORT ?? String(cloudPort),
      REGISTRY_BINARY: registry,
    },
  });
  const exit = { code: undefined as number | undefined };
  server.on("exit", (code) => (exit.code = code ?? 1));
  server.unref();
  const deadline = Date.now() + startSeconds * 1000;
  while (Date.now() < deadline && exit.code === undefined) {
    // Only the log tells: a stranger on the same port might answer a request as well.
    if (readFileSync(logFile).subarray(logStart).includes("listening http://")) {
      const record: ServerRecord = { pid: server.pid ?? 0, port: cloudPort, build };
      writeFileSync(recordFile, JSON.stringify(record));
      return;
    }
    await delay(20);
  }
  server.kill();
  const said = readFileSync(logFile).subarray(logStart).toString("utf8").trim();
  throw new Failure(
    said || `The local cloud did not start within ${startSeconds} s: its messages are in ${logFile}.`,
  );
}

/** Stops the local cloud and waits until it is gone; its state stays. */
export async function stopCloud(): Promise<boolean> {
  const running = await runningCloud();
  if (!running) return false;
  process.kill(running.pid, "SIGTERM");
  const deadline = Date.now() + startSeconds * 1000;
  while (isRunning(running.pid, "cloudServer")) {
    if (Date.now() > deadline)
      throw new Failure(`The local cloud (process ${running.pid}) does not stop: kill it by hand.`);
    await delay(20);
  }
  rmSync(recordFile, { force: true });
  return true;
}

export { endpoint as cloudEndpoint };

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
