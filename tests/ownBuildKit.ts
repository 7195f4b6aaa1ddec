import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ensureGoTool, goToolPath, goTools } from "../local/toolchain/goTools";
import { findOnPath } from "../local/toolchain/pulumiCli";
import { run } from "../local/toolchain/run";

export interface BuildOrder {
  context: string;
  target: string;
  buildArgs: Record<string, string>;
  /** Seconds since 1970 that the whole image shows as its time. */
  epoch: number;
}

export interface BuiltImage {
  /** The manifest's. */
  digest: string;
  /** The layers', lowest first. */
  layers: string[];
  config: { created: string; history: { created: string }[] };
}

/** Why there is no BuildKit of our own; undefined when there is, or when BUILD_BUILDKIT=1 asks for it. */
export function missingOwnBuildKit(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "our own BuildKit needs root on Linux";
  if (findOnPath("runc") === undefined) return "our own BuildKit needs runc on PATH";
  const built = existsSync(goToolPath(goTools.buildkitd)) && existsSync(goToolPath(goTools.buildctl));
  if (built || process.env.BUILD_BUILDKIT === "1") return undefined;
  return "our own BuildKit is not built; BUILD_BUILDKIT=1 builds it, which takes minutes";
}

/** A BuildKit newer than the Engine's: one that honours SOURCE_DATE_EPOCH. Test support. */
export class OwnBuildKit {
  #builds = 0;

  private constructor(
    private readonly folder: string,
    private readonly client: string,
    private readonly daemon: ChildProcess,
  ) {}

  /**
   * @param folder made for its state, kept to itself
   * @param registryHost of a registry that it reads base images from, by plain HTTP
   */
  static async start(folder: string, registryHost: string): Promise<OwnBuildKit> {
    const quiet = (): void => undefined;
    const program = await ensureGoTool(goTools.buildkitd, quiet);
    const client = await ensureGoTool(goTools.buildctl, quiet);
    mkdirSync(folder);
    const settings = [
      `root = "${join(folder, "root")}"`,
      `[grpc]\naddress = ["unix://${join(folder, "socket")}"]`,
      '[worker.oci]\nenabled = true\nnetworkMode = "host"',
      "[worker.containerd]\nenabled = false",
      `[registry."${registryHost}"]\nhttp = true`,
    ];
    writeFileSync(join(folder, "buildkitd.toml"), settings.join("\n"));
    const log = openSync(join(folder, "log"), "w");
    const daemon = spawn(program, ["--config", join(folder, "buildkitd.toml")], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    const buildKit = new OwnBuildKit(folder, client, daemon);
    for (const deadline = Date.now() + 60_000; daemon.exitCode === null && Date.now() < deadline;) {
      if (buildKit.answers()) return buildKit;
      await wait(50);
    }
    await buildKit.stop();
    throw new Error(`buildkitd does not answer:\n${readFileSync(join(folder, "log"), "utf8")}`);
  }

  /** Builds without any cache. */
  async build({ context, target, buildArgs, epoch }: BuildOrder): Promise<BuiltImage> {
    const image = join(this.folder, `image-${this.#builds++}`);
    const given = Object.entries({ ...buildArgs, SOURCE_DATE_EPOCH: String(epoch) });
    await run(this.client, [
      ...this.address(),
      ...["build", "--no-cache", "--progress", "plain", "--frontend", "dockerfile.v0"],
      ...["--local", `context=${context}`, "--local", `dockerfile=${context}`, "--opt", `target=${target}`],
      ...given.flatMap(([name, value]) => ["--opt", `build-arg:${name}=${value}`]),
      ...["--output", `type=oci,tar=false,rewrite-timestamp=true,dest=${image}`],
    ]);
    const blob = (digest: string): unknown =>
      JSON.parse(readFileSync(join(image, "blobs", ...digest.split(":")), "utf8"));
    const index = JSON.parse(readFileSync(join(image, "index.json"), "utf8")) as {
      manifests: [{ digest: string }];
    };
    const [{ digest }] = index.manifests;
    const { config, layers } = blob(digest) as { config: { digest: string }; layers: { digest: string }[] };
    return {
      digest,
      layers: layers.map((layer) => layer.digest),
      config: blob(config.digest) as BuiltImage["config"],
    };
  }

  async stop(): Promise<void> {
    if (this.daemon.exitCode !== null || this.daemon.signalCode !== null) return;
    const ended = once(this.daemon, "exit");
    this.daemon.kill();
    await ended;
  }

  private answers(): boolean {
    try {
      execFileSync(this.client, [...this.address(), "debug", "workers"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  }

  private address(): string[] {
    return ["--addr", `unix://${join(this.folder, "socket")}`];
  }
}
