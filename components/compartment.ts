import * as identity from "@pulumi/oci/identity";
import * as pulumi from "@pulumi/pulumi";
import { ValidatedComponent } from "./validatedComponent";

export interface CompartmentArgs {
  /** Name in OCI, unique among its siblings: 1 to 100 letters, digits, `.`, `_` and `-`. */
  compartmentName: string;
  /** What the compartment is for: 1 to 400 characters. */
  description: string;
  /** OCID of the compartment, or tenancy, above it. */
  parentId: pulumi.Input<string>;
  /**
   * Whether a destroy deletes the compartment in OCI. Default: only if `protectData` is false. With false OCI's provider only
   * forgets it at destroy, and at creation adopts a sibling of the same name and overwrites its description and tags. With true a
   * destroy deletes it, once it is empty, and a name that is taken is an error.
   */
  enableDelete?: boolean;
  /** Refuse to destroy or replace it. Default true. */
  protectData?: boolean;
  /** Freeform tags. Default none. */
  freeformTags?: Record<string, string>;
}

/** A compartment. OCI takes identity writes in the tenancy's home region only: give a provider for it in `options`. */
export class Compartment extends ValidatedComponent {
  /** OCID. */
  readonly compartmentId: pulumi.Output<string>;

  constructor(name: string, args: CompartmentArgs, options?: pulumi.ComponentResourceOptions) {
    super("Compartment", name, compartmentProblems(args), options);
    const { protectData = true } = args;
    const compartment = new identity.Compartment(
      name,
      {
        name: args.compartmentName,
        description: args.description,
        compartmentId: args.parentId,
        // Left out where it is false, which is the same: a compartment that is imported has none.
        enableDelete: (args.enableDelete ?? !protectData) || undefined,
        freeformTags: args.freeformTags,
      },
      { parent: this, protect: protectData },
    );
    this.compartmentId = compartment.id;
    this.registerOutputs({ compartmentId: this.compartmentId });
  }
}

function compartmentProblems({ compartmentName, description }: CompartmentArgs): string[] {
  const problems: string[] = [];
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(compartmentName)) {
    problems.push(`compartmentName "${compartmentName}" is not 1 to 100 letters, digits, ".", "_" and "-"`);
  }
  if (description.length < 1 || description.length > 400) {
    problems.push(`description has ${description.length} characters; write 1 to 400`);
  }
  return problems;
}
