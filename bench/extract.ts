import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import type { Descriptor } from "../extract/registry/registryClient";
import { parseImageReference } from "../formats/imageReference";
import { smallLayer } from "../extract/layers/layerDownloads";
import { type OpenRegistry, startOpenRegistry } from "../local/registry/openRegistry";
import { ensureDockerEngine } from "../local/toolchain/dockerEngine";
import { Failure } from "../local/toolchain/failure";
import { ensureGoTool, goTools } from "../local/toolchain/goTools";
import { bundle, stateDir } from "../local/toolchain/paths";
import { run as runProgram } from "../local/toolchain/run";
import { ensureFunctionImage, removeImage } from "./functionImages";
import { inTurns, type Measurement, measure, memoryGrowthMiB } from "./measure";
import { type Result, writeReport } from "./report";

const sizes = [100e6, 400e6, 1600e6];
const repeats = 5;

const docker = "docker pull, create, cp, rm";
const crane = "crane export | tar";
const ours = "extract";
const exhaustive = "extract --exhaustive";
/** What every program for Node takes at least. */
const floor = "node -e 0";

/** Program and arguments that write an image's /function into the folder. */
type Way = (image: string, folder: string) => [string, string[]];

interface World {
  engine: Docker;
  registry: OpenRegistry;
  /** For what the commands write. */
  folder: string;
  ways: Record<string, Way>;
}

