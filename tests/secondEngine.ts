import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { docker } from "./dockerCopies";

/** A Docker Engine beside the usual one, with images of its own. Test support. */
export interface SecondEngine {
  /** As in DOCKER_HOST. */
  host: string;
  /** Runs the Docker CLI against it; its output. */
  docker: (...args: string[]) => string;
  stop: () => Promise<void>;
}

const startSeconds = 60;

/** Why no second engine can be started here; undefined when one can. */
export function missingForSecondEngine(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "a second dockerd needs root on Linux";
  if (spawnSync("which", ["dockerd"]).status !== 0) return "dockerd is not on PATH";
  return sharedBridge() ? undefined : "the engine has no bridge docker0 with a /16 network to share";
}

/**
 * Starts a second engine. It shares the first one's bridge, with addresses of its own there: without a bridge RUN steps
 * reach no network, and an engine that is to have none removes docker0 from under the first.
 */
export async function startSecondEngine(): Promise<SecondEngine> {
  const folder = mkdtempSync(join(tmpdir(), "second-engine-"));
  const place = (name: string) => join(folder, name);
  const host = `unix://${place("docker.sock")}`;
  const log = openSync(place("log"), "w");
  const args = [
    ...[
      "--host",
      host,
      "--pidfile",
      place("pid"),
      "--data-root",
      place("data"),
      "--exec-root",
      place("exec"),
    ],
    ...["--bridge", "docker0", "--fixed-cidr", sharedBridge() ?? ""],
    // The first engine's rules serve its whole network.
    ...["--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false"],
  ];
  const daemon = spawn("dockerd", args, { stdio: ["ignore", log, log] });
  closeSync(log);
  const ended = once(daemon, "exit");
  const stop = async () => {
    daemon.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const answers = () => spawnSync("docker", ["--host", host, "version"], { stdio: "ignore" }).status === 0;
  for (const deadline = Date.now() + startSeconds * 1000; !answers();) {
    if (daemon.exitCode === null && Date.now() < deadline) {
      await delay(100);
      continue;
    }
    const words = readFileSync(place("log"), "utf8").trim().split("\n").slice(-3).join("\n");
    await stop();
    throw new Error(`The second dockerd does not answer:\n${words}`);
  }
  return { host, docker: (...command) => docker("--host", host, ...command), stop };
}

/** Gives the second engine images that the first one has. */
export function copyImages({ host }: SecondEngine, names: string[]): void {
  const copy = 'docker save "$@" | docker --host "$0" load';
  execFileSync("sh", ["-c", copy, host, ...names], { stdio: "ignore" });
}

/** A /24 of the network of docker0, far from where the first engine begins to give addresses. */
function sharedBridge(): string | undefined {
  const format = '{{index .Options "com.docker.network.bridge.name"}} {{(index .IPAM.Config 0).Subnet}}';
  const { stdout } = spawnSync("docker", ["network", "inspect", "bridge", "--format", format], {
    encoding: "utf8",
  });
  const network = /^docker0 (\d+\.\d+)\.0\.0\/16$/.exec(stdout.trim())?.[1];
  return network && `${network}.128.0/24`;
}
