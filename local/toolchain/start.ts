import { mkdirSync } from "node:fs";
import path from "node:path";
import { loadAccount } from "../../account";
import { deployFunction } from "../deployedFunction/deployFunction";
import { cloudEndpoint, startCloud } from "./cloudProcess";
import { cloudEnvironment } from "./environment";
import { runCommand } from "./failure";
import { tellOfInterruption } from "./interruption";
import { LOCAL_STACK } from "../../stacks/localStack";
import { ensureLocalStack, localStackVariables } from "./localStack";
import { prepareMachine, reporter, runSteps } from "./machine";
import { cloudPort, projectRoot, stateDir } from "./paths";
import { runAttached } from "./run";

/** `npm start`: sets up what is missing, then brings stack `local` up; with `--prepare` leaves the stack as it is. */
runCommand(async () => {
  mkdirSync(stateDir, { recursive: true });
  const machine = await prepareMachine();
  const { environment } = await runSteps<{ environment: Record<string, string> }>(
    [
      {
        title: `Local cloud and registry on 127.0.0.1:${cloudPort}`,
        task: async (context, task) => {
          await startCloud(reporter(task));
          context.environment = cloudEnvironment(machine.cli);
          Object.assign(process.env, context.environment);
        },
      },
      {
        title: "A function deployed by others",
        task: async (_context, task) => {
          const deployed = await deployFunction({
            endpoint: cloudEndpoint,
            registryHost: `127.0.0.1:${cloudPort}`,
            account: loadAccount(),
            baseImages: machine.baseImages,
            engine: machine.engine,
            onProgress: reporter(task),
          });
          task.title = `A function deployed by others: ${deployed.image}`;
        },
      },
      {
        title: "Stack local: state, passphrase, FotoGal's keys",
        task: (context) => ensureLocalStack(context.environment),
      },
    ],
    { environment: {} },
  );
  if (process.argv.includes("--prepare")) return 0;
  const env = {
    ...process.env,
    ...environment,
    ...localStackVariables,
  };
  const colour = process.env.NO_COLOR ? ["--color", "never"] : [];
  const code = await runAttached("pulumi", ["up", "--yes", "--skip-preview", ...colour], env, projectRoot);
  await tellOfInterruption(LOCAL_STACK, env);
  if (code === 0) printNextSteps();
  return code;
});

function printNextSteps(): void {
  console.log(`
The stack is up. What to do next:
  npm run pulumi -- preview                 what a change would do
  npm run pulumi -- stack output --json     the outputs
  eval "$(npm run --silent cloud -- env)"   then use oci, docker and pulumi against the local cloud
  npm run pulumi -- destroy --yes           take the stack down again
State is in ${path.relative(process.cwd(), stateDir) || stateDir}/; README.md has the rest.`);
}
