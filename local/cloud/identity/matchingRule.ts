/** `instance.compartment.id = 'OCID'`, or a tag that is there. */
const condition = /[a-z][\w-]*(?:\.[\w-]+)+(?:\s*!?=\s*'[^']*')?/gi;
/** Conditions taken together, once each is written as `@`. */
const combination = /\b(?:any|all)\s*\{\s*@(?:\s*,\s*@)*\s*\}/gi;

/** Whether a dynamic group's rule is one condition, or `any` and `all` of several, within each other as deep as one likes. */
export function isMatchingRule(rule: string): boolean {
  let rest = rule.trim().replace(condition, "@");
  for (let before = ""; rest !== before;) {
    before = rest;
    rest = rest.replace(combination, "@");
  }
  return rest === "@";
}
