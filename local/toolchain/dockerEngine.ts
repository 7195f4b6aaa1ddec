import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { connectEngine } from "../docker/engine";
import { engineAddresses } from "../docker/engineAddress";
import { Failure } from "./failure";
import { stateDir } from "./paths";
import { isRunning } from "./processes";
import { findOnPath } from "./pulumiCli";
import { run } from "./run";

const startSeconds = 60;

/**
 * A Docker Engine that answers: the user's (as the Docker CLI finds it), else, as root on Debian, the
 * distribution's `docker.io`, installed and started.
 */
export async function ensureDockerEngine(onProgress: (text: string) => void): Promise<Docker> {
  try {
    return await connectEngine();
  } catch (error) {
    if (!canInstallDocker()) throw new Failure(withCommands(error));
  }
  if (!findOnPath("dockerd")) {
    onProgress("installing Debian's docker.io");
    await run("apt-get", ["update"]);
    await run("apt-get", ["install", "-y", "--no-install-recommends", "docker.io"], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  }
  onProgress("starting dockerd");
  return startDockerd();
}

/** An engine that DOCKER_HOST or a context names is the user's own affair. */
function isEngineNamed(): boolean {
  try {
    return engineAddresses(undefined, process.env)[0].source !== undefined;
  } catch {
    // Somebody wrote the wrong address.
    return true;
  }
}

function canInstallDocker(): boolean {
  const isRoot = process.platform === "linux" && process.getuid?.() === 0;
  return isRoot && existsSync("/usr/bin/apt-get") && !isEngineNamed();
}

/** On Linux without a running engine, the two commands that bring one. */
function withCommands(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (process.platform !== "linux" || isEngineNamed()) return message;
  return `${message} On Debian: \`sudo apt-get install -y docker.io\` and \`sudo systemctl start docker\`.`;
}

async function startDockerd(): Promise<Docker> {
  mkdirSync(stateDir, { recursive: true });
  removeStalePidFile();
  const log = path.join(stateDir, "dockerd.log");
  const output = openSync(log, "a");
  const daemon = spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] });
  const exit = { code: undefined as number | undefined };
  daemon.on("exit", (code) => (exit.code = code ?? 1));
  daemon.on("error", () => (exit.code = 1));
  daemon.unref();
  const deadline = Date.now() + startSeconds * 1000;
  while (Date.now() < deadline && exit.code === undefined) {
    try {
      return await connectEngine();
    } catch {
      await delay(200);
    }
  }
  const what = exit.code === undefined ? `did not answer within ${startSeconds} s` : "stopped again";
  const lastWords = readFileSync(log, "utf8").trim().split("\n").pop() ?? "";
  throw new Failure(`dockerd ${what}; its last words, from ${log}: ${lastWords}`);
}

/** dockerd refuses to start beside the pid file of one that was killed, if that process ID looks taken. */
function removeStalePidFile(): void {
  const file = "/var/run/docker.pid";
  if (existsSync(file) && !isRunning(Number(readFileSync(file, "utf8")), "dockerd")) rmSync(file);
}
