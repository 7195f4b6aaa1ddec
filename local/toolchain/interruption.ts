import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pulumiStateDir } from "./environment";
import { LOCAL_STACK } from "../../stacks/localStack";
import { projectRoot } from "./paths";

/**
 * After an update of a stack in the local backend: says on standard error who locks it, what an interrupted update has left behind
 * there, and the command that repairs it. Says nothing where there is nothing of that.
 */
export async function tellOfInterruption(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  if (!mayBeInterrupted(stack)) return;
  const { describeInterruption, isInterrupted, readInterruption, remedyFor } =
    await import("../../repair/interruption");
  const { pulumiIn } = await import("../../stacks/pulumi");
  const prefix = stack === LOCAL_STACK ? "" : 'eval "$(npm run --silent cloud -- env)"; ';
  const tell = async (): Promise<string> => {
    const pulumi = pulumiIn(projectRoot, environment);
    const interruption = await readInterruption(pulumi, stack, projectRoot, environment);
    if (!isInterrupted(interruption)) return "";
    return `\n${describeInterruption(interruption)}${remedyFor(interruption, prefix)}`;
  };
  // The update has ended as it has ended, whatever comes of this.
  process.stderr.write(await tell().catch((error: unknown) => `${(error as Error).message}\n`));
}

/** By the files of Pulumi's file backend, since asking Pulumi takes seconds. */
function mayBeInterrupted(stack: string): boolean {
  const kept = path.join(pulumiStateDir, ".pulumi");
  const below = (folder: string): string[] =>
    existsSync(path.join(kept, folder))
      ? readdirSync(path.join(kept, folder), { recursive: true, encoding: "utf8" })
      : [];
  const isLocked = below("locks").some(
    (file) => path.basename(path.dirname(file)) === stack && file.endsWith(".json"),
  );
  const isPending = below("stacks").some(
    (file) =>
      path.basename(file) === `${stack}.json` &&
      readFileSync(path.join(kept, "stacks", file), "utf8").includes('"pending_operations"'),
  );
  return isLocked || isPending;
}
