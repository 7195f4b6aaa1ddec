import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../freePort";

/** A registry without credentials on a loopback port, for tests and benchmarks. */
export interface OpenRegistry {
  /** As image references begin. */
  host: string;
  /** File with a line in the combined log format for each request. */
  accessLog: string;
  stop: () => Promise<void>;
}

const startTimeout = 15_000;

/**
 * Starts a registry as a child of this process.
 * @param binary the registry program
 * @param folder where its images and log are kept; made when missing
 */
export async function startOpenRegistry(binary: string, folder: string): Promise<OpenRegistry> {
  mkdirSync(folder, { recursive: true });
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(folder, "config.yml");
  const settings = {
    version: 0.1,
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: join(folder, "data") } },
    http: { addr: host },
  };
  writeFileSync(config, JSON.stringify(settings));
  const accessLog = join(folder, "access.log");
  const log = openSync(accessLog, "w", 0o600);
  const child = spawn(binary, ["serve", config], {
    stdio: ["ignore", log, "ignore"],
    env: { PATH: process.env.PATH ?? "", OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" },
  });
  closeSync(log);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = once(child, "exit");
    child.kill();
    await ended;
  };
  const failed = new Promise<never>((_resolve, reject) => child.once("error", reject));
  try {
    await Promise.race([answering(`http://${host}/v2/`), failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, accessLog, stop };
}

async function answering(url: string): Promise<void> {
  for (const deadline = Date.now() + startTimeout; Date.now() < deadline;) {
    const ready = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await delay(20);
  }
  throw new Error(`The registry at ${url} does not answer.`);
}
