import {
  type PolicyResource,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import type { CheckedResource, ResourceRule, StackConfiguration, StackRule } from "./rule";

/** @param configuration answers the stack's, once the engine has told it */
export function resourcePolicy<Settings extends object>(
  rule: ResourceRule<Settings>,
  configuration: () => StackConfiguration,
): ResourceValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    configSchema: rule.schema,
    validateResource: (args, report) => {
      for (const problem of whereKnown(() =>
        rule.problems(checked(args), args.getConfig<Settings>(), configuration()),
      )) {
        report(problem);
      }
    },
  };
}

export function stackPolicy<Settings extends object>(rule: StackRule<Settings>): StackValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    configSchema: rule.schema,
    validateStack: (args, report) => {
      for (const problem of whereKnown(() =>
        rule.problems(args.resources.map(checked), args.getConfig<Settings>()),
      )) {
        report(problem);
      }
    },
  };
}

/** What a preview cannot know is checked by the update, before the resource is made. */
function whereKnown(problems: () => string[]): string[] {
  try {
    return problems();
  } catch (error) {
    if (error instanceof UnknownValueError) return [];
    throw error;
  }
}

function checked({
  type,
  name,
  props,
  opts,
  urn,
}: Pick<PolicyResource, "type" | "name" | "props" | "opts" | "urn">): CheckedResource {
  // urn:pulumi:STACK::PROJECT::TYPE::NAME
  const [stack = "", project = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  return { type, name, props, protect: opts.protect, project, stack };
}
