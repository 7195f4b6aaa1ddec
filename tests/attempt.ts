import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExtractError } from "../extract/errors";
import { extractSource, type ExtractOptions } from "../extract/extractSource";
import { writeDirectory } from "../extract/results/writeDirectory";
import { type Listing, listing } from "./listing";

export interface Outcome {
  /** Every path below the extracted directory with its content, a link's target after an arrow, a directory's slash. */
  files?: Record<string, string>;
  /** The error's message. */
  error?: string;
  warnings: string[];
}

/**
 * Extracts into a folder beside others and fails when anything beside the target changes, when a failure leaves something, or when
 * the error is not one clear sentence. Test support.
 */
export async function attempt(image: string, options: ExtractOptions = {}): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "attempt-"));
  const out = join(folder, "beside", "out");
  mkdirSync(join(folder, "beside", "other"), { recursive: true });
  const registry = { retryDelay: () => 0, findCredential: () => Promise.resolve({}) };
  const before = withoutTimes(listing(folder));
  try {
    let outcome: Outcome;
    try {
      const extraction = await extractSource(image, { registry, ...options });
      try {
        await writeDirectory(extraction, out);
      } finally {
        await extraction.close();
      }
      outcome = { files: filesOf(listing(out)), warnings: extraction.warnings };
      rmSync(out, { recursive: true });
    } catch (error) {
      if (!(error instanceof ExtractError)) throw error;
      outcome = { error: error.message, warnings: [] };
      expect(error.message).toMatch(/^[^\n]{10,1000}\.$/);
    }
    expect(withoutTimes(listing(folder))).toEqual(before);
    return outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withoutTimes(found: Listing): string[] {
  return [...found].map(([path, { mode, content }]) => `${path} ${mode} ${content}`);
}

function filesOf(found: Listing): Record<string, string> {
  found.delete("");
  return Object.fromEntries(
    [...found].map(([path, { mode, content }]) => {
      if (mode.startsWith("120")) return [path, `-> ${content}`];
      return mode.startsWith("4") ? [`${path}/`, mode.slice(-4)] : [path, content];
    }),
  );
}
