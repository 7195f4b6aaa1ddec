import * as objectstorage from "@pulumi/oci/objectstorage";
import * as pulumi from "@pulumi/pulumi";
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
  /** Refuse to destroy or replace it. Default true. A bucket with objects is not deleted either way. */
  protectData?: boolean;
  /** Freeform tags. Default none. */
  freeformTags?: Record<string, string>;
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
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

function bucketProblems({ bucketName }: ImageBucketArgs): string[] {
  return /^[A-Za-z0-9._-]{1,256}$/.test(bucketName)
    ? []
    : [`bucketName "${bucketName}" is not 1 to 256 letters, digits, ".", "_" and "-"`];
}
