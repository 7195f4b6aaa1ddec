import { args, exitWith, processContext } from "../commandLine/process";
import { runCommand } from "./command";

/** Stack `local` is in the local cloud, unless the environment has another backend. */
async function environmentForStack(): Promise<NodeJS.ProcessEnv> {
  const named = args.find((arg, index) => /^--stack=/.test(arg) || args[index - 1] === "--stack");
  if (named?.replace(/^--stack=/, "") !== "local") return process.env;
  const { localStackEnvironment } = await import("../local/toolchain/localEnvironment");
  return localStackEnvironment();
}

exitWith(environmentForStack().then((environment) => runCommand(args, processContext(environment))));
