import * as logging from "@pulumi/oci/logging";
import * as pulumi from "@pulumi/pulumi";
import { ValidatedComponent } from "./validatedComponent";

export interface AppLogGroupArgs {
  /** OCID of the compartment that they are made in. */
  compartmentId: pulumi.Input<string>;
  /** Name of the log group, unique in the compartment: 1 to 256 characters, a letter or `_` first. */
  groupName: string;
  /** Name of the application's custom log, unique in the group; same rule. */
  logName: string;
  /** How long entries are kept, in days: 30, 60, 90, 120, 150 or 180. Default 30. */
  retentionDays?: number;
  /** Refuse to destroy or replace the log and its group. Default true. */
  protectData?: boolean;
  /** Freeform tags. Default none. */
  freeformTags?: Record<string, string>;
}

/** A log group with one custom log, which the application writes to. */
export class AppLogGroup extends ValidatedComponent {
  /** OCID. */
  readonly logGroupId: pulumi.Output<string>;
  /** OCID. */
  readonly logId: pulumi.Output<string>;

  constructor(name: string, args: AppLogGroupArgs, options?: pulumi.ComponentResourceOptions) {
    super("AppLogGroup", name, logProblems(args), options);
    const { freeformTags } = args;
    const childOptions = { parent: this, protect: args.protectData ?? true };
    const group = new logging.LogGroup(
      name,
      { compartmentId: args.compartmentId, displayName: args.groupName, freeformTags },
      childOptions,
    );
    const log = new logging.Log(
      `${name}-app`,
      {
        logGroupId: group.id,
        displayName: args.logName,
        logType: "CUSTOM",
        isEnabled: true,
        retentionDuration: args.retentionDays ?? 30,
        freeformTags,
      },
      childOptions,
    );
    this.logGroupId = group.id;
    this.logId = log.id;
    this.registerOutputs({ logGroupId: this.logGroupId, logId: this.logId });
  }
}

function logProblems({ groupName, logName, retentionDays = 30 }: AppLogGroupArgs): string[] {
  const problems = Object.entries({ groupName, logName })
    .filter(([, value]) => !/^[A-Za-z_].{0,255}$/.test(value))
    .map(([key, value]) => `${key} "${value}" is not 1 to 256 characters with a letter or "_" first`);
  if (![30, 60, 90, 120, 150, 180].includes(retentionDays)) {
    problems.push(`retentionDays is ${retentionDays}; give 30, 60, 90, 120, 150 or 180`);
  }
  return problems;
}
