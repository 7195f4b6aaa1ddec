import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { Failure } from "./failure";
import { projectRoot, toolCacheDir } from "./paths";
import { run } from "./run";

export interface GoTool {
  /** Name of the executable. */
  executable: string;
  /** Folder under local/toolchain/go whose go.mod and go.sum pin the tool, and whose sources, if any, are built. */
  module: string;
  /** Import path of its main package. */
  package: string;
  ldflags?: string;
}

/** Each at the version in its folder's go.mod. */
export const goTools = {
  pulumi: {
    executable: "pulumi",
    module: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ldflags: "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.253.0",
  },
  languageNodejs: {
    executable: "pulumi-language-nodejs",
    module: "language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  },
  registry: {
    executable: "registry",
    module: "registry",
    package: "github.com/distribution/distribution/v3/cmd/registry",
  },
  /** For the extraction's benchmark. */
  crane: {
    executable: "crane",
    module: "crane",
    package: "github.com/google/go-containerregistry/cmd/crane",
  },
  /** For the extraction's tests: a program of ours around the library with which builders make eStargz layers. */
  estargz: {
    executable: "estargz",
    module: "estargz",
    package: ".",
  },
  /** For the tests of the workflows. */
  actionlint: {
    executable: "actionlint",
    module: "actionlint",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
  },
  /** For the test of reproducible images: a builder that honours SOURCE_DATE_EPOCH, and its client. */
  buildkitd: {
    executable: "buildkitd",
    module: "buildkit",
    package: "github.com/moby/buildkit/cmd/buildkitd",
  },
  buildctl: {
    executable: "buildctl",
    module: "buildkit",
    package: "github.com/moby/buildkit/cmd/buildctl",
  },
} satisfies Record<string, GoTool>;

/** Where a tool is once built: keyed by what pins it, so that another version never meets a stale binary. */
export function goToolPath(tool: GoTool): string {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${tool.ldflags ?? ""}`);
  const folder = moduleDir(tool);
  for (const file of readdirSync(folder).sort()) hash.update(readFileSync(path.join(folder, file)));
  return path.join(toolCacheDir, `${tool.module}-${hash.digest("hex").slice(0, 12)}`, tool.executable);
}

/**
 * Builds a tool from the Go modules registry unless it is there already.
 * @param onProgress called with a short text as packages are downloaded and compiled
 * @returns the executable's path
 */
export async function ensureGoTool(tool: GoTool, onProgress: (text: string) => void): Promise<string> {
  const target = goToolPath(tool);
  if (existsSync(target)) return target;
  await checkGo(tool);
  mkdirSync(path.dirname(target), { recursive: true });
  const unfinished = `${target}.${process.pid}`;
  const counts = { downloaded: 0, compiled: 0 };
  await run(
    "go",
    ["build", "-v", "-trimpath", `-ldflags=${tool.ldflags ?? "-s -w"}`, "-o", unfinished, tool.package],
    {
      cwd: moduleDir(tool),
      env: { ...process.env, GOFLAGS: "-mod=readonly -buildvcs=false" },
      onLine: (line) => {
        counts[line.startsWith("go: downloading") ? "downloaded" : "compiled"]++;
        onProgress(`${counts.downloaded} modules downloaded, ${counts.compiled} packages compiled`);
      },
    },
  );
  renameSync(unfinished, target);
  return target;
}

function moduleDir(tool: GoTool): string {
  return path.join(projectRoot, "local", "toolchain", "go", tool.module);
}

async function checkGo(tool: GoTool): Promise<void> {
  try {
    await run("go", ["version"]);
  } catch {
    throw new Failure(
      `Go 1.25 or newer is needed to build ${tool.executable} and \`go\` is not on PATH: install it from https://go.dev/dl (or \`apt-get install golang\` where that is new enough).`,
    );
  }
}
