import * as local from "@pulumi/command/local";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  readScanReport,
  SCANNERS,
  type ScannerName,
  type ScanReport,
  SEVERITIES,
  type Severity,
} from "../formats/scanReport";
import { shellWord } from "./command";
import { ValidatedComponent } from "./validatedComponent";

/** What is scanned for, and what stops a push. */
export interface ImageGateSettings {
  /** Vulnerabilities of these stop the push; in capitals. Default `CRITICAL`. */
  severities?: readonly Severity[];
  /** Where no scanner is on PATH: fail. Default false, a warning. */
  required?: boolean;
  /** Let pass what has no fix yet. Default false. */
  ignoreUnfixed?: boolean;
  /** Default: trivy, and where that is not on PATH, grype. */
  scanner?: ScannerName;
  /** Any text, such as the day; another one scans again, since what is known of an unchanged image changes. Default none. */
  rescan?: string;
}

export interface ImageGateArgs extends ImageGateSettings {
  /** The image's name in the local engine: the one that it is then pushed under. */
  imageName: pulumi.Input<string>;
  /** How it is built: as the image that is then pushed, whose build finds all layers made. */
  build: docker.types.input.DockerBuild;
}

/**
 * Builds an image and scans it, and fails when it must not be pushed. What pushes it depends on this component. Nothing runs in a
 * preview, nor while the image and the settings stay the same.
 */
export class ImageGate extends ValidatedComponent {
  /** What was found. */
  readonly report: pulumi.Output<ScanReport>;

  constructor(name: string, args: ImageGateArgs, options?: pulumi.ComponentResourceOptions) {
    super("ImageGate", name, gateProblems(args), options);
    const { imageName, build, rescan = "" } = args;
    const built = new docker.Image(`${name}-built`, { imageName, build, skipPush: true }, { parent: this });
    const command = new local.Command(
      `${name}-scan`,
      {
        create: pulumi.interpolate`node dist/publish.js scan ${built.imageName.apply(shellWord)}${gateOptions(args)}`,
        // Of an image that is not pushed this is the ID: the hash of its content.
        triggers: [built.repoDigest, rescan],
        logging: "stderr",
        addPreviousOutputInEnv: false,
      },
      { parent: this },
    );
    this.report = command.stdout.apply((stdout) => this.read(stdout));
    this.registerOutputs({ report: this.report });
  }

  private read(stdout: string): ScanReport {
    const report = readScanReport(stdout);
    if (report === undefined) throw this.failure(["the scan printed no report"]);
    if (report.scanner === "none") {
      void pulumi.log.warn(
        `${report.image} was not scanned before its push: neither trivy nor grype was on PATH. Install one and change ` +
          "imageGate.rescan, or set imageGate.required.",
        this,
      );
    }
    return report;
  }
}

function gateOptions({
  severities = ["CRITICAL"],
  ignoreUnfixed,
  required,
  scanner,
}: ImageGateSettings): string {
  return [
    ` --severities ${severities.join(",")}`,
    ignoreUnfixed === true ? " --ignore-unfixed" : "",
    required === true ? " --required" : "",
    scanner === undefined ? "" : ` --scanner ${scanner}`,
  ].join("");
}

function gateProblems({ severities, scanner }: ImageGateArgs): string[] {
  const unknown = severities?.filter((each) => !SEVERITIES.includes(each)) ?? [];
  return [
    ...(severities?.length === 0 ? ["severities is empty; name at least one, or leave the gate out"] : []),
    ...unknown.map((each) => `severities "${each as string}" is none of ${SEVERITIES.join(", ")}`),
    ...(scanner === undefined || SCANNERS.includes(scanner)
      ? []
      : [`scanner "${scanner as string}" is neither ${SCANNERS.join(" nor ")}`]),
  ];
}
