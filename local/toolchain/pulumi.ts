import { connectEngine } from "../docker/engine";
import { Failure, runCommand } from "./failure";
import { startCloud } from "./cloudProcess";
import { cloudEnvironment } from "./environment";
import { tellOfInterruption } from "./interruption";
import { LOCAL_STACK } from "../../stacks/localStack";
import { localConfigFile, mergeLocalConfig } from "./localStack";
import { projectRoot } from "./paths";
import { installedPulumiCli } from "./pulumiCli";
import { runAttached } from "./run";

/** Commands that a lock stops, or that meet what an interrupted one has left behind. */
const updating = new Set(["up", "update", "destroy", "refresh", "preview"]);

/** `npm run pulumi -- ARGS`: the Pulumi CLI in the local stack's environment, its exit code kept. */
runCommand(async () => {
  const args = process.argv.slice(2);
  const cli = await installedPulumiCli();
  if (!cli) throw new Failure("The Pulumi CLI is not set up yet: run `npm start` first.");
  // An update would find out only when it builds, with half of the stack made.
  if (args[0] === "up" || args[0] === "update") await connectEngine();
  await startCloud();
  const stack = stackOf(args);
  const environment = { ...process.env, ...cloudEnvironment(cli), ...stackEnvironment(stack, args) };
  const code = await runAttached("pulumi", args, environment, projectRoot);
  if (updating.has(args[0] ?? "")) await tellOfInterruption(stack, environment);
  return code;
});

function stackOf(args: string[]): string {
  const flag = args.findIndex((arg) => /^(-s|--stack)(=|$)/.test(arg));
  return (flag < 0 ? LOCAL_STACK : (args[flag]?.split("=")[1] ?? args[flag + 1])) ?? LOCAL_STACK;
}

/** Without --stack the stack is `local`, whose secrets are kept outside the tracked configuration file. */
function stackEnvironment(stack: string, args: string[]): Record<string, string> {
  if (stack !== LOCAL_STACK) return {};
  mergeLocalConfig();
  const settings: Record<string, string> = { PULUMI_STACK: LOCAL_STACK };
  if (process.env.NO_COLOR) settings.PULUMI_OPTION_COLOR = "never";
  if (!editsTrackedConfig(args)) settings.PULUMI_OPTION_CONFIG_FILE = localConfigFile;
  return settings;
}

/** `config set` of a plain value belongs into Pulumi.local.yaml; a secret into the generated file. */
function editsTrackedConfig(args: string[]): boolean {
  const [command, action] = args;
  return command === "config" && /^(set|rm)/.test(action ?? "") && !args.includes("--secret");
}
