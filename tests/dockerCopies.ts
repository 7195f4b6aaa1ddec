import { execFileSync } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { extractSource, type ExtractOptions } from "../extract/extractSource";
import type { LayerReport } from "../extract/layers";
import { writeDirectory } from "../extract/writeDirectory";

/** Expects our extraction to equal what `docker create` and `docker cp` make of the image; resolves with what was read. */
export async function compareWithDocker(
  image: string,
  folder: string,
  options: ExtractOptions = {},
  path = "/function",
): Promise<LayerReport[]> {
  const expected = mkdtempSync(join(folder, "expected-"));
  const container = docker("create", image, "none").trim();
  docker("cp", `${container}:${path}`, join(expected, "out"));
  docker("rm", container);
  const actual = mkdtempSync(join(folder, "actual-"));
  const extraction = await extractSource(image, options);
  await writeDirectory(extraction, join(actual, "out"));
  await extraction.close();
  expect(listing(join(actual, "out"))).toEqual(listing(join(expected, "out")));
  return extraction.layers;
}

/** Runs the Docker CLI; its output. */
export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Names, kinds, modes, times in seconds and contents of everything below. */
function listing(root: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const path of ["", ...readdirSync(root, { recursive: true, encoding: "utf8" })].sort()) {
    const place = join(root, path);
    const { mode, mtimeMs } = lstatSync(place);
    const kind = mode & 0o170000;
    const content =
      kind === 0o120000
        ? readlinkSync(place)
        : kind === 0o100000
          ? readFileSync(place).toString("base64")
          : "";
    found[path] = { mode: mode.toString(8), time: Math.floor(mtimeMs / 1000), content };
  }
  return found;
}
