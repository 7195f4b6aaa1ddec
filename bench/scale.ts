import { Failure } from "../local/toolchain/failure";
import { readExportedResources } from "../stacks/documents";
import { World } from "../tests/world";
import { inTurns, type Measurement, measure, median } from "./measure";
import { type Result, writeReport } from "./report";

const sizes = [1, 10, 30];
const repeats = 3;
/** What the service takes to make a table, in ms, and the tables that the largest stack has. */
const latency = 3500;
const tableLimit = 3 * Math.max(...sizes);
/** Pulumi's default is four operations a core; these wait for the service, not for the machine. */
const operations = String(tableLimit);
const up = ["up", "--yes", "--skip-preview"];
const preview = ["preview", "--expect-no-changes"];

/** One stack with 1, 10 and 30 applications: from nothing, a preview and an update without changes. */
export default async function benchmarkScale(): Promise<void> {
  const world = await World.create();
  try {
    world.edit("index.ts", () => 'export = require("./bench/scaleProgram");\n');
    const { code, output } = await world.start();
    if (code !== 0) throw new Failure(`The benchmark's local cloud does not start:\n${output}`);
    await control(world, "limits", { nosqlTables: tableLimit });
    const results: Record<string, Result> = {};
    const figures: Record<string, number> = { "tables that the tenancy may have": tableLimit };
    const still: { resources: number; up: number; preview: number }[] = [];
    const environment = await world.cloudEnvironment();
    for (const size of sizes) {
      const stack = new Stack(world, environment, `scale-${size}`);
      const { atOnce, waiting } = await fromNothing(world, stack);
      results[`${size}: up from nothing`] = waiting;
      results[`${size}: of a service that answers at once`] = atOnce;
      figures[`${size}: up from nothing / its critical path`] =
        waiting.seconds / (atOnce.seconds + latency / 1000);
      const names = { up: `${size}: up, no changes`, preview: `${size}: preview, no changes` };
      const unchanged = await inTurns(
        { [names.up]: () => stack.pulumi(...up), [names.preview]: () => stack.pulumi(...preview) },
        repeats,
      );
      Object.assign(results, unchanged);
      const resources = await stack.resources();
      figures[`${size}: resources`] = resources;
      const secondsOf = (name: string): number => unchanged[name]?.seconds ?? NaN;
      still.push({ resources, up: secondsOf(names.up), preview: secondsOf(names.preview) });
      await stack.destroy();
    }
    for (const [at, small] of still.slice(0, -1).entries()) {
      const large = still[at + 1] ?? small;
      for (const command of ["up", "preview"] as const) {
        const perResource = (large[command] - small[command]) / (large.resources - small.resources);
        figures[`${command}, no changes: ms a resource from ${small.resources} to ${large.resources}`] =
          1000 * perResource;
      }
    }
    writeReport({
      name: "scale",
      command: "npm run bench -- scale",
      title: "1, 10 and 30 applications in one stack: wall time (median) and peak memory",
      results,
      figures,
    });
  } finally {
    await world.remove();
  }
}

/** The same update from nothing with a service that answers at once, and with one that takes its time for tables. */
async function fromNothing(world: World, stack: Stack): Promise<Record<"atOnce" | "waiting", Measurement>> {
  await stack.pulumi("stack", "init", stack.name);
  const runs = { atOnce: [] as Measurement[], waiting: [] as Measurement[] };
  for (let run = 0; run < repeats; run++) {
    for (const [kind, nosql] of [
      ["atOnce", 0],
      ["waiting", latency],
    ] as const) {
      if (runs.atOnce.length > 0) await stack.destroy();
      await control(world, "latency", { nosql });
      runs[kind].push(await stack.pulumi(...up));
      await control(world, "latency", { nosql: 0 });
    }
  }
  return { atOnce: median(runs.atOnce), waiting: median(runs.waiting) };
}

class Stack {
  private readonly environment: Record<string, string>;

  constructor(
    private readonly world: World,
    environment: Record<string, string>,
    readonly name: string,
  ) {
    this.environment = { ...environment, PULUMI_STACK: name, PULUMI_PARALLEL: operations };
  }

  pulumi(...args: string[]): Promise<Measurement> {
    return measure("pulumi", args, { cwd: this.world.folder, env: { ...process.env, ...this.environment } });
  }

  async destroy(): Promise<void> {
    await this.pulumi("destroy", "--yes", "--skip-preview");
  }

  /** How many it has, components included. */
  async resources(): Promise<number> {
    const { stdout } = await this.world.command("pulumi", ["stack", "export"], this.environment);
    return readExportedResources(stdout).length;
  }
}

/** Sets what the world's cloud takes or allows. */
async function control({ port }: World, what: "latency" | "limits", values: object): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/_local/${what}`, {
    method: "PUT",
    body: JSON.stringify(values),
  });
  if (!response.ok) throw new Failure(`The local cloud refuses ${what}: ${await response.text()}`);
}
