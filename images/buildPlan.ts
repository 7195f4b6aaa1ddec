import { createHash } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import { ImageReferenceError, parseImageReference } from "../formats/imageReference";
import { imageTagProblem } from "../formats/imageTag";
import { platformProblem } from "../formats/platform";
import { secretLookingFiles } from "../formats/secretFiles";
import { BuildContextError, contextDigest, type ContextEntry, readable, readContext } from "./buildContext";
import { stagesIn } from "./dockerfile";
import { lastRevision } from "./sourceRevision";

/** An image as its application asks for it. */
export interface BuildRequest {
  /** Folder that is built, relative to the project. */
  context: string;
  /** The image's tag: a strict semantic version, such as `1.0.0`. Raise it with every change of the application. */
  version: string;
  /** Dockerfile, relative to the project. Default `Dockerfile` in the context. */
  dockerfile?: string;
  /** Stage of the Dockerfile that is built. Default the last. */
  target?: string;
  /** Build arguments beside those that `LABEL_ARGUMENTS` lists; in plain sight, so no secret. Default none. */
  args?: Readonly<Record<string, string>>;
  /** Build arguments that name base images. The host that such an image comes from is no part of the content. Default none. */
  baseImages?: Readonly<Record<string, string>>;
  /** `os/architecture`. Default `linux/amd64`. */
  platform?: string;
  /** URL of the source code. Default: the Dockerfile's. */
  source?: string;
  /** Limit for the context's files that `.dockerignore` lets through, together, in bytes. Default 100 MiB. */
  maximumContextBytes?: number;
  /** Files of the context, relative to it, that look like secrets and are none. Default none. */
  notSecret?: readonly string[];
}

/** A build that nothing stands against, as far as its files tell. */
export interface BuildPlan {
  version: string;
  context: string;
  dockerfile: string;
  target: string | undefined;
  platform: string;
  /** All build arguments. */
  args: Readonly<Record<string, string>>;
  /** 64 hex digits: the hash of context, target, platform and the arguments asked for. */
  content: string;
}

/** Build arguments that every build gets: the values of the image's labels. Where git tells of no commit some are left out. */
export const LABEL_ARGUMENTS = ["VERSION", "SOURCE", "REVISION", "CREATED", "CONTENT", "SOURCE_DATE_EPOCH"];

/** Of these, those that tell where the content comes from: the same content may come from several commits. */
const ORIGIN_ARGUMENTS = ["SOURCE", "REVISION", "CREATED", "SOURCE_DATE_EPOCH"];

/** A plan's arguments with another origin of the same content. */
export function withOrigin(args: BuildPlan["args"], origin: Record<string, string>): Record<string, string> {
  const others = Object.entries(args).filter(([name]) => !ORIGIN_ARGUMENTS.includes(name));
  return { ...Object.fromEntries(others), ...origin };
}

/** The label with `BuildPlan.content`. */
export const CONTENT_LABEL = "dev.fotogal-motando.content";

const DEFAULT_CONTEXT_BYTES = 100 * 1024 * 1024;
const LARGEST_NAMED = 5;
/** Larger ones are no configuration and no key. */
const LARGEST_READ = 256 * 1024;

/** What cannot be built; one line a problem. */
export class BuildPlanError extends Error {
  override name = "BuildPlanError";
}

/**
 * Looks at what several images would be built of.
 * @returns plans by the requests' keys
 * @throws BuildPlanError with every problem of all
 */
export async function planBuilds<Key extends string>(
  requests: Readonly<Record<Key, BuildRequest>>,
): Promise<Record<Key, BuildPlan>> {
  const planned = await Promise.all(
    Object.entries<BuildRequest>(requests).map(
      async ([name, request]) => [name, await planBuild(request)] as const,
    ),
  );
  const problems = planned.flatMap(([name, { problems }]) =>
    problems.map((problem) => `\n  ${name}: ${problem}`),
  );
  if (problems.length > 0) throw new BuildPlanError(`Not all images can be built:${problems.join("")}`);
  return Object.fromEntries(planned.map(([name, { plan }]) => [name, plan])) as Record<Key, BuildPlan>;
}

async function planBuild(
  request: BuildRequest,
): Promise<{ plan: BuildPlan | undefined; problems: string[] }> {
  const { context, version, args = {}, baseImages = {}, platform = "linux/amd64", target } = request;
  const dockerfile = request.dockerfile ?? `${context}/Dockerfile`;
  const problems = argumentProblems(request);
  try {
    const { entries, ignores } = await readContext(context, dockerfile);
    const files = await filesOf(context, entries);
    problems.push(...(await stageProblems(dockerfile, target)));
    problems.push(...sizeProblems(files, request), ...(await secretProblems(files, request)));
    if (problems.length > 0) return { plan: undefined, problems };
    const relativeDockerfile = path.relative(context, dockerfile);
    const counts = (file: string) => file === relativeDockerfile || !ignores(file);
    const [digest, commit] = await Promise.all([
      contextDigest(context, dockerfile, "executable"),
      lastRevision(context, counts),
    ]);
    const content = createHash("sha256")
      .update(
        JSON.stringify([digest, target ?? null, platform, sorted({ ...args, ...withoutHosts(baseImages) })]),
      )
      .digest("hex");
    const labels = { VERSION: version, CONTENT: content, ...(request.source && { SOURCE: request.source }) };
    const revision = commit && revisionArguments(commit.revision, new Date(commit.committed * 1000));
    return {
      plan: {
        version,
        context,
        dockerfile,
        target,
        platform,
        content,
        args: { ...args, ...baseImages, ...labels, ...revision },
      },
      problems,
    };
  } catch (error) {
    if (!(error instanceof BuildContextError)) throw error;
    return { plan: undefined, problems: [...problems, error.message] };
  }
}

