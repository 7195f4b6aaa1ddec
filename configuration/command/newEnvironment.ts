import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "../../local/toolchain/failure";
import { type NewEnvironment, newEnvironmentProblems, newStackFile } from "../newStackFile";
import { keyCommand, type Problem } from "../problems";
import { FOTOGAL_KEYS, schema } from "../settings";
import { stackFileName } from "../stackFile";
import { type Field, FIELDS, optionName } from "./fields";
import { type Ask, askFields } from "./questions";

/**
 * Writes `Pulumi.NAME.yaml` into the folder; resolves with what to do next.
 * @param given setting, or `region` → value as text
 * @param ask puts the questions for what is not given; without it defaults are taken
 * @throws Failure with every problem on a line of its own; nothing is written then
 */
export async function newEnvironment(
  folder: string,
  name: string,
  given: Readonly<Record<string, string>>,
  ask?: Ask,
): Promise<string> {
  const begun = environmentOf(name, ask === undefined ? withFallbacks(name, given) : given);
  const begunProblems = newEnvironmentProblems(begun).filter(
    ({ isMissing }) => ask === undefined || isMissing !== true,
  );
  refuse([...takenName(folder, name), ...begunProblems]);
  const asked = ask && environmentOf(name, await askFields(name, given, fieldProblem, ask));
  if (asked !== undefined) refuse(newEnvironmentProblems(asked));
  const environment = asked ?? begun;
  // Never over a file that has come up meanwhile.
  writeFileSync(path.join(folder, stackFileName(name)), newStackFile(environment), { flag: "wx" });
  return nextSteps(environment);
}

function withFallbacks(name: string, given: Readonly<Record<string, string>>): Record<string, string> {
  const fallbacks = FIELDS.map((field) => [field.key, field.fallback(name)] as const);
  return { ...Object.fromEntries(fallbacks), ...given };
}

/** An empty value leaves a setting out. Sizes are written even where nothing is said, to be seen and changed. */
function environmentOf(name: string, values: Readonly<Record<string, string>>): NewEnvironment {
  const { tableCapacity, logRetentionDays } = schema.parse({});
  const sizes = {
    tableCapacity: JSON.stringify(tableCapacity),
    logRetentionDays: String(logRetentionDays),
  };
  const { region, ...settings } = Object.fromEntries(
    Object.entries({ ...sizes, ...values }).filter(([, value]) => value !== ""),
  );
  return { name, settings, ...(region !== undefined && { region }) };
}

function takenName(folder: string, name: string): Problem[] {
  const file = stackFileName(name);
  // Not every file system tells capitals apart.
  const taken = readdirSync(folder).find((other) => other.toLowerCase() === file.toLowerCase());
  return taken === undefined
    ? []
    : [{ key: "name", text: `${taken} is there already; choose another name, or edit that file` }];
}

function fieldProblem(key: Field["key"], value: string): string | undefined {
  const environment = environmentOf("any", { [key]: value });
  return newEnvironmentProblems(environment).find((problem) => problem.key === key && !problem.isMissing)
    ?.text;
}

function refuse(problems: readonly Problem[]): void {
  // A secret comes afterwards: Pulumi encrypts it with what the stack has.
  const lines = problems
    .filter(({ key, isMissing }) => !(key === "registryPassword" && isMissing === true))
    .map(({ key, text }) => `\n  ${optionName(key)}: ${text}`);
  if (lines.length > 0) throw new Failure(`Nothing is written:${lines.join("")}`);
}

function nextSteps({ name, settings }: NewEnvironment): string {
  const stack = `--stack ${name}`;
  const password = settings.registryCredentials === "existing";
  return [
    `${stackFileName(name)} is written. Next, with your account and state backend (README.md, "Real OCI"):`,
    `  pulumi stack init ${name}`,
    ...FOTOGAL_KEYS.map((key) => `  ${keyCommand(key)} ${stack}`),
    ...(password ? [`  pulumi config set --secret registryPassword ${stack}`] : []),
    `  pulumi preview ${stack}`,
  ].join("\n");
}
