import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { Failure } from "../local/toolchain/failure";
import { run } from "../local/toolchain/run";
import { World } from "../tests/world";
import { inTurns, type Measurement, measure, median } from "./measure";
import { type Result, writeReport } from "./report";

const repeats = 5;
const changes = 3;

/** Uncompressed size of the images that these stand for, as their authors tell it. */
const seedBytes = { fotogal: 420e6, "motando-webapp": 1.11e9, "dramatiq-classifiedad": 1.11e9 };
type Name = keyof typeof seedBytes;
const folders = ["app/fotogal", "app/motando/webapp", "app/motando/worker"];

const fromNothing = "up, three images from nothing";
const oneChange = "up, one source file changed";
const unchanged = "up, three images unchanged";
const without = "up without images";

type Published = Record<Name, { reference: string; digest: string }>;

/** What publishing costs: sizes of the three images, and time and bytes pushed from nothing, after a change, and without one. */
export default async function benchmarkImages(): Promise<void> {
  const world = await World.create();
  try {
    await prepare(world);
    const stacks = new Stacks(world, await world.cloudEnvironment());
    for (const stack of ["images", "none"]) await stacks.pulumi(stack, "stack", "init", stack);
    await stacks.up("none");
    // Another package.json for each: no step of an earlier build is in the Engine's cache, whichever builder it uses.
    for (const folder of folders) {
      const mark = `"description": "Benchmark ${world.folder}, `;
      world.edit(`${folder}/package.json`, (text) => text.replace('"description": "', mark));
    }
    const results: Record<string, Result> = {
      [fromNothing]: await pushing(world, () => stacks.up("images")),
    };
    const figures = await sizes(world, await stacks.published());
    results[oneChange] = await changeOneFile(world, stacks, figures);

    const before = blobs(world).length;
    const still = await inTurns(
      { [unchanged]: () => stacks.up("images"), [without]: () => stacks.up("none") },
      repeats,
    );
    figures["blobs that the unchanged images pushed"] = blobs(world).length - before;
    const seconds = (name: string): number => still[name]?.seconds ?? NaN;
    figures["an unchanged image in up, s"] = (seconds(unchanged) - seconds(without)) / folders.length;
    writeReport({
      name: "images",
      command: "npm run bench -- images",
      title: "Publishing the three images: wall time (median), peak memory, bytes pushed",
      results: { ...results, ...still },
      figures,
    });
  } finally {
    await world.remove();
  }
}

/** The world's stacks `images` and `none`. */
class Stacks {
  private readonly environment: NodeJS.ProcessEnv;

  constructor(
    private readonly world: World,
    environment: Record<string, string>,
  ) {
    this.environment = { ...process.env, ...environment };
  }

  pulumi(stack: string, ...args: string[]): Promise<Measurement> {
    return measure("pulumi", args, this.in(stack));
  }

  up(stack: string): Promise<Measurement> {
    return this.pulumi(stack, "up", "--yes", "--skip-preview");
  }

  async published(): Promise<Published> {
    const text = await run("pulumi", ["stack", "output", "--json"], this.in("images"));
    return (JSON.parse(text) as { images: Published }).images;
  }

  private in(stack: string): { cwd: string; env: NodeJS.ProcessEnv } {
    return { cwd: this.world.folder, env: { ...this.environment, PULUMI_STACK: stack } };
  }
}

/** Each time another line in one file and another version. Adds what was pushed at most to the figures. */
async function changeOneFile(world: World, stacks: Stacks, figures: Record<string, number>): Promise<Result> {
  const runs: Result[] = [];
  const counts: number[] = [];
  const lengths: number[] = [];
  let known = layersOf(world, (await stacks.published()).fotogal.digest);
  for (let change = 1; change <= changes; change++) {
    world.edit("app/fotogal/src/main.ts", (text) => `${text}process.title = "fotogal ${change}";\n`);
    await stacks.pulumi("images", "config", "set", "fotogalVersion", `1.0.${change}`);
    runs.push(await pushing(world, () => stacks.up("images")));
    const layers = layersOf(world, (await stacks.published()).fotogal.digest);
    const other = layers.filter(({ digest }) => !known.some((layer) => layer.digest === digest));
    counts.push(other.length);
    lengths.push(...other.map(({ size }) => size));
    known = layers;
  }
  figures["one source file changed: layers pushed"] = Math.max(...counts);
  figures["one source file changed: largest layer, kB"] = Math.max(...lengths) / 1000;
  return median(runs);
}

/** A measurement with the bytes of what the registry has after it and had not before. */
async function pushing(world: World, action: () => Promise<Measurement>): Promise<Result> {
  const before = new Map(blobs(world));
  const measurement = await action();
  const stored = blobs(world).filter(([digest]) => !before.has(digest));
  return { ...measurement, bytesPushed: stored.reduce((sum, [, size]) => sum + size, 0) };
}

/** A copy of the checkout with a local cloud of its own, whose program is imagesProgram.ts. */
async function prepare(world: World): Promise<void> {
  world.edit("index.ts", () => 'export = require("./bench/imagesProgram");\n');
  const identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost"];
  await run("git", ["init", "--quiet"], { cwd: world.folder });
  await run("git", ["add", "app"], { cwd: world.folder });
  await run("git", [...identity, "commit", "--quiet", "--no-gpg-sign", "--message", "Applications"], {
    cwd: world.folder,
  });
  const { code, output } = await world.start();
  if (code !== 0) throw new Failure(`The benchmark's local cloud does not start:\n${output}`);
}

/** Digest → bytes of each blob in the world's registry. */
function blobs(world: World): [string, number][] {
  const folder = blobFolder(world);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "data")
    .map((file) => [path.basename(path.dirname(file)), statSync(path.join(folder, file)).size]);
}

const blobFolder = (world: World): string =>
  world.path(".local", "registry", "content", "docker", "registry", "v2", "blobs");

interface Layer {
  digest: string;
  size: number;
}

/** Of the image that a manifest's digest names. */
function layersOf(world: World, digest: string): Layer[] {
  const hex = digest.replace("sha256:", "");
  const file = path.join(blobFolder(world), "sha256", hex.slice(0, 2), hex, "data");
  return (JSON.parse(readFileSync(file, "utf8")) as { layers: Layer[] }).layers;
}

async function sizes(world: World, images: Published): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const [name, seed] of Object.entries(seedBytes) as [Name, number][]) {
    const { reference, digest } = images[name];
    const bytes = Number(await run("docker", ["image", "inspect", "--format", "{{.Size}}", reference]));
    const layers = layersOf(world, digest);
    figures[`${name}: MB uncompressed`] = bytes / 1e6;
    figures[`${name}: MB compressed`] = layers.reduce((sum, { size }) => sum + size, 0) / 1e6;
    figures[`${name}: layers`] = layers.length;
    figures[`${name}: part of its model's size`] = bytes / seed;
  }
  return figures;
}
