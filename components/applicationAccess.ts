import * as identity from "@pulumi/oci/identity";
import * as pulumi from "@pulumi/pulumi";
import { isTenancy, placeOf } from "../formats/policyPlace";
import { ValidatedComponent } from "./validatedComponent";

export interface ApplicationAccessArgs {
  /** OCID of the tenancy, where OCI keeps groups. */
  tenancyId: pulumi.Input<string>;
  /** OCID of the application's compartment. No statement reaches beyond it, so the tenancy is refused. */
  compartmentId: pulumi.Input<string>;
  /**
   * What the names begin with: `PREFIX-maintainers`, `PREFIX-dyngrp` and `PREFIX-policies`, each unique in the tenancy:
   * 1 to 80 letters, digits, `.`, `_` and `-`.
   */
  prefix: string;
  /** Names of the application's tables. Default none. */
  tables?: readonly string[];
  /** Names of the application's buckets. Default none. */
  buckets?: readonly pulumi.Input<string>[];
  /** Name of a bucket whose objects are deleted by its age rule. Default none. */
  expiringBucket?: pulumi.Input<string>;
  /** OCID of the log group that the application writes to. Default none. */
  logGroupId?: pulumi.Input<string>;
  /** Whether the images in the compartment's repositories are scanned. Default true. */
  vulnerabilityScanning?: boolean;
  /** Freeform tags. Default none. */
  freeformTags?: Record<string, string>;
}

/**
 * Who may do what in an application's compartment: a group of those who keep its resources, and a dynamic group of the instances,
 * container instances and functions that the application runs on. Policies, compartments and groups stay the administrators'.
 * OCI takes identity writes in the tenancy's home region only: give a provider for it in `options`.
 */
export class ApplicationAccess extends ValidatedComponent {
  /** Name of the group. */
  readonly group: pulumi.Output<string>;
  /** Name of the dynamic group. */
  readonly dynamicGroup: pulumi.Output<string>;

  constructor(name: string, args: ApplicationAccessArgs, options?: pulumi.ComponentResourceOptions) {
    super("ApplicationAccess", name, accessProblems(args), options);
    const { tenancyId, prefix, freeformTags } = args;
    const compartmentId = pulumi.output(args.compartmentId).apply((id) => {
      if (isTenancy(id)) throw this.failure([TENANCY_REFUSED]);
      return id;
    });
    const inTenancy = { compartmentId: tenancyId, freeformTags };
    const child = { parent: this, deleteBeforeReplace: true };
    const group = new identity.Group(
      `${name}-maintainers`,
      { ...inTenancy, name: `${prefix}-maintainers`, description: `Keep the resources of ${prefix}` },
      child,
    );
    const dynamicGroup = new identity.DynamicGroup(
      `${name}-dyngrp`,
      {
        ...inTenancy,
        name: `${prefix}-dyngrp`,
        description: `What ${prefix} runs on`,
        matchingRule: compartmentId.apply(matchingRule),
      },
      child,
    );
    const { tables = [], buckets = [], expiringBucket, logGroupId, vulnerabilityScanning = true } = args;
    new identity.Policy(
      `${name}-policies`,
      {
        compartmentId,
        name: `${prefix}-policies`,
        description: `What maintainers and running instances of ${prefix} may do in its compartment`,
        statements: pulumi
          .output({
            group: group.name,
            dynamicGroup: dynamicGroup.name,
            place: compartmentId.apply(placeOf),
            tables,
            buckets,
            expiringBucket,
            logGroupId,
            vulnerabilityScanning,
          })
          .apply((known) => [...maintainersStatements(known), ...runtimeStatements(known)]),
        freeformTags,
      },
      child,
    );
    this.group = group.name;
    this.dynamicGroup = dynamicGroup.name;
    this.registerOutputs({ group: this.group, dynamicGroup: this.dynamicGroup });
  }
}

/** What statements are made of. */
interface Access {
  group: string;
  dynamicGroup: string;
  place: string;
  tables: readonly string[];
  buckets: readonly string[];
  expiringBucket?: string;
  logGroupId?: string;
  vulnerabilityScanning: boolean;
}

const TENANCY_REFUSED = "compartmentId is the tenancy; give a compartment's OCID";

function accessProblems({ prefix, compartmentId }: ApplicationAccessArgs): string[] {
  const problems: string[] = [];
  if (!/^[A-Za-z0-9._-]{1,80}$/.test(prefix)) {
    problems.push(`prefix "${prefix}" is not 1 to 80 letters, digits, ".", "_" and "-"`);
  }
  if (typeof compartmentId === "string" && isTenancy(compartmentId)) problems.push(TENANCY_REFUSED);
  return problems;
}

function matchingRule(compartmentId: string): string {
  const managed = ["computecontainerinstance", "fnfunc"].map(
    (type) => `All {resource.type = '${type}', resource.compartment.id = '${compartmentId}'}`,
  );
  return `Any {instance.compartment.id = '${compartmentId}', ${managed.join(", ")}}`;
}

/** For updates of what the stack has made, not for its first one. */
function maintainersStatements(access: Access): string[] {
  const { group, place, tables, buckets, expiringBucket, logGroupId, vulnerabilityScanning } = access;
  const uses = [
    "inspect compartments",
    "inspect policies",
    "manage repos",
    ...(buckets.length > 0 ? ["manage buckets"] : []),
    ...(tables.length > 0 ? ["manage nosql-tables", "manage nosql-indexes"] : []),
    ...(logGroupId === undefined ? [] : ["manage log-groups"]),
    ...(vulnerabilityScanning
      ? ["manage container-scan-recipes", "manage container-scan-targets", "read vss-work-requests"]
      : []),
  ];
  const statements = uses.map((use) => `Allow group ${group} to ${use} in ${place}`);
  if (expiringBucket === undefined) return statements;
  // Who sets a rule that deletes must be able to delete, too.
  const permissions = anyOf("request.permission", ["OBJECT_CREATE", "OBJECT_DELETE"]);
  const where = `all {${anyOf("target.bucket.name", [expiringBucket])}, ${permissions}}`;
  return [...statements, `Allow group ${group} to manage objects in ${place} where ${where}`];
}

function runtimeStatements({ dynamicGroup, place, tables, buckets, logGroupId }: Access): string[] {
  const allow = (use: string, where?: string) =>
    `Allow dynamic-group ${dynamicGroup} to ${use} in ${place}${where === undefined ? "" : ` where ${where}`}`;
  return [
    allow("read repos"),
    ...(buckets.length > 0 ? [allow("manage objects", anyOf("target.bucket.name", buckets))] : []),
    // Only `manage` deletes a row, such as a session that ends.
    ...(tables.length > 0 ? [allow("manage nosql-rows", anyOf("target.nosql-table.name", tables))] : []),
    ...(logGroupId === undefined
      ? []
      : [allow("use log-content", anyOf("target.loggroup.id", [logGroupId]))]),
  ];
}

function anyOf(variable: string, values: readonly string[]): string {
  const conditions = values.map((value) => `${variable} = '${value}'`);
  return conditions.length === 1 ? (conditions[0] ?? "") : `any {${conditions.join(", ")}}`;
}
