import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LOCAL_STACK } from "../stacks/localStack";
import { type PreviewResult, understand } from "./changes";
import { readEvents } from "./events";
import type { Place, Programs } from "./programs";

export interface PreviewRequest {
  stack: string;
  /** Compare with the cloud instead of the state, and fail where something differs. */
  drift: boolean;
}

/**
 * Runs the engine's preview of a stack, with the policy pack where the project has one.
 * @param place the project's folder, and how Pulumi reaches the backend and the cloud
 */
export async function previewStack(
  { stack, drift }: PreviewRequest,
  place: Place,
  programs: Programs,
): Promise<{ result: PreviewResult; succeeded: boolean }> {
  const folder = mkdtempSync(path.join(tmpdir(), "preview-events-"));
  const log = path.join(folder, "events.jsonl");
  const has = (file: string) => existsSync(path.join(place.folder, file));
  const args = [
    "preview",
    ...["--stack", stack, "--non-interactive", "--color", "never"],
    ...(drift ? ["--refresh", "--expect-no-changes"] : []),
    ...(has("policy/PulumiPolicy.yaml") ? ["--policy-pack", "policy"] : []),
    ...(has("policy/config.json") ? ["--policy-pack-config", "policy/config.json"] : []),
    ...["--event-log", log],
  ];
  // The flag of the event log, the only output with the policy's findings, is hidden without this variable.
  const environment = { ...place.environment, PULUMI_DEBUG_COMMANDS: "true" };
  const [program, before] =
    stack === LOCAL_STACK
      ? [process.execPath, [path.join("local", "toolchain", "launch.mjs"), "pulumi"]]
      : ["pulumi", []];
  try {
    const ended = await programs.run(program, [...before, ...args], { folder: place.folder, environment });
    const result = understand(existsSync(log) ? readEvents(readFileSync(log, "utf8")) : []);
    const succeeded = ended.code === 0;
    const isExplained =
      succeeded || result.errors.length > 0 || result.findings.some(({ mandatory }) => mandatory);
    // Before the engine starts, as with an unknown stack, the reason is only printed.
    if (!isExplained && !(drift && result.changes.length > 0)) result.errors.push(reasonIn(ended.lastLines));
    return { result, succeeded };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the CLI printed from its first error on. */
function reasonIn(printed: string): string {
  const start = printed.search(/^error: /m);
  return (start < 0 ? printed : printed.slice(start + "error: ".length)).trim();
}
