import { registryToken, loadAccount } from "../account";
import type { AttachedBill } from "../formats/attachedBill";
import type { ScanReport } from "../formats/scanReport";
import { run } from "../local/toolchain/run";
import { type CloudClients, cloudClients } from "./cloudClients";
import { type CommandResult, World } from "./world";

export interface Image {
  reference: string;
  digest: string;
  uri: string;
}

export interface SourceFile {
  path: string;
  size: number;
  sha256: string;
  mode: string;
}

export interface RecoveredFunction {
  image: string;
  digest: string;
  files: SourceFile[];
  text: Record<string, string>;
  secretText?: Record<string, string> | "[secret]";
  archive: string;
}

/** The stack's outputs, as the README's table has them. */
export interface Outputs {
  compartmentId: string;
  compartments: Record<string, string>;
  namespace: string;
  registryHost: string;
  repositories: Record<string, string>;
  bucketName: string;
  tables: Partial<Record<string, string>>;
  logGroupId: string;
  logId: string;
  motandoBuckets?: { temporary: string; permanent: string };
  /** Application → names of its groups. */
  accessGroups?: Partial<Record<string, { group: string; dynamicGroup: string }>>;
  images: Partial<Record<string, Image>>;
  /** What was found in an image before its push, and what accompanies it in the registry. */
  imageReports: Partial<
    Record<string, { scan?: ScanReport; bill?: AttachedBill; signed?: string; movedTags?: string[] }>
  >;
  functionSource: RecoveredFunction;
  /** Instead of the one above, where the configuration names no function. */
  functionSources?: Partial<Record<string, RecoveredFunction>>;
  appConfig: unknown;
}

export const imageNames = ["dramatiq-classifiedad", "fotogal", "motando-webapp"];

/** A world whose stack is up, and what is needed to look at it. */
export interface StackInWorld {
  world: World;
  environment: Record<string, string>;
  cloud: CloudClients;
  outputs: Outputs;
}

/** @param prepare changes the new world before its stack is brought up; answers what the environment is to have more */
export async function stackInNewWorld(prepare?: (world: World) => NodeJS.ProcessEnv): Promise<StackInWorld> {
  const world = await World.create();
  const started = await world.start(prepare?.(world));
  if (started.code !== 0) {
    await world.remove();
    throw new Error(started.output);
  }
  const environment = await world.cloudEnvironment();
  return { world, environment, cloud: cloudClients(environment), outputs: await readOutputs(world) };
}

export async function readOutputs(world: World): Promise<Outputs> {
  return JSON.parse(succeeded(await world.pulumi(["stack", "output", "--json"]))) as Outputs;
}

/** What a command printed on stdout; its whole output as an error when it failed. */
export function succeeded({ code, stdout, output }: CommandResult): string {
  if (code !== 0) throw new Error(output);
  return stdout;
}

/** docker with a configuration of its own: none of the user's credentials. */
export function dockerIn({ world }: StackInWorld) {
  const config = world.path(".local", "docker-config");
  return (...args: string[]) => world.command("docker", ["--config", config, ...args]);
}

/** Logs `dockerIn`'s docker in with a short-lived token. */
export async function dockerLogin({ world, environment, outputs }: StackInWorld): Promise<void> {
  const token = await registryToken(loadAccount({}, environment), outputs.registryHost);
  const config = world.path(".local", "docker-config");
  const args = [
    "--config",
    config,
    "login",
    "--username",
    "BEARER_TOKEN",
    "--password-stdin",
    outputs.registryHost,
  ];
  await run("docker", args, { input: token });
}
