import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Builder = "legacy" | "buildkit" | "buildah";

export const buildahProgram = "buildah";

let buildKit: string | undefined;

/** The first `docker` that builds with BuildKit: the newer ones need a plugin for it, the older ones don't. */
export function buildKitProgram(): string {
  buildKit ??= programsNamed("docker").find((program) =>
    builds(program, "FROM scratch\nCOPY Dockerfile /\n"),
  );
  if (buildKit === undefined) throw new Error("No docker on PATH builds with BuildKit.");
  return buildKit;
}

/** Why the builder cannot be used; undefined when it can. */
export function missing(builder: Builder): string | undefined {
  if (builder === "legacy") return undefined;
  if (builder === "buildah") {
    return programsNamed(buildahProgram).length > 0 ? undefined : "buildah is not on PATH";
  }
  try {
    buildKitProgram();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why BuildKit cannot build the steps; undefined when it can. */
export function missingInBuildKit(what: string, steps: string): string | undefined {
  const reason = missing("buildkit");
  if (reason !== undefined) return reason;
  return builds(buildKitProgram(), `FROM scratch\n${steps}\n`) ? undefined : `BuildKit here has no ${what}`;
}

/** `test`; its skipped form, which the summary counts, when something is missing. The reason is printed. */
export function testUnless(reason: string | undefined): jest.It {
  if (reason === undefined) return test;
  console.warn(`Skipped: ${reason}.`);
  return test.skip;
}

function programsNamed(name: string): string[] {
  const { stdout } = spawnSync("which", ["-a", name], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line !== "");
}

function builds(program: string, dockerfile: string): boolean {
  const context = mkdtempSync(join(tmpdir(), "builder-"));
  const image = `builder-probe-${process.pid}`;
  try {
    writeFileSync(join(context, "Dockerfile"), dockerfile);
    const env = { ...process.env, DOCKER_BUILDKIT: "1" };
    const built = spawnSync(program, ["build", "--quiet", "--tag", image, context], { env, stdio: "ignore" });
    if (built.status === 0) execFileSync(program, ["image", "rm", image], { stdio: "ignore" });
    return built.status === 0;
  } finally {
    rmSync(context, { recursive: true });
  }
}
