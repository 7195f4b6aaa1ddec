import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { RetentionError } from "./errors";

/**
 * Runs the Pulumi CLI that is on PATH in a project's folder. What it prints may be secret: it is in no error, but for what `reasonIn` finds in it, where
 * the CLI tells there why it fails.
 */
export type RunPulumi = (
  args: readonly string[],
  reasonIn?: (printed: string) => string | undefined,
) => Promise<string>;

/** @throws RetentionError with what the CLI says is wrong */
export function pulumiIn(folder: string, environment: NodeJS.ProcessEnv): RunPulumi {
  return async (args, reasonIn) => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [printed, complaints, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close").then(([code]) => code as number | null),
    ]).catch((error: unknown) => {
      throw new RetentionError(
        `The Pulumi CLI cannot be run (${(error as Error).message}); install it, or for the local cloud run \`eval "$(npm run --silent cloud -- env)"\`.`,
      );
    });
    if (code === 0) return printed;
    const [complaint] = complaints
      .split("\n")
      .filter((line) => line.trim() !== "" && !/^warning: /.test(line));
    const reason = (reasonIn?.(printed) ?? complaint)
      ?.replace(/^error: /, "")
      .trim()
      .replace(/\.$/, "");
    throw new RetentionError(
      `\`pulumi ${args.join(" ")}\` fails (${reason || `exit code ${String(code)}`}).`,
    );
  };
}
