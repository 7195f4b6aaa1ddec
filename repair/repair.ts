import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { accountEnvironment } from "../account";
import { OciApi } from "../extract/functions/ociApi";
import type { RunPulumi } from "../stacks/pulumi";
import { configOf } from "../stacks/stacks";
import { RepairError } from "./errors";
import { type Interruption, readInterruption } from "./interruption";
import { isAlive } from "./lock";
import { type Decision, planRepair } from "./plan";
import { mendedState, readState, shortName } from "./state";

export interface RepairOptions {
  /** Default: the stack that is selected. */
  stack?: string;
  /** URN → ID of what a pending create made; empty: it made nothing. */
  given: ReadonlyMap<string, string>;
}

export interface RepairContext {
  pulumi: RunPulumi;
  environment: NodeJS.ProcessEnv;
  /** The project's, where Pulumi.yaml is. */
  folder: string;
}

export interface Repair {
  interruption: Interruption;
  decisions: Decision[];
}

/**
 * Finds out what an interrupted update left behind, and what of it exists. Changes nothing.
 * @throws RepairError, AccountError
 */
export async function planned(options: RepairOptions, context: RepairContext): Promise<Repair> {
  const { pulumi, environment, folder } = context;
  const interruption = await readInterruption(pulumi, options.stack, folder, environment);
  const { stack, state, pending } = interruption;
  const strange = [...options.given.keys()].filter(
    (urn) => !pending.some(({ resource }) => resource.urn === urn),
  );
  if (strange.length > 0) {
    throw new RepairError(`--id names ${strange.join(", ")}, of which no creation is pending; take it out.`);
  }
  let opened: Promise<OciApi> | undefined;
  const open = async (): Promise<OciApi> => {
    const { account } = await configOf(pulumi, stack);
    return OciApi.open({ environment: { ...environment, ...accountEnvironment(account) } });
  };
  try {
    const decisions = await planRepair(state, pending, () => (opened ??= open()), options.given);
    return { interruption, decisions };
  } finally {
    await opened?.then((api) => api.close());
  }
}

/** @throws RepairError where it must not be carried out */
export function refuse({ interruption: { holders }, decisions }: Repair): void {
  const alive = holders.find(isAlive);
  if (alive !== undefined) {
    throw new RepairError(
      `Nothing is changed: the update of process ${alive.pid} runs on this machine; wait for it, or end it first.`,
    );
  }
  const unclear = decisions.filter(({ action }) => action === "unclear");
  if (unclear.length > 0) {
    const lines = unclear.map(
      ({ operation: { resource }, why }) => `\n  ${shortName(resource)}: ${why}: --id '${resource.urn}=ID'`,
    );
    throw new RepairError(
      `Nothing is changed: say of each of these what it made, with nothing behind "=" where it made nothing:${lines.join("")}`,
    );
  }
}

/**
 * Takes the lock away, brings what was made into the state, and has Pulumi look at all of it.
 * Pulumi's own `refresh --import-pending-creates` only forgets that they are pending.
 * @param onStep called with what begins
 */
export async function carryOut(
  { interruption: { stack, state, holders, inProgress, pending }, decisions }: Repair,
  { pulumi }: RepairContext,
  onStep: (step: string) => void,
): Promise<void> {
  if (holders.length > 0 || inProgress) {
    onStep("pulumi cancel");
    await pulumi(["cancel", "--yes", "--stack", stack]);
  }
  if (pending.length === 0) return;
  const now = readState(await pulumi(["stack", "export", "--stack", stack]));
  if (JSON.stringify(now) !== JSON.stringify(state)) {
    throw new RepairError(`Stack ${stack} has changed meanwhile: end its other update, and repair it again.`);
  }
  const made = decisions.flatMap(({ operation: { resource }, id }): [string, string][] =>
    id === undefined ? [] : [[resource.urn, id]],
  );
  const folder = mkdtempSync(path.join(tmpdir(), "stack-state-"));
  try {
    const file = path.join(folder, "state.json");
    writeFileSync(file, JSON.stringify(mendedState(state, new Map(made))), { mode: 0o600 });
    onStep(`pulumi stack import: ${made.length} of ${pending.length} into the state`);
    await pulumi(["stack", "import", "--file", file, "--stack", stack]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  onStep("pulumi refresh");
  await pulumi(["refresh", "--yes", "--skip-preview", "--stack", stack]).catch((error: unknown) => {
    throw new RepairError(
      `${(error as Error).message} All the rest is done: mend that, and run \`pulumi refresh --stack ${stack}\` before the next update.`,
    );
  });
}
