import {
  MOST_LISTED,
  SCANNERS,
  type ScannerName,
  type ScanReport,
  SEVERITIES,
  type Severity,
  type Vulnerability,
} from "../formats/scanReport";
import { alignColumns } from "../formats/table";
import { PublishError } from "./errors";
import { findProgram } from "./programs";
import { scan } from "./scanners";

export interface GateOptions {
  /** Those that stop the push. */
  severities: readonly Severity[];
  /** Vulnerabilities without a fix stop no push. */
  ignoreUnfixed: boolean;
  /** Without a scanner no push. */
  required: boolean;
  /** Default: the first that is on PATH. */
  scanner?: ScannerName;
}

const MOST_ROWS = 20;

/**
 * Scans an image of the local engine.
 * @param show where the table goes
 * @throws PublishError when the image must not be pushed, or the scanner fails
 */
export async function passGate(
  image: string,
  options: GateOptions,
  environment: NodeJS.ProcessEnv,
  show: (text: string) => unknown,
): Promise<ScanReport> {
  const wanted = options.scanner === undefined ? SCANNERS : [options.scanner];
  const scanner = findProgram(wanted, environment);
  if (scanner === undefined) {
    if (!options.required) {
      return { scanner: "none", image, counts: {}, blocking: 0, vulnerabilities: [], omitted: 0 };
    }
    throw new PublishError(
      `${image} is not pushed, since it cannot be scanned: ${wanted.join(" or ")} is not on PATH; install it, or set required to false.`,
    );
  }
  const found = worstFirst(await scan(scanner, image, environment));
  const blocking = found.filter((each) => blocks(each, options));
  const shown = blocking.length > 0 ? blocking : found;
  if (shown.length > 0) show(vulnerabilityTable(shown));
  if (blocking.length > 0) {
    throw new PublishError(
      `${image} is not pushed: ${scanner.name} found ${blocking.length} vulnerabilities of severity ` +
        `${options.severities.join(", ")}${options.ignoreUnfixed ? " that have a fix" : ""}; update what has them, or change ` +
        "the gate's severities or ignoreUnfixed.",
    );
  }
  const listed = found.slice(0, MOST_LISTED);
  return {
    scanner: scanner.name,
    image,
    counts: countsOf(found),
    blocking: 0,
    vulnerabilities: listed,
    omitted: found.length - listed.length,
  };
}

function blocks({ severity, fixed }: Vulnerability, { severities, ignoreUnfixed }: GateOptions): boolean {
  return severities.includes(severity) && (fixed !== undefined || !ignoreUnfixed);
}

/** Without those that several of an image's files have in common; in an order that depends on nothing else. */
function worstFirst(found: readonly Vulnerability[]): Vulnerability[] {
  const key = (each: Vulnerability) => [each.package, each.installed, each.id].join(" ");
  const unique = new Map(found.map((each) => [key(each), each]));
  return [...unique]
    .sort(([left, one], [right, other]) => {
      const worse = SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity);
      return worse || (left < right ? -1 : 1);
    })
    .map(([, each]) => each);
}

function countsOf(found: readonly Vulnerability[]): ScanReport["counts"] {
  const counts: ScanReport["counts"] = {};
  for (const { severity } of found) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}

function vulnerabilityTable(found: readonly Vulnerability[]): string {
  const rows = [
    ["SEVERITY", "VULNERABILITY", "PACKAGE", "INSTALLED", "FIXED IN"],
    ...found
      .slice(0, MOST_ROWS)
      .map((each) => [each.severity, each.id, each.package, each.installed, each.fixed ?? "-"]),
  ];
  const more = found.length - MOST_ROWS;
  return `${[...alignColumns(rows), ...(more > 0 ? [`… and ${more} more`] : [])].join("\n")}\n`;
}