/** The function's source from images of three sizes in a local registry: with Docker, with crane, and ours. */
export default async function benchmarkExtract(): Promise<void> {
  const quiet = (): void => undefined;
  const engine = await ensureDockerEngine(quiet);
  const ways = waysWith(await ensureGoTool(goTools.crane, quiet));
  const registryProgram = await ensureGoTool(goTools.registry, quiet);
  // Kept for the next run: to make the images takes minutes.
  const registry = await startOpenRegistry(registryProgram, path.join(stateDir, "bench-registry"));
  const folder = mkdtempSync(path.join(tmpdir(), "bench-extract-"));
  const world = { engine, registry, folder, ways };
  try {
    const nothing: Way = () => [process.execPath, ["-e", "0"]];
    const { peakMiB } = await run(world, nothing, "", { sampleMilliseconds: 5 });
    const start = await inTurns({ [floor]: () => run(world, nothing, "") }, repeats);
    const results: Record<string, Result> = { [floor]: { seconds: start[floor]?.seconds ?? NaN, peakMiB } };
    const figures: Record<string, number> = {};
    for (const size of sizes) {
      const name = size >= 1e9 ? `${size / 1e9} GB` : `${size / 1e6} MB`;
      console.error(`${name}: making the image unless it is there`);
      const image = await ensureFunctionImage(engine, registry.host, size);
      console.error(`${name}: measuring`);
      await measureImage(world, name, image, results, figures);
    }
    writeReport({
      name: "extract",
      command: "npm run bench -- extract",
      title: "A function's source from its image: wall time (median), peak memory, bytes read",
      results,
      figures,
      axis: "log",
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await registry.stop();
  }
}

function waysWith(cranePath: string): Record<string, Way> {
  const shell = (script: string, ...args: string[]): ReturnType<Way> => ["sh", ["-c", script, "sh", ...args]];
  const own =
    (...options: string[]): Way =>
    (image, folder) => [
      process.execPath,
      [bundle("extract"), image, "--out", path.join(folder, "function"), ...options],
    ];
  return {
    [docker]: (image, folder) =>
      shell(
        'docker pull --quiet "$1" && id=$(docker create "$1") && docker cp "$id:/function" "$2" && docker rm "$id"',
        image,
        folder,
      ),
    [crane]: (image, folder) =>
      shell('"$1" export "$2" - | tar -x -C "$3" function', cranePath, image, folder),
    [ours]: own(),
    [exhaustive]: own("--exhaustive"),
  };
}

/** Adds an image's results and figures. */
async function measureImage(
  world: World,
  name: string,
  image: string,
  results: Record<string, Result>,
  figures: Record<string, number>,
): Promise<void> {
  const { needed, all } = await sizesOf(image);
  const untimed = await measureUntimed(world, image);
  if ((untimed[docker]?.bytesRead ?? 0) < all) {
    throw new Failure(
      `Docker has layers of ${image} already, so that it pulls less than the image; remove the other images that have them.`,
    );
  }
  const commands = Object.entries(world.ways).map(([way, command]) => [
    way,
    () => run(world, command, image),
  ]);
  const timed = await inTurns(
    Object.fromEntries(commands) as Record<string, () => Promise<Measurement>>,
    repeats,
  );
  for (const [way, { seconds }] of Object.entries(timed)) {
    const { peakMiB = 0, bytesRead = 0 } = untimed[way] ?? {};
    results[`${name}: ${way}`] = { seconds, peakMiB, bytesRead };
  }
  const ratio = (one: string, other: string): void => {
    figures[`${name}: times of ${one} / ${other}`] =
      (timed[one]?.seconds ?? NaN) / (timed[other]?.seconds ?? NaN);
  };
  ratio(docker, ours);
  ratio(crane, ours);
  ratio(crane, exhaustive);
  figures[`${name}: bytes that extract reads / needed bytes`] = (untimed[ours]?.bytesRead ?? NaN) / needed;
  figures[`${name}: growth of dockerd with its children, MiB`] = untimed[docker]?.daemonMiB ?? 0;
}

/** Once each without a clock, which warms the caches: memory looked at closely, bytes read, and whether all give the same. */
async function measureUntimed(
  world: World,
  image: string,
): Promise<Record<string, Result & { daemonMiB: number }>> {
  const untimed: Record<string, Result & { daemonMiB: number }> = {};
  const expected = path.join(world.folder, "expected");
  for (const [way, command] of Object.entries(world.ways)) {
    const before = await bytesServed(world.registry);
    const running = run(world, command, image, { sampleMilliseconds: 5, keep: expected });
    const daemonMiB = await memoryGrowthMiB(dockerdPid(), running);
    const bytesRead = (await bytesServed(world.registry)) - before;
    untimed[way] = { ...(await running), bytesRead, daemonMiB };
  }
  rmSync(expected, { recursive: true });
  return untimed;
}

/** Runs a command once. With `keep`, its output becomes that folder, or must equal it when it is there. */
async function run(
  { engine, folder }: World,
  way: Way,
  image: string,
  { sampleMilliseconds = 0, keep }: { sampleMilliseconds?: number; keep?: string } = {},
): Promise<Measurement> {
  const output = mkdtempSync(path.join(folder, "output-"));
  const [program, args] = way(image, output);
  const measurement = await measure(program, args, { cwd: folder, env: process.env, sampleMilliseconds });
  if (image !== "") await removeImage(engine, image);
  if (keep === undefined) rmSync(output, { recursive: true });
  else if (!existsSync(keep)) renameSync(output, keep);
  else {
    // Beside it may be what only some of them write.
    await runProgram("diff", ["-r", path.join(keep, "function"), path.join(output, "function")]);
    rmSync(output, { recursive: true });
  }
  return measurement;
}

/** Bytes of an image in its registry: all layers, and what an extraction cannot do without. */
async function sizesOf(image: string): Promise<{ needed: number; all: number }> {
  const { host, repository, tag = "" } = parseImageReference(image);
  const response = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" },
  });
  const text = await response.text();
  const manifest = JSON.parse(text) as { config: Descriptor; layers: Descriptor[] };
  // A layer may be there twice.
  const layers = new Map(manifest.layers.map(({ digest, size }) => [digest, size]));
  const sum = (sizes: number[]): number => sizes.reduce((total, size) => total + size, 0);
  // The layers that have something of /function are small, too.
  const small = [...layers.values()].filter((size) => size < smallLayer);
  const needed = Buffer.byteLength(text) + manifest.config.size + sum(small);
  return { needed, all: sum([...layers.values()]) };
}

/** Bytes of all bodies that the registry has sent, once its log rests: it is written after the answer. */
async function bytesServed({ accessLog }: OpenRegistry): Promise<number> {
  let text = "";
  for (let last: string | undefined; last !== text;) {
    last = text;
    await delay(200);
    text = readFileSync(accessLog, "utf8");
  }
  const bodies = [...text.matchAll(/"GET [^"]*" 20\d (\d+)/g)];
  return bodies.reduce((total, [, size]) => total + Number(size), 0);
}

/** 0 when the daemon is not on this machine. */
function dockerdPid(): number {
  try {
    return Number(readFileSync("/var/run/docker.pid", "utf8"));
  } catch {
    return 0;
  }
}
