import { called, type ResourceRule } from "../rule";

export interface StackTagsSettings {
  /** Names of the freeform tags. */
  required: string[];
}

/** OCI lets these have no tags. */
const UNTAGGED = [
  "oci:Identity/authToken:AuthToken",
  "oci:Identity/userGroupMembership:UserGroupMembership",
  "oci:Nosql/index:Index",
  "oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy",
  "oci:ObjectStorage/storageObject:StorageObject",
];

export const stackTags: ResourceRule<StackTagsSettings> = {
  name: "stack-tags",
  description: "Everything in OCI tells by its tags whose it is.",
  schema: {
    properties: {
      required: { type: "array", items: { type: "string" }, default: ["environment", "project", "stack"] },
    },
  },
  problems(resource, { required }) {
    if (!resource.type.startsWith("oci:") || UNTAGGED.includes(resource.type)) return [];
    const tags = (resource.props.freeformTags ?? {}) as Partial<Record<string, unknown>>;
    const missing = required.filter((name) => tags[name] === undefined || tags[name] === "");
    return missing.length === 0
      ? []
      : [
          `${called(resource)} lacks ${missing.length === 1 ? "the tag" : "the tags"} ${missing.join(", ")}: pass the stack's tags on to it, freeformTags: settings.common.freeformTags in index.ts.`,
        ];
  },
};
