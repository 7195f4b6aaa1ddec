import type { CheckedResource, ResourceRule, StackRule } from "./rule";

/** A resource of stack `dev` for unit tests of the rules. */
export function resource(
  type: string,
  props: Record<string, unknown> = {},
  more: Partial<CheckedResource> = {},
): CheckedResource {
  return { type, name: "it", props, protect: true, project: "fotogal-motando", stack: "dev", ...more };
}

/** A rule's settings where no file says otherwise. */
export function defaultsOf<Settings extends object>(
  rule: ResourceRule<Settings> | StackRule<Settings>,
): Settings {
  const entries = Object.entries(rule.schema?.properties ?? {}).map(([name, { default: value }]) => [
    name,
    value as unknown,
  ]);
  return Object.fromEntries(entries) as Settings;
}

export const noConfiguration = { plain: {} };
