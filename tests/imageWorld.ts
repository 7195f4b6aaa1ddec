import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Extraction, ExtractOptions } from "../extract/extractSource";
import { type OpenRegistry, startOpenRegistry } from "../local/registry/openRegistry";
import { ensureGoTool, goTools } from "../local/toolchain/goTools";
import { type Builder, buildahProgram, buildKitProgram } from "./builders";
import { copiedByDocker, docker, extractAs } from "./dockerCopies";

export interface Comparison extends ExtractOptions {
  /** The image that `docker create` is given, when it cannot read the same. */
  dockerImage?: string;
  /** What `docker cp` is asked for, when the extraction is asked for another name of the same. */
  dockerPath?: string;
  /** Names below the directory that ours leaves out with a warning: devices, and symlinks that lead outside. */
  leftOut?: string[];
  /** Absolute symlinks that ours makes relative: their targets by name. */
  madeRelative?: Record<string, string>;
  /** The path is a file's: ours makes a directory for it. */
  isFile?: boolean;
}

/** A real registry and real builders; every extraction is compared with `docker create` + `docker cp`. Test support. */
export class ImageWorld {
  readonly #images: string[] = [];
  #contexts = 0;

  private constructor(
    readonly folder: string,
    private readonly registry: OpenRegistry,
  ) {}

  static async start(): Promise<ImageWorld> {
    const folder = mkdtempSync(join(tmpdir(), "extract-images-"));
    const binary = await ensureGoTool(goTools.registry, () => undefined);
    const registry = await startOpenRegistry(binary, join(folder, "registry"));
    makeRootfs(join(folder, "rootfs"));
    execFileSync("tar", ["-C", join(folder, "rootfs"), "-cf", join(folder, "rootfs.tar"), "."]);
    return new ImageWorld(folder, registry);
  }

  async stop(): Promise<void> {
    await this.registry.stop();
    if (this.#images.length > 0) docker("image", "rm", "--force", ...this.#images);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A new build context with `rootfs.tar`: a shell and a few programs for RUN steps. */
  context(): string {
    const context = join(this.folder, `context-${this.#contexts++}`);
    mkdirSync(context);
    copyFileSync(join(this.folder, "rootfs.tar"), join(context, "rootfs.tar"));
    return context;
  }

  /** A name for an image in the registry; the engine's copy is removed at the end. */
  name(repository: string, tag = "1.0.0"): string {
    const image = `${this.registry.host}/tests/${repository}:${tag}`;
    this.#images.push(image);
    return image;
  }

  /** Builds and pushes, with options for the builder's two commands; a build without FROM begins with `rootfs.tar`. */
  build(
    builder: Builder,
    repository: string,
    context: string,
    steps: string[],
    options: string[] = [],
    pushOptions: string[] = [],
  ): string {
    const image = this.name(repository);
    const base = steps[0]?.startsWith("FROM ") === true ? [] : ["FROM scratch", "ADD rootfs.tar /"];
    writeFileSync(join(context, "Dockerfile"), [...base, ...steps, ""].join("\n"));
    if (builder === "buildah") {
      const build = ["bud", "--isolation", "chroot", "--tls-verify=false", "--quiet", "--tag", image];
      this.buildah(...build, ...options, context);
      this.buildah("push", "--tls-verify=false", "--quiet", ...pushOptions, image, `docker://${image}`);
      return image;
    }
    const program = builder === "buildkit" ? buildKitProgram() : "docker";
    const env = { ...process.env, DOCKER_BUILDKIT: builder === "buildkit" ? "1" : "0" };
    run(program, ["build", "--quiet", "--tag", image, ...options, context], env);
    docker("push", "--quiet", image);
    return image;
  }

  buildah(...args: string[]): string {
    const storage = ["--root", join(this.folder, "buildah"), "--runroot", join(this.folder, "buildah-run")];
    return run(buildahProgram, [...storage, "--storage-driver", "vfs", ...args], process.env);
  }

  /** Puts a blob into a repository as any client would. */
  async putBlob(repository: string, bytes: Buffer): Promise<{ digest: string; size: number }> {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const started = await fetch(`http://${this.registry.host}/v2/tests/${repository}/blobs/uploads/`, {
      method: "POST",
    });
    const location = new URL(started.headers.get("location") ?? "", started.url);
    location.searchParams.set("digest", digest);
    const answer = await fetch(location, { method: "PUT", body: new Uint8Array(bytes) });
    if (!answer.ok) throw new Error(`The registry refuses a blob: ${await answer.text()}`);
    return { digest, size: bytes.length };
  }

  async putManifest(repository: string, tag: string, mediaType: string, manifest: object): Promise<object> {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...manifest }));
    const headers = { "content-type": mediaType };
    const url = `http://${this.registry.host}/v2/tests/${repository}/manifests/${tag}`;
    const answer = await fetch(url, { method: "PUT", headers, body: new Uint8Array(bytes) });
    if (!answer.ok) throw new Error(`The registry refuses a manifest: ${await answer.text()}`);
    return { mediaType, digest: answer.headers.get("docker-content-digest"), size: bytes.length };
  }

  /** The manifest that a tag names, and how an index would refer to it. */
  async manifest(repository: string): Promise<{ descriptor: object; layers: { mediaType: string }[] }> {
    const accept =
      "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
    const answer = await fetch(`http://${this.registry.host}/v2/tests/${repository}/manifests/1.0.0`, {
      headers: { accept },
    });
    const text = await answer.text();
    const { layers } = JSON.parse(text) as { layers: { mediaType: string }[] };
    const digest = answer.headers.get("docker-content-digest");
    const descriptor = {
      mediaType: answer.headers.get("content-type"),
      digest,
      size: Buffer.byteLength(text),
    };
    return { descriptor, layers };
  }

  /** Fails unless the extraction gives what `docker cp` gives, with and without regard to the history. */
  async compare(image: string, comparison: Comparison = {}): Promise<Extraction> {
    const {
      dockerImage = image,
      dockerPath,
      leftOut = [],
      madeRelative = {},
      isFile,
      ...options
    } = comparison;
    const expected = copiedByDocker(dockerImage, this.folder, dockerPath ?? options.path ?? "/function");
    const file = expected.get("");
    if (isFile === true && file !== undefined) {
      expected.set(basename(options.path ?? ""), file);
      expected.set("", { mode: "40755", time: 0, content: "" });
    }
    for (const name of leftOut) expected.delete(name);
    for (const [name, target] of Object.entries(madeRelative)) {
      const entry = expected.get(name);
      if (entry !== undefined) entry.content = target;
    }
    const extraction = await extractAs(expected, image, this.folder, options);
    if (options.exhaustive !== true)
      await extractAs(expected, image, this.folder, { ...options, exhaustive: true });
    return extraction;
  }
}

function run(program: string, args: string[], env: NodeJS.ProcessEnv): string {
  return execFileSync(program, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Enough of this system for RUN steps, since no public base image may be there. */
function makeRootfs(root: string): void {
  const programs = ["sh", "chmod", "ln", "mkdir", "mkfifo", "mv", "rm", "touch"];
  const places = execFileSync("which", programs, { encoding: "utf8" });
  for (const program of places.trim().split("\n")) {
    const libraries = execFileSync("ldd", [program], { encoding: "utf8" }).match(/\/\S+/g) ?? [];
    for (const file of libraries) copyInto(root, file);
    copyInto(root, program.replace(/^\/usr\/bin\//, "/bin/"), program);
  }
}

function copyInto(root: string, path: string, source = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  copyFileSync(source, join(root, path));
}
