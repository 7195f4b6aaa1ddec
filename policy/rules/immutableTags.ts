import { called, type ResourceRule } from "../rule";

export interface ImmutableTagsSettings {
  /** Stacks that need them. */
  stacks: string[];
}

export const immutableTags: ResourceRule<ImmutableTagsSettings> = {
  name: "immutable-tags",
  description: "In production nobody can put another image under a published tag.",
  schema: { properties: { stacks: { type: "array", items: { type: "string" }, default: ["prod"] } } },
  problems(resource, { stacks }) {
    const { type, stack, project, props } = resource;
    if (type !== "oci:Artifacts/containerRepository:ContainerRepository" || !stacks.includes(stack))
      return [];
    return props.isImmutable === true
      ? []
      : [
          `${called(resource)} lets its tags be overwritten: type \`pulumi config set ${project}:immutableTags true -s ${stack}\`.`,
        ];
  },
};
