import { startCloud } from "./cloudProcess";
import { cloudEnvironment } from "./environment";
import { Failure } from "./failure";
import { localStackVariables, mergeLocalConfig } from "./localStack";
import { installedPulumiCli } from "./pulumiCli";

/**
 * The variables with which a command of ours, and the Pulumi CLI that it runs, work on stack `local`; those that are set already
 * where they name a backend, as after `cloud -- env`. Starts the local cloud.
 */
export async function localStackEnvironment(): Promise<NodeJS.ProcessEnv> {
  const { PULUMI_BACKEND_URL: backend } = process.env;
  const cli = await installedPulumiCli();
  if (!cli) throw new Failure("The Pulumi CLI is not set up yet: run `npm start` first.");
  const environment = cloudEnvironment(cli);
  if (backend !== undefined && backend !== environment.PULUMI_BACKEND_URL) return process.env;
  await startCloud();
  mergeLocalConfig();
  return { ...process.env, ...environment, ...localStackVariables };
}
