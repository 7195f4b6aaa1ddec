import { rmSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { cloudEndpoint, runningCloud, startCloud, stopCloud } from "./cloudProcess";
import { cloudEnvironment } from "./environment";
import { Failure, runCommand } from "./failure";
import { stateDir } from "./paths";
import { installedPulumiCli } from "./pulumiCli";

const program = new Command("npm run cloud --").description("The local cloud by itself.");

program
  .command("start")
  .description("start it, unless it runs")
  .action(async () => {
    await startCloud((text) => process.stderr.write(`${text}\n`));
    console.log(`The local cloud answers at ${cloudEndpoint}.`);
  });

program
  .command("stop")
  .description("stop it; its state stays")
  .action(async () => {
    console.log((await stopCloud()) ? "The local cloud has stopped." : "The local cloud was not running.");
  });

program
  .command("status")
  .description("say whether it runs; exit code 1 when it does not")
  .action(async () => {
    const running = await runningCloud();
    console.log(
      running
        ? `The local cloud runs at ${cloudEndpoint} (process ${running.pid}).`
        : "The local cloud is not running.",
    );
    process.exitCode = running ? 0 : 1;
  });

program
  .command("reset")
  .description("empty it: resources, images, and the Pulumi state that speaks of them")
  .action(async () => {
    await stopCloud();
    for (const part of ["cloud", "registry", "oci", "pulumi-state", "stack"]) {
      rmSync(path.join(stateDir, part), { recursive: true, force: true });
    }
    console.log("The local cloud is empty: `npm start` sets everything up again.");
  });

program
  .command("env")
  .description("print `export` lines with which the official pulumi, oci, docker and SDKs reach it")
  .action(async () => {
    const cli = await installedPulumiCli();
    if (!cli) throw new Failure("The Pulumi CLI is not set up yet: run `npm start` first.");
    await startCloud();
    for (const [name, value] of Object.entries(cloudEnvironment(cli))) {
      console.log(`export ${name}='${value.replaceAll("'", `'\\''`)}'`);
    }
  });

runCommand(async () => {
  await program.parseAsync();
  return Number(process.exitCode ?? 0);
});
