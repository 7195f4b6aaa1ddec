import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { runCommand } from "./failure";
import { goToolPath, goTools } from "./goTools";
import { prepareMachine } from "./machine";
import { projectRoot, stateDir } from "./paths";
import { runAttached } from "./run";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** npm scripts; each counts as one test. */
const checks = ["typecheck", "lint", "format:check"];

/** `npm test`: everything CI checks, ending with the line `N passed, N failed`. `npm test -- unit` stops after the unit tests. */
runCommand(async () => {
  mkdirSync(stateDir, { recursive: true });
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) {
    const code = await runAttached("npm", ["run", "--silent", check], process.env, projectRoot);
    console.log(`${code === 0 ? "✔" : "✖"} ${check}`);
    total[code === 0 ? "passed" : "failed"]++;
  }
  const unitOnly = process.argv[2] === "unit";
  // The registry's own tests are unit tests that need its program.
  if (!unitOnly) await prepareMachine();
  for (const project of unitOnly ? ["unit"] : ["unit", "integration"]) add(total, await jest(project));
  if (total.skipped > 0) console.log(`${total.skipped} skipped, each for the reason in its name or above`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
});

async function jest(project: string): Promise<Count> {
  const report = path.join(stateDir, `jest-${project}.json`);
  rmSync(report, { force: true });
  const output = ["--json", "--outputFile", report, "--silent=false"];
  // Jest itself would leave a core of two idle; an integration test starts a cloud and an engine: more at once wait for each other.
  const args = ["--selectProjects", project, "--maxWorkers=2", ...output];
  const env = { ...process.env, REGISTRY_BINARY: goToolPath(goTools.registry) };
  await runAttached(path.join("node_modules", ".bin", "jest"), args, env, projectRoot);
  // Without a report jest itself has failed, and has said why.
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
  return {
    passed: result.numPassedTests ?? 0,
    failed: (result.numFailedTests ?? 0) + (result.numRuntimeErrorTestSuites ?? 0),
    skipped: result.numPendingTests ?? 0,
  };
}

function add(total: Count, more: Count): void {
  for (const key of ["passed", "failed", "skipped"] as const) total[key] += more[key];
}
