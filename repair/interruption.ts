import type { RunPulumi } from "../stacks/pulumi";
import { findStack } from "../stacks/stacks";
import { type Holder, holdersOf, isAlive } from "./lock";
import { type PendingOperation, pendingOperations, readState, shortName, type State } from "./state";

/** What an update that did not end has left behind. */
export interface Interruption {
  stack: string;
  holders: Holder[];
  /** Pulumi Cloud says that an update goes on. */
  inProgress: boolean;
  pending: PendingOperation[];
  state: State;
}

/** @param wanted default: the selected stack */
export async function readInterruption(
  pulumi: RunPulumi,
  wanted: string | undefined,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Interruption> {
  const { name: stack, stacks } = await findStack(pulumi, wanted);
  const inProgress = stacks.find(({ name }) => name === stack)?.updateInProgress;
  const [holders, exported] = await Promise.all([
    // Only Pulumi Cloud says whether an update goes on.
    inProgress === undefined ? holdersOf(stack, folder, environment) : [],
    pulumi(["stack", "export", "--stack", stack]),
  ]);
  const state = readState(exported);
  return { stack, holders, inProgress: inProgress ?? false, pending: pendingOperations(state), state };
}

export function isInterrupted({ holders, inProgress, pending }: Interruption): boolean {
  return holders.length > 0 || inProgress || pending.length > 0;
}

/** Who locks the stack and what hangs, a line each. */
export function describeInterruption({ stack, holders, inProgress, pending }: Interruption): string {
  const lines = holders.map((holder) => {
    const { user, host, pid, since } = holder;
    const process = isAlive(holder) ? "it runs on this machine" : "it does not run on this machine";
    return `Stack ${stack} is locked by ${user}@${host}, process ${pid} (${process}), since ${since}.`;
  });
  if (inProgress) lines.push(`Stack ${stack} is being updated, says Pulumi Cloud.`);
  if (pending.length > 0) {
    lines.push(`${holders.length > 0 ? "Its" : `Stack ${stack}'s`} last update left behind:`);
    lines.push(...pending.map(({ type, resource }) => `  ${shortName(resource)}, interrupted while ${type}`));
  }
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * What to do about it: the one command, or to wait.
 * @param prefix what the shell needs before that command
 */
export function remedyFor({ stack, holders }: Interruption, prefix = ""): string {
  const alive = holders.find(isAlive);
  if (alive !== undefined) return `Wait for process ${alive.pid} to end.\n`;
  return `If that update goes on nowhere, repair the stack: ${prefix}npm run repair -- --stack ${stack}\n`;
}
