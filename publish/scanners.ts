import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { EngineAddressError } from "../local/docker/engineAddress";
import { withEngine } from "../local/docker/engineForPrograms";
import { SEVERITIES, type ScannerName, type Severity, type Vulnerability } from "../formats/scanReport";
import { PublishError } from "./errors";
import { runProgram } from "./programs";

interface Scanner {
  /** For an image that is in the local engine; the report goes into a file, since it may have many megabytes. */
  readonly args: (image: string, report: string) => string[];
  readonly read: (document: unknown) => Vulnerability[];
}

const text = z
  .string()
  .max(10_000)
  .transform((value) => value.slice(0, 200));

/** `trivy image --format json`, schema version 2. A target without findings has no `Vulnerabilities`, or null. */
const trivyReport = z.object({
  SchemaVersion: z.literal(2),
  Results: z
    .array(
      z.object({
        Vulnerabilities: z
          .array(
            z.object({
              VulnerabilityID: text,
              PkgName: text,
              InstalledVersion: text.default(""),
              FixedVersion: text.optional(),
              Severity: z.string().optional(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

/** `grype --output json`. A state other than `fixed` (`not-fixed`, `wont-fix`, `unknown`) means that there is no fix. */
const grypeReport = z.object({
  matches: z.array(
    z.object({
      vulnerability: z.object({
        id: text,
        severity: z.string().optional(),
        fix: z.object({ state: z.string().optional(), versions: z.array(text).nullish() }).optional(),
      }),
      artifact: z.object({ name: text, version: text.default("") }),
    }),
  ),
});

const scanners: Record<ScannerName, Scanner> = {
  trivy: {
    // Only what was built here: never an image of the same name from its registry.
    args: (image, report) => [
      ...["image", "--image-src", "docker", "--scanners", "vuln", "--exit-code", "0"],
      ...["--format", "json", "--output", report, "--quiet", image],
    ],
    read: (document) =>
      (trivyReport.parse(document).Results ?? []).flatMap(({ Vulnerabilities }) =>
        (Vulnerabilities ?? []).map((found) => ({
          id: found.VulnerabilityID,
          severity: severityOf(found.Severity),
          package: found.PkgName,
          installed: found.InstalledVersion,
          ...(found.FixedVersion && { fixed: found.FixedVersion }),
        })),
      ),
  },
  grype: {
    args: (image, report) => [`docker:${image}`, "--output", "json", "--file", report, "--quiet"],
    read: (document) =>
      grypeReport.parse(document).matches.map(({ vulnerability: { id, severity, fix }, artifact }) => {
        const fixed = fix?.state === "fixed" ? (fix.versions ?? []).join(", ") : "";
        const { name, version } = artifact;
        return {
          id,
          severity: severityOf(severity),
          package: name,
          installed: version,
          ...(fixed && { fixed }),
        };
      }),
  },
};

/**
 * What the scanner finds in an image of the local engine.
 * @throws PublishError when it fails, or its report is not understood
 */
export async function scan(
  { name, path }: { name: ScannerName; path: string },
  image: string,
  environment: NodeJS.ProcessEnv,
): Promise<Vulnerability[]> {
  const folder = await mkdtemp(join(tmpdir(), "image-scan-"));
  try {
    const report = join(folder, "report.json");
    await withEngine(environment, (found) => runProgram(path, scanners[name].args(image, report), found));
    return scanners[name].read(JSON.parse(await readFile(report, "utf8")));
  } catch (error) {
    if (error instanceof EngineAddressError) throw error;
    if (error instanceof PublishError) throw new PublishError(`${image} cannot be scanned: ${error.message}`);
    const reason =
      error instanceof z.ZodError ? z.prettifyError(error).split("\n")[0] : (error as Error).message;
    throw new PublishError(
      `The report of ${path} about ${image} is not understood (${reason ?? ""}); use a current version of ${name}.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function severityOf(given: string | undefined): Severity {
  const upper = given?.toUpperCase();
  return SEVERITIES.find((severity) => severity === upper) ?? "UNKNOWN";
}
