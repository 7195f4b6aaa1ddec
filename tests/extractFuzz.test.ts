import { spawn } from "node:child_process";
import { join } from "node:path";

/** Broken images, in a process with little memory. FUZZ_SECONDS makes it longer, FUZZ_SEED begins with a certain one. */

const seconds = Number(process.env.FUZZ_SECONDS ?? 8);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const checkout = join(__dirname, "..");
jest.setTimeout((seconds + 120) * 1000);

test("broken images end in one clear error, beside nothing, in little memory", async () => {
  const fuzz = join(__dirname, "fuzzExtraction.ts");
  const program = ["--max-old-space-size=96", "--require", join(checkout, "loader.cjs"), fuzz];
  const child = spawn(process.execPath, [...program, String(seed), String(seconds)], { cwd: checkout });
  // A loop without end cannot be stopped from within.
  const watch = setTimeout(() => child.kill("SIGKILL"), (seconds + 60) * 1000);
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-1000)));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(watch);
  const last = output.trim().split("\n").at(-1) ?? "";
  if (code !== 0) throw new Error(`Seed ${last} (FUZZ_SEED=${last} FUZZ_SECONDS=0 repeats it): ${errors}`);
  const { runs, megabytes } = JSON.parse(last) as { runs: number; megabytes: number };
  expect(runs).toBeGreaterThan(seconds === 0 ? 0 : 20);
  expect(megabytes).toBeLessThan(350);
});
