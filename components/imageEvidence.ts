import type * as local from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { AttachedBill } from "../formats/attachedBill";
import { readAttachedBill } from "../formats/attachedBill";
import { type CommandLogin, publishStep, shellWord } from "./command";
import { ValidatedComponent } from "./validatedComponent";

export interface ImageEvidenceArgs extends CommandLogin {
  /** The pushed image, `repository@digest`. */
  uri: pulumi.Input<string>;
  /** The image's name, as its bill of materials tells it. */
  imageName: string;
  /** The image's version, as its bill of materials tells it. */
  version: string;
  /**
   * A package-lock.json, relative to the project: what it installs for production becomes the bill of materials. Default: no bill.
   */
  lockfile?: string;
  /**
   * Sign the image with the cosign on PATH. Default: no signature. `key` is a key's file or its address in a key service, never the key
   * itself; without one cosign signs with an identity token, and tells its public log of it.
   */
  signing?: { key?: string };
}

/** What a pushed image is accompanied by in its registry: a bill of materials that refers to it, and a signature. */
export class ImageEvidence extends ValidatedComponent {
  /** Undefined without a lockfile. */
  readonly bill: pulumi.Output<AttachedBill> | undefined;
  /** The image's signed digest reference; undefined where it is not signed. */
  readonly signed: pulumi.Output<string> | undefined;

  constructor(name: string, args: ImageEvidenceArgs, options?: pulumi.ComponentResourceOptions) {
    super("ImageEvidence", name, evidenceProblems(args), options);
    const { lockfile, signing } = args;
    const attached = lockfile === undefined ? undefined : this.attach(name, lockfile, args);
    this.bill = attached?.stdout.apply((stdout) => this.read(stdout));
    if (signing !== undefined) {
      const key = signing.key === undefined ? "" : ` --key ${shellWord(signing.key)}`;
      // One after the other: both may add to the same list of what refers to the image.
      const signature = publishStep(
        `${name}-signature`,
        `sign`,
        { ...args, options: key },
        { parent: this, dependsOn: attached },
      );
      this.signed = pulumi.all([args.uri, signature.id]).apply(([uri]) => uri);
    }
    this.registerOutputs({ bill: this.bill, signed: this.signed });
  }

  private attach(name: string, lockfile: string, args: ImageEvidenceArgs): local.Command {
    const { imageName, version } = args;
    const given = ` --lockfile ${shellWord(lockfile)} --name ${shellWord(imageName)} --image-version ${shellWord(version)}`;
    const hash = createHash("sha256").update(readFileSync(lockfile)).digest("hex");
    return publishStep(
      `${name}-sbom`,
      "sbom",
      { ...args, options: given, triggers: [hash] },
      { parent: this },
    );
  }

  private read(stdout: string): AttachedBill {
    const bill = readAttachedBill(stdout);
    if (bill === undefined)
      throw this.failure(["no bill of materials was attached, and no reason was given"]);
    if (!bill.attached) {
      void pulumi.log.warn(`The image goes without its bill of materials: ${bill.reason}`, this);
    }
    return bill;
  }
}

function evidenceProblems({ lockfile, signing }: ImageEvidenceArgs): string[] {
  return [
    ...(lockfile === undefined || existsSync(lockfile)
      ? []
      : [`there is no lockfile at ${lockfile}; give its place in lockfile, or leave it out`]),
    ...(signing?.key?.includes("PRIVATE KEY") === true
      ? ["signing.key is a private key; give its file or its address in a key service"]
      : []),
  ];
}
