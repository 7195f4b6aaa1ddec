/** Checks inputs against a row, as the official plugin does before anything is touched. */
import { isObject, Unknown, type Properties, type Value } from "../shared/values";
import type { CheckRequest, CheckResult, Failure } from "../shared/plugin";
import { useOfficialPlugin } from "./endpoints";
import type { ResourceRow } from "./row";
import type { Fields, Shape } from "./shape";

/** Bookkeeping of the official plugin in the inputs: which of them were made up. */
const DEFAULTS = "__defaults";

export function checkResource(
  row: ResourceRow,
  request: Pick<CheckRequest, "olds" | "news" | "name" | "autoname" | "randomSeed">,
): CheckResult {
  const inputs = row.autoname ? named(request) : { ...request.news };
  return { inputs, failures: checkFields(row.inputs, inputs, row.noun) };
}

export const nameWasMadeUp = (inputs: Properties): boolean => {
  const defaults = inputs[DEFAULTS];
  return Array.isArray(defaults) && defaults.includes("name");
};

export function checkFields(fields: Fields, values: Properties, noun: string, path = ""): Failure[] {
  const failures: Failure[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name];
    const property = path ? `${path}.${name}` : name;
    if (value === undefined || value === null) {
      if (field.required)
        failures.push({ property, reason: `missing required property "${property}" of the ${noun}` });
    } else if (field.refused) {
      failures.push({ property, reason: `"${property}" is not served here. ${useOfficialPlugin}` });
    } else {
      failures.push(...checkValue(field.shape, value, noun, property));
    }
  }
  for (const name of Object.keys(values)) {
    if (name in fields || name === DEFAULTS) continue;
    const property = path ? `${path}.${name}` : name;
    failures.push({
      property,
      reason: `"${property}" is not a property of the ${noun}; it has ${Object.keys(fields).sort().join(", ")}`,
    });
  }
  return failures;
}

function checkValue(shape: Shape, value: Value, noun: string, property: string): Failure[] {
  if (value instanceof Unknown) return [];
  const wrong = (expected: string): Failure[] => [
    { property, reason: `"${property}" of the ${noun} must be ${expected}` },
  ];
  switch (shape.kind) {
    case "text":
    case "time":
      return typeof value === "string" ? [] : wrong("text");
    case "flag":
      return typeof value === "boolean" ? [] : wrong("true or false");
    case "whole":
      return Number.isSafeInteger(value) ? [] : wrong("a whole number");
    case "wholeText":
      return typeof value === "string" && /^\d+$/.test(value)
        ? []
        : wrong('a whole number as text, such as "256"');
    case "textMap":
    case "definedTags":
      return checkMap(value, shape.kind === "definedTags", wrong);
    case "object":
      return isObject(value) ? checkFields(shape.fields, value, noun, property) : wrong("an object");
    case "single":
    case "list": {
      if (!Array.isArray(value)) return wrong("a list");
      const item: Shape = shape.kind === "list" ? shape.item : { kind: "object", fields: shape.fields };
      return value.flatMap((entry, at) => checkValue(item, entry, noun, `${property}[${at}]`));
    }
  }
}

function checkMap(value: Value, asTags: boolean, wrong: (expected: string) => Failure[]): Failure[] {
  if (
    !isObject(value) ||
    !Object.values(value).every((item) => typeof item === "string" || item instanceof Unknown)
  ) {
    return wrong("a map of text to text");
  }
  const names = Object.keys(value);
  return asTags && names.some((name) => name.split(".").length !== 2)
    ? wrong('a map of "namespace.key" to text')
    : [];
}

/** Automatic naming: the logical name and seven random digits, kept for the resource's life. */
function named({ olds, news, name, autoname, randomSeed }: Parameters<typeof checkResource>[1]): Properties {
  if (news.name !== undefined && news.name !== null) return { ...news };
  const kept = olds && nameWasMadeUp(olds) ? olds.name : undefined;
  if (kept !== undefined) return { ...news, name: kept, [DEFAULTS]: ["name"] };
  if (autoname?.mode === "disable") return { ...news };
  const digits = Buffer.from(randomSeed).toString("hex").slice(0, 7).padEnd(7, "0");
  const proposed = autoname?.name === undefined || autoname.name === "" ? `${name}-${digits}` : autoname.name;
  return { ...news, name: proposed, [DEFAULTS]: ["name"] };
}
