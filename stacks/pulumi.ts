import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { StackError } from "./errors";

/** Runs the Pulumi CLI that is on PATH in a project's folder. What it prints may be secret: of that, only the CLI's own errors are in an error. */
export type RunPulumi = (args: readonly string[]) => Promise<string>;

/** The CLI ran, and says that something is wrong. */
export class PulumiFailure extends StackError {
  constructor(
    message: string,
    /** All that it said on standard error. */
    readonly complaints: string,
  ) {
    super(message);
  }
}

/** @throws StackError with what the CLI says is wrong */
export function pulumiIn(folder: string, environment: NodeJS.ProcessEnv): RunPulumi {
  return async (args) => {
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
      throw new StackError(
        `The Pulumi CLI cannot be run (${(error as Error).message}); install it, or for the local cloud run \`eval "$(npm run --silent cloud -- env)"\`.`,
      );
    });
    if (code === 0) return printed;
    const reason = reasonOf(printed, complaints);
    throw new PulumiFailure(
      `\`pulumi ${args.join(" ")}\` fails (${reason || `exit code ${String(code)}`}).`,
      complaints,
    );
  };
}

/**
 * The first error: a preview tells it in its document, an import on standard output, the rest of the CLI on standard error. Without one, the first
 * line on standard error: the rest of standard output may be secret.
 */
function reasonOf(printed: string, complaints: string): string {
  const told = complaints.split("\n").map((line) => line.trim());
  const lines = [...errorsIn(printed), ...told, ...printed.split("\n").map((line) => line.trim())];
  const reason =
    lines.find((line) => line.startsWith("error: ")) ??
    told.find((line) => line !== "" && !line.startsWith("warning: ")) ??
    "";
  return reason
    .replace(/^error: /, "")
    .trim()
    .replace(/\.$/, "");
}

function errorsIn(printed: string): string[] {
  try {
    const { diagnostics = [] } = JSON.parse(printed) as {
      diagnostics?: { message: string; severity: string }[];
    };
    return diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  } catch {
    return [];
  }
}
