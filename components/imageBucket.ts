import * as identity from "@pulumi/oci/identity";
import * as objectstorage from "@pulumi/oci/objectstorage";
import * as pulumi from "@pulumi/pulumi";
import { placeOf } from "../formats/policyPlace";
import { ValidatedComponent } from "./validatedComponent";

export interface ImageBucketArgs {
  /** OCID of the compartment that it is made in. */
  compartmentId: pulumi.Input<string>;
  /** The tenancy's Object Storage namespace. */
  namespace: pulumi.Input<string>;
  /** Name in OCI, unique in the namespace and region: 1 to 256 letters, digits, `.`, `_` and `-`. */
  bucketName: string;
  /** Keep what is overwritten or deleted. Default false. */
  versioning?: boolean;
  /** Delete what has become old. Default: nothing is. */
  expiry?: BucketExpiry;
  /** Refuse to destroy or replace it. Default true. A bucket with objects is not deleted either way. */
  protectData?: boolean;
  /** Freeform tags. Default none. */
  freeformTags?: Record<string, string>;
}

/** When a bucket's objects are deleted, and what lets OCI's Object Storage do that. */
export interface BucketExpiry {
  /** Age in days at which an object is deleted: a whole number from 1 to 36500. */
  days: number;
  /** The bucket's region, such as `sa-saopaulo-1`: each region's Object Storage has a name of its own. */
  region: pulumi.Input<string>;
  /**
   * Make the policy that lets Object Storage delete in this bucket. Default true. False where who runs this may not manage policies,
   * or where an administrator has given that access.
   */
  servicePolicy?: boolean;
  /** Provider of the tenancy's home region, where policies are made. Default: the component's. */
  homeRegion?: pulumi.ProviderResource;
}

/** The bucket for users' pictures: private, in the Standard tier. */
export class ImageBucket extends ValidatedComponent {
  /** Name in OCI, known once the bucket is there. */
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: ImageBucketArgs, options?: pulumi.ComponentResourceOptions) {
    super("ImageBucket", name, bucketProblems(args), options);
    const bucket = new objectstorage.Bucket(
      name,
      {
        compartmentId: args.compartmentId,
        namespace: args.namespace,
        name: args.bucketName,
        accessType: "NoPublicAccess",
        storageTier: "Standard",
        versioning: args.versioning ? "Enabled" : "Disabled",
        freeformTags: args.freeformTags,
      },
      { parent: this, protect: args.protectData ?? true },
    );
    this.bucketName = bucket.name;
    if (args.expiry !== undefined) this.expire(name, args, args.expiry);
    this.registerOutputs({ bucketName: this.bucketName });
  }

  private expire(name: string, args: ImageBucketArgs, expiry: BucketExpiry): void {
    const policies = (expiry.servicePolicy ?? true) ? [this.policy(name, args, expiry)] : [];
    new objectstorage.ObjectLifecyclePolicy(
      `${name}-expiry`,
      {
        namespace: args.namespace,
        bucket: this.bucketName,
        rules: [
          {
            name: "delete-rule",
            target: "objects",
            action: "DELETE",
            timeAmount: String(expiry.days),
            timeUnit: "DAYS",
            isEnabled: true,
          },
        ],
      },
      // A rule is refused where the service may not follow it.
      { parent: this, dependsOn: policies },
    );
  }

  private policy(
    name: string,
    { compartmentId, freeformTags }: ImageBucketArgs,
    { region, homeRegion }: BucketExpiry,
  ): identity.Policy {
    return new identity.Policy(
      `${name}-expiry-policy`,
      {
        compartmentId,
        // Unique in the tenancy.
        name: `${pulumi.getProject()}-${pulumi.getStack()}-${name}-expiry`,
        description: "Lets Object Storage delete what has become old in a bucket",
        statements: pulumi
          .all([region, compartmentId, this.bucketName])
          .apply((known) => [expiryStatement(...known)]),
        freeformTags,
      },
      { parent: this, provider: homeRegion, deleteBeforeReplace: true },
    );
  }
}

const MOST_DAYS = 36500;

function bucketProblems({ bucketName, expiry }: ImageBucketArgs): string[] {
  const problems: string[] = [];
  if (!/^[A-Za-z0-9._-]{1,256}$/.test(bucketName)) {
    problems.push(`bucketName "${bucketName}" is not 1 to 256 letters, digits, ".", "_" and "-"`);
  }
  if (expiry && !(Number.isInteger(expiry.days) && expiry.days >= 1 && expiry.days <= MOST_DAYS)) {
    problems.push(`expiry.days is ${expiry.days}; give a whole number from 1 to ${MOST_DAYS}`);
  }
  return problems;
}

/** What Oracle's documentation asks for, in one bucket. */
function expiryStatement(region: string, compartmentId: string, bucketName: string): string {
  const place = placeOf(compartmentId);
  return `Allow service objectstorage-${region} to manage object-family in ${place} where target.bucket.name = '${bucketName}'`;
}
