import { differences } from "../shared/compare";
import type { CheckResult, DiffResult, Failure } from "../shared/plugin";
import { isObject, Unknown, type Properties, type Value } from "../shared/values";

const loggings = ["stdout", "stderr", "stdoutAndStderr", "none"];

const kinds = {
  text: { is: (value: Value) => typeof value === "string", name: "a text" },
  boolean: { is: (value: Value) => typeof value === "boolean", name: "true or false" },
  list: { is: (value: Value) => Array.isArray(value), name: "a list" },
  texts: { is: (value: Value) => Array.isArray(value) && value.every(isText), name: "a list of texts" },
  textByName: {
    is: (value: Value) => isObject(value) && Object.values(value).every(isText),
    name: "an object of names and texts",
  },
};

const inputKinds: Record<string, keyof typeof kinds> = {
  addPreviousOutputInEnv: "boolean",
  archivePaths: "texts",
  assetPaths: "texts",
  create: "text",
  delete: "text",
  dir: "text",
  environment: "textByName",
  interpreter: "texts",
  logging: "text",
  stdin: "text",
  triggers: "list",
  update: "text",
};

export const officialPlugin = "get the official one with `pulumi plugin install resource command 1.2.1`";

export function checkCommand(news: Properties): CheckResult {
  const inputs = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
  const failures = Object.entries(inputs).flatMap(([property, value]) => {
    const reason = problem(property, value);
    return reason === undefined ? [] : [{ property, reason } satisfies Failure];
  });
  return { inputs, failures };
}

/** A change of a trigger replaces, as in the official plugin (whatever its documentation says); any other updates. */
export function diffCommand(oldInputs: Properties, news: Properties): DiffResult {
  return {
    changes: differences(oldInputs, news).map((change) => ({
      ...change,
      replace: /^triggers(?![\w$])/.test(change.path),
    })),
  };
}

function problem(name: string, value: Value): string | undefined {
  const kind = inputKinds[name];
  if (kind === undefined)
    return `is no input of local.Command; there are ${Object.keys(inputKinds).join(", ")}`;
  if (name === "assetPaths" || name === "archivePaths") {
    return `is not served by the local command plugin: leave it out, or ${officialPlugin}`;
  }
  if (value instanceof Unknown) return undefined;
  if (!kinds[kind].is(value)) return `is not ${kinds[kind].name}`;
  if (name === "logging" && !loggings.includes(value as string)) {
    return `is "${value as string}": use ${loggings.join(", ")}`;
  }
  return undefined;
}

function isText(value: Value): boolean {
  return typeof value === "string" || value instanceof Unknown;
}
