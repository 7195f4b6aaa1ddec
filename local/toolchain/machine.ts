import { rmSync, writeFileSync } from "node:fs";
import { Listr, PRESET_TIMER, type ListrTask, type ListrTaskWrapper } from "listr2";
import type Docker from "dockerode";
import { ensureBaseImages } from "../baseImages";
import { ensureDockerEngine } from "./dockerEngine";
import { baseImagesFile } from "./environment";
import { ensureGoTool, goTools } from "./goTools";
import { ensurePlugins } from "./plugins";
import { ensurePulumiCli, type PulumiCli } from "./pulumiCli";

export interface Machine {
  engine: Docker;
  cli: PulumiCli;
  baseImages: Awaited<ReturnType<typeof ensureBaseImages>>;
}

/** Listr's task object as our tasks use it. */
export type Task = Pick<ListrTaskWrapper<Machine, never, never>, "output" | "title">;

/** Docker, the Pulumi CLI with its plugins and the registry: found, or fetched and built, all at the same time. */
const tasks: ListrTask<Machine>[] = [
  {
    title: "Docker Engine and base images",
    task: async (machine, task) => {
      const report = reporter(task);
      machine.engine = await ensureDockerEngine(report);
      machine.baseImages = await ensureBaseImages(machine.engine, { onProgress: report });
      recordBaseImages(machine.baseImages);
    },
  },
  {
    title: "Pulumi CLI and plugins",
    task: async (machine, task) => {
      const report = reporter(task);
      machine.cli = await ensurePulumiCli(report);
      const plugins = await ensurePlugins(machine.cli, report);
      const sources = plugins.map(({ name, version, source }) => `${name} ${version} ${source}`).join(", ");
      task.title = `Pulumi CLI ${machine.cli.version}, ${machine.cli.source}; plugins: ${sources}`;
    },
  },
  {
    title: "Container registry",
    task: (_machine, task) => ensureGoTool(goTools.registry, reporter(task)).then(() => undefined),
  },
];

/** Prepares the machine, saying what each step does and how long it took. */
export function prepareMachine(): Promise<Machine> {
  return runSteps(tasks, {} as Machine, { concurrent: true });
}

/** Runs steps with a line and a time for each. */
export function runSteps<Context extends object>(
  steps: ListrTask<Context>[],
  context: Context,
  options: { concurrent: boolean } = { concurrent: false },
): Promise<Context> {
  const timer = { ...PRESET_TIMER, condition: true, field: (ms: number) => `${(ms / 1000).toFixed(1)} s` };
  return new Listr<Context>(steps, {
    ...options,
    // The error itself is printed once, at the end.
    rendererOptions: { timer, showErrorMessage: false },
    fallbackRendererOptions: { timer },
  }).run(context);
}

/** A terminal sees every step of progress in place; a pipe at most a line every ten seconds. */
export function reporter(task: Pick<Task, "output">): (text: string) => void {
  let quietUntil = 0;
  return (text) => {
    if (Date.now() < quietUntil) return;
    if (!process.stdout.isTTY) quietUntil = Date.now() + 10_000;
    task.output = text;
  };
}

/** The stack's builds need the stand-ins' names; where public images are used the Dockerfiles' defaults hold. */
function recordBaseImages(images: Machine["baseImages"]): void {
  const standIns = Object.entries(images).filter(([, image]) => image.startsWith("local."));
  if (standIns.length === 0) rmSync(baseImagesFile, { force: true });
  else writeFileSync(baseImagesFile, JSON.stringify(Object.fromEntries(standIns)));
}
