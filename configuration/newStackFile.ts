import { Document, isScalar } from "yaml";
import { PROJECT, schema, type SettingName } from "./settings";
import { checkStackFile, SCHEMA_COMMENT, stackNameProblem } from "./stackFile";
import { type Problem, valueOf } from "./problems";

/** What a new environment is made of. */
export interface NewEnvironment {
  /** The stack's name. */
  name: string;
  /** An OCI region's identifier, `sa-saopaulo-1`; undefined for that of whoever runs Pulumi. */
  region?: string;
  /** Setting → value: text, or the JSON of a structure. */
  settings: Readonly<Record<string, string>>;
}

/** The text behind an environment's names unless another is asked for: the stack's name with a dash, as OCI's names may hold it. */
export function suffixOf(name: string): string {
  const parts = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return parts.map((part) => `-${part}`).join("");
}

/** Everything that is wrong with a new environment, by setting; `name` and `region` are the stack's own. */
export function newEnvironmentProblems(environment: NewEnvironment): Problem[] {
  const name = stackNameProblem(environment.name);
  const region = environment.region === undefined ? undefined : regionProblem(environment.region);
  return [
    ...(name === undefined ? [] : [{ key: "name", text: name }]),
    ...(region === undefined ? [] : [{ key: "region", text: region }]),
    ...checkStackFile(newStackFile(environment)),
  ];
}

/** The text of a new stack's file, each setting below what it means. */
export function newStackFile({ name, region, settings }: NewEnvironment): string {
  const file = new Document({
    config: {
      ...(region !== undefined && { "oci:region": region }),
      ...Object.fromEntries(
        Object.entries(settings).map(([key, text]) => [`${PROJECT}:${key}`, valueOf(key, text)]),
      ),
    },
  });
  file.commentBefore = `${SCHEMA_COMMENT}\n Environment ${name}. configuration/README.md tells of every setting.`;
  const config = file.get("config") as { items: { key: unknown }[] };
  for (const { key } of config.items) {
    if (isScalar(key)) key.commentBefore = commentOf(String(key.value));
  }
  return file.toString({ lineWidth: 0 });
}

function commentOf(key: string): string | undefined {
  if (key === "oci:region") return " Where everything but compartments is made.";
  const setting = key.slice(PROJECT.length + 1);
  const description = setting in schema.shape ? schema.shape[setting as SettingName].description : undefined;
  return description === undefined ? undefined : ` ${description}`;
}

function regionProblem(region: string): string | undefined {
  return /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/.test(region)
    ? undefined
    : `found "${region}"; write a region's identifier, such as "sa-saopaulo-1"`;
}