function sorted(entries: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}

function withoutHosts(images: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(images).map(([name, image]) => {
      const { repository, tag = "", digest = "" } = parseImageReference(image);
      return [name, `${repository}:${tag}@${digest}`];
    }),
  );
}

/** The build arguments that tell of a commit. */
export function revisionArguments(revision: string, created: Date): Record<string, string> {
  return {
    REVISION: revision,
    CREATED: created.toISOString().replace(".000Z", "Z"),
    SOURCE_DATE_EPOCH: String(Math.floor(created.getTime() / 1000)),
  };
}

function argumentProblems({ version, platform, args = {}, baseImages = {}, source }: BuildRequest): string[] {
  const tag = imageTagProblem(version);
  const system = platform === undefined ? undefined : platformProblem(platform);
  const taken = LABEL_ARGUMENTS.filter((name) => Object.hasOwn({ ...args, ...baseImages }, name));
  const noImages = Object.entries(baseImages).filter(([, image]) => imageProblem(image) !== undefined);
  return [
    ...(tag === undefined ? [] : [`version ${tag}`]),
    ...(system === undefined ? [] : [`platform ${system}`]),
    ...taken.map((name) => `args.${name} is set by itself; leave it out`),
    ...noImages.map(
      ([name, image]) => `baseImages.${name} "${image}" is no image: ${imageProblem(image) ?? ""}`,
    ),
    ...(source === undefined || /^https?:\/\/./.test(source)
      ? []
      : [`source "${source}" is no URL; write https://…`]),
  ];
}

function imageProblem(image: string): string | undefined {
  try {
    parseImageReference(image);
    return undefined;
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) throw error;
    return error.message;
  }
}

async function stageProblems(dockerfile: string, target: string | undefined): Promise<string[]> {
  const stages = stagesIn(await readable(dockerfile, () => readFile(dockerfile, "utf8")));
  if (target === undefined || stages.includes(target.toLowerCase()) || Number(target) < stages.length)
    return [];
  const named = stages.filter((name) => name !== undefined);
  return [
    `target "${target}" is no stage of ${dockerfile}, which has ${named.length > 0 ? named.join(", ") : "no named stages"}`,
  ];
}

interface ContextFile {
  path: string;
  bytes: number;
}

function filesOf(context: string, entries: readonly ContextEntry[]): Promise<ContextFile[]> {
  return Promise.all(
    entries
      .filter(({ type }) => type === "file")
      .map(async (file) => ({ path: file.path, bytes: (await lstat(path.join(context, file.path))).size })),
  );
}

function sizeProblems(
  files: readonly ContextFile[],
  { context, maximumContextBytes: limit = DEFAULT_CONTEXT_BYTES }: BuildRequest,
): string[] {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= limit) return [];
  // node_modules and the like are one entry, not thousands.
  const entries = new Map<string, number>();
  for (const { path: file, bytes } of files) {
    const [top = file, ...below] = file.split("/");
    const entry = below.length > 0 ? `${top}/` : top;
    entries.set(entry, (entries.get(entry) ?? 0) + bytes);
  }
  const largest = [...entries].sort(([, a], [, b]) => b - a).slice(0, LARGEST_NAMED);
  return [
    `the build context ${context} has ${mebibytes(total)}, more than its limit of ${mebibytes(limit)}; leave out by .dockerignore what the ` +
      `image does not need, or raise maximumContextBytes. The largest: ${largest.map(([name, bytes]) => `${name} ${mebibytes(bytes)}`).join(", ")}`,
  ];
}

async function secretProblems(
  files: readonly ContextFile[],
  { context, notSecret = [] }: BuildRequest,
): Promise<string[]> {
  const text: Record<string, string> = {};
  for (const { path: file, bytes } of files) {
    if (bytes > LARGEST_READ) continue;
    const content = await readFile(path.join(context, file)).catch(() => Buffer.alloc(0));
    if (!content.includes(0)) text[file] = content.toString("utf8");
  }
  const suspects = secretLookingFiles(
    files.map(({ path: file }) => file),
    text,
  ).filter((file) => !notSecret.includes(file));
  if (suspects.length === 0) return [];
  const are = suspects.length === 1 ? "looks like a secret" : "look like secrets";
  return [
    `${suspects.map((file) => path.posix.join(context, file)).join(", ")} ${are} and would go to the builder; add to .dockerignore, or name in notSecret`,
  ];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
