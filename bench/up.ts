import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runningCloud } from "../local/toolchain/cloudProcess";
import { cloudEnvironment } from "../local/toolchain/environment";
import { Failure } from "../local/toolchain/failure";
import { localStackVariables } from "../local/toolchain/localStack";
import { projectRoot } from "../local/toolchain/paths";
import { installedPulumiCli } from "../local/toolchain/pulumiCli";
import { inTurns, type Measurement, measure, median, processMemoryMiB, treeMemoryMiB } from "./measure";
import { writeReport } from "./report";

const repeats = 5;

/** The local stack: no-op up, preview, and up from nothing with the images cached, beside the engine's own time. */
export default async function benchmarkUp(): Promise<void> {
  const cli = await installedPulumiCli();
  const cloud = await runningCloud();
  if (!cli || !cloud) throw new Failure("The local stack is not up: run `npm start` first.");
  const env = {
    ...process.env,
    ...cloudEnvironment(cli),
    ...localStackVariables,
  };
  const pulumi = (...args: string[]) => measure("pulumi", args, { cwd: projectRoot, env });
  const up = ["up", "--yes", "--skip-preview"];
  await pulumi(...up);
  const unchanged: Record<string, () => Promise<Measurement>> = {
    "preview, no changes": () => pulumi("preview", "--expect-no-changes"),
    "up, no changes": () => pulumi(...up),
  };
  const results: Record<string, Measurement> = {
    "engine alone (empty program)": await previewOfNothing(env),
    ...(await inTurns(unchanged, repeats)),
  };
  const fromNothing: Measurement[] = [];
  for (let run = 0; run < 3; run++) {
    await pulumi("destroy", "--yes", "--skip-preview");
    fromNothing.push(await pulumi(...up));
  }
  results["up from nothing, images cached"] = median(fromNothing);
  writeReport({
    name: "up",
    command: "npm run bench -- up",
    title: "The local stack: wall time and peak memory (median)",
    results,
    figures: {
      "local cloud, resident MiB": processMemoryMiB(cloud.pid),
      "its registry, resident MiB": treeMemoryMiB(cloud.pid) - processMemoryMiB(cloud.pid),
    },
  });
}

/** What the engine and the language host take for a program without resources. */
async function previewOfNothing(env: NodeJS.ProcessEnv): Promise<Measurement> {
  const folder = mkdtempSync(path.join(tmpdir(), "empty-program-"));
  try {
    symlinkSync(path.join(projectRoot, "node_modules"), path.join(folder, "node_modules"));
    writeFileSync(
      path.join(folder, "Pulumi.yaml"),
      "name: empty\nruntime: {name: nodejs, options: {typescript: false}}\nmain: index.js\n",
    );
    writeFileSync(path.join(folder, "package.json"), '{"name": "empty"}');
    writeFileSync(path.join(folder, "index.js"), 'require("@pulumi/pulumi");\n');
    const state = `file://${folder}`;
    const own = {
      ...env,
      PULUMI_STACK: "empty",
      PULUMI_OPTION_CONFIG_FILE: undefined,
      PULUMI_BACKEND_URL: state,
    };
    const options = { cwd: folder, env: own };
    await measure("pulumi", ["stack", "init", "empty"], options);
    const runs: Measurement[] = [];
    for (let count = 0; count < repeats; count++) runs.push(await measure("pulumi", ["preview"], options));
    return median(runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
