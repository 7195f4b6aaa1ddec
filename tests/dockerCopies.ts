import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Extraction, extractSource, type ExtractOptions } from "../extract/extractSource";
import type { LayerReport } from "../extract/layers/walkLayers";
import { writeDirectory } from "../extract/results/writeDirectory";
import { type Listing, listing } from "./listing";

/** Expects our extraction to equal what `docker create` and `docker cp` make of the image; resolves with what was read. */
export async function compareWithDocker(
  image: string,
  folder: string,
  options: ExtractOptions = {},
  path = "/function",
): Promise<LayerReport[]> {
  const { layers } = await extractAs(copiedByDocker(image, folder, path), image, folder, options);
  return layers;
}

/** What `docker create` and `docker cp` give of a path, behind symlinks too. */
export function copiedByDocker(image: string, folder: string, path: string): Listing {
  const expected = mkdtempSync(join(folder, "expected-"));
  const container = docker("create", image, "none").trim();
  docker("cp", "--follow-link", `${container}:${path}`, join(expected, "out"));
  docker("rm", "--volumes", container);
  return listing(join(expected, "out"));
}

/** Expects the extraction to give just this; resolves with it, its contents closed. */
export async function extractAs(
  expected: Listing,
  image: string,
  folder: string,
  options: ExtractOptions,
): Promise<Extraction> {
  const actual = mkdtempSync(join(folder, "actual-"));
  const extraction = await extractSource(image, options);
  await writeDirectory(extraction, join(actual, "out"));
  await extraction.close();
  expect(listing(join(actual, "out"))).toEqual(expected);
  return extraction;
}

/** Runs the Docker CLI; its output. */
export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
