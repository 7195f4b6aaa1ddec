import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, closeSync, constants, openSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { request } from "node:http";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { endLeftover } from "./leftover";
import { type RegistryPaths, registryPaths, writeConfig } from "./storage";

const startTimeout = 15_000;
const stopTimeout = 3_000;
const shortestPause = 100;
const longestPause = 5_000;

/** A container registry (distribution) that runs as a child of this process and listens on a unix socket. */
export class RegistryProcess {
  readonly paths: RegistryPaths;
  private child: ChildProcess | undefined;
  private firstStart: Promise<void> | undefined;
  private failure: string | undefined = "The registry is not started.";
  private stopping = false;
  private pause = shortestPause;
  private restart: NodeJS.Timeout | undefined;

  /** @param binary the registry program; by default $REGISTRY_BINARY, the toolchain's, or `registry` on PATH. */
  constructor(
    stateDirectory: string,
    private readonly binary = findRegistryBinary(stateDirectory),
  ) {
    this.paths = registryPaths(stateDirectory);
  }

  /** Why the registry cannot be reached now, as one sentence; undefined while it runs. */
  problem(): string | undefined {
    return this.failure;
  }

  /** Resolves when the registry answers, or when `problem` tells why it doesn't. It is kept running from then on. */
  start(): Promise<void> {
    this.firstStart ??= this.prepareAndLaunch();
    return this.firstStart;
  }

  /** Ends the registry; it does not start again. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restart);
    if (this.firstStart === undefined) return;
    await this.firstStart;
    this.failure = "The registry is stopped.";
    const child = this.child;
    if (child?.pid === undefined) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), stopTimeout);
    await ended;
    clearTimeout(force);
    rmSync(this.paths.pid, { force: true });
    rmSync(this.paths.socket, { force: true });
  }

  private async prepareAndLaunch(): Promise<void> {
    if (this.binary === undefined) {
      this.failure =
        "There is no registry program: set REGISTRY_BINARY to it, or run `npm start`, which gets one.";
      return;
    }
    this.failure = await endLeftover(this.paths);
    if (this.failure !== undefined || this.stopping) return;
    writeConfig(this.paths);
    // The program logs every 404 as an error, and each push asks for blobs that are not there yet.
    rmSync(this.paths.log, { force: true });
    await this.launch(this.binary);
  }

  private async launch(binary: string): Promise<void> {
    this.failure = "The registry is starting.";
    const child = this.spawn(binary);
    const deadline = Date.now() + startTimeout;
    while (this.child === child && !this.stopping) {
      if (await answers(this.paths.socket)) {
        this.failure = undefined;
        this.pause = shortestPause;
        return;
      }
      if (Date.now() > deadline) {
        this.failure = `The registry does not answer on ${this.paths.socket}; its log is ${this.paths.log}.`;
        return;
      }
      await delay(20);
    }
  }

  private spawn(binary: string): ChildProcess {
    const log = openSync(this.paths.log, "a", 0o600);
    const child = spawn(binary, ["serve", this.paths.config], {
      cwd: this.paths.directory,
      stdio: ["ignore", log, log],
      env: { PATH: process.env.PATH ?? "", OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" },
    });
    closeSync(log);
    this.child = child;
    if (child.pid !== undefined) writeFileSync(this.paths.pid, `${child.pid} ${process.pid}`);
    child.once("error", (error) => this.ended(binary, `cannot be started (${error.message})`));
    child.once("exit", (code, signal) =>
      this.ended(binary, `ended (${signal ?? `exit code ${code ?? "unknown"}`})`),
    );
    return child;
  }

  private ended(binary: string, how: string): void {
    this.child = undefined;
    if (this.stopping) return;
    this.failure = `The registry ${binary} ${how} and is started again; its log is ${this.paths.log}.`;
    this.restart = setTimeout(() => void this.launch(binary), this.pause);
    this.restart.unref();
    this.pause = Math.min(this.pause * 2, longestPause);
  }
}

/** The registry program, or undefined when there is none. */
export function findRegistryBinary(stateDirectory: string): string | undefined {
  const named = process.env.REGISTRY_BINARY;
  if (named !== undefined && named !== "") return named;
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
  const directories = [join(stateDirectory, "toolchain", "bin"), ...onPath];
  return directories.map((directory) => join(directory, "registry")).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ socketPath, path: "/v2/", method: "GET", timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.on("timeout", () => probe.destroy());
    probe.on("error", () => resolve(false));
    probe.end();
  });
}
