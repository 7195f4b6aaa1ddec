import { z } from "zod";

/** As trivy and grype call them, the worst first. */
export const SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "NEGLIGIBLE", "UNKNOWN"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const SCANNERS = ["trivy", "grype"] as const;
export type ScannerName = (typeof SCANNERS)[number];

/** How many vulnerabilities a report lists; it counts all. The report is in the state and in the stack's outputs. */
export const MOST_LISTED = 50;

const severity = z.enum(SEVERITIES);

const vulnerabilitySchema = z.object({
  /** `CVE-…`, `GHSA-…`, … */
  id: z.string(),
  severity,
  package: z.string(),
  installed: z.string(),
  /** The version that mends it; absent where there is none yet. */
  fixed: z.string().optional(),
});

const reportSchema = z.object({
  /** `none`: the image went through unscanned. */
  scanner: z.enum([...SCANNERS, "none"]),
  image: z.string(),
  /** Of the severities that there are any of. */
  counts: z.partialRecord(severity, z.number()),
  /** How many are of a severity that stops a push; 0 in every report of an image that went through. */
  blocking: z.number(),
  /** The worst, at most 50. */
  vulnerabilities: z.array(vulnerabilitySchema),
  /** How many are counted and not listed. */
  omitted: z.number(),
});

export type Vulnerability = z.output<typeof vulnerabilitySchema>;
export type ScanReport = z.output<typeof reportSchema>;

/** Reads what the gate printed; undefined where that is no report. */
export function readScanReport(json: string): ScanReport | undefined {
  try {
    return reportSchema.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
