import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { isRunning } from "../local/toolchain/processes";
import { PulumiFailure, pulumiIn } from "../stacks/pulumi";

/** Whoever locks a stack in a backend of one's own. */
export interface Holder {
  user: string;
  host: string;
  pid: number;
  /** RFC 3339. */
  since: string;
}

/**
 * Who locks the stack. A backend of one's own (`file://`, `s3://`) tells of a lock only when it is asked for it: so an existing stack is
 * made, which is refused, for the lock or for the stack, and changes nothing. It is made beside the project, whose files would get a new salt.
 * @param folder the project's
 */
export async function holdersOf(
  stack: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Holder[]> {
  const beside = mkdtempSync(path.join(tmpdir(), "stack-lock-"));
  try {
    copyFileSync(path.join(folder, "Pulumi.yaml"), path.join(beside, "Pulumi.yaml"));
    const pulumi = pulumiIn(beside, {
      ...environment,
      PULUMI_OPTION_CONFIG_FILE: undefined,
      PULUMI_STACK: undefined,
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      // Never used: the stack is not made.
      PULUMI_CONFIG_PASSPHRASE: "none",
    });
    await pulumi(["stack", "init", stack, "--no-select", "--secrets-provider", "passphrase"]);
    return [];
  } catch (error) {
    if (!(error instanceof PulumiFailure)) throw error;
    const holders = readHolders(error.complaints);
    if (holders.length === 0 && !error.complaints.includes("already exists")) throw error;
    return holders;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** @param complaint what Pulumi says of a locked stack */
export function readHolders(complaint: string): Holder[] {
  const lines = complaint.matchAll(/: created by (\S*)@(\S+) \(pid (\d+)\) at (\S+)/g);
  return [...lines].map(([, user = "", host = "", pid, since = ""]) => ({
    user,
    host,
    pid: Number(pid),
    since,
  }));
}

/** Whether the holder's process is on this machine, and runs. */
export function isAlive({ host, pid }: Holder): boolean {
  return host === hostname() && isRunning(pid, "pulumi");
}
