import { Option } from "commander";
import { suffixOf } from "../newStackFile";
import type { SettingName } from "../settings";

/** What `env new` takes as an option, and asks for at a terminal. */
export interface Field {
  key: "region" | SettingName;
  /** The option's name and, unless it is a switch, that of its value. */
  option: string;
  isSwitch?: true;
  description: string;
  question: string;
  /** Taken where nothing is said; "" leaves the setting out. */
  fallback: (name: string) => string;
  /** Whether it matters beside the values so far. */
  applies?: (values: Readonly<Record<string, string>>) => boolean;
}

export const FIELDS: readonly Field[] = [
  {
    key: "region",
    option: "--region <region>",
    description: "OCI region, such as sa-saopaulo-1 (default: that of whoever runs Pulumi)",
    question: "Region, such as sa-saopaulo-1; none for that of whoever runs Pulumi",
    fallback: () => "",
  },
  {
    key: "nameSuffix",
    option: "--suffix <text>",
    description: 'behind the names of compartments, bucket, repositories (default: "-NAME")',
    question: "Text behind the names of compartments, bucket, repositories",
    fallback: suffixOf,
  },
  {
    key: "protect",
    option: "--protect",
    isSwitch: true,
    description: "refuse to destroy or replace what holds data (default)",
    question: "Refuse to destroy or replace what holds data?",
    fallback: () => "true",
  },
  {
    key: "immutableTags",
    option: "--immutable-tags",
    isSwitch: true,
    description: "a pushed tag can never be overwritten (default: it can)",
    question: "Shall a pushed tag never be overwritten?",
    fallback: () => "false",
  },
  {
    key: "parentCompartmentId",
    option: "--parent-compartment <ocid>",
    description: "where the two compartments are made (default: the tenancy)",
    question: "OCID of the compartment to make the two compartments in; none for the tenancy",
    fallback: () => "",
  },
  {
    key: "registryCredentials",
    option: "--credentials <kind>",
    description: "session, authToken or existing (default: session)",
    question: "Credentials for the registry: session, authToken or existing",
    fallback: () => "session",
  },
  {
    key: "registryUsername",
    option: "--registry-username <user>",
    description: "for existing credentials: USER, oracleidentitycloudservice/USER or DOMAIN/USER",
    question: "The registry's user: USER, oracleidentitycloudservice/USER or DOMAIN/USER",
    fallback: () => "",
    applies: ({ registryCredentials }) => registryCredentials === "existing",
  },
];

/** A field's options for commander; a switch has two. */
export function optionsOf({ option, isSwitch, description }: Field): Option[] {
  const given = new Option(option, description);
  return isSwitch === true ? [given, new Option(option.replace("--", "--no-"), "the opposite")] : [given];
}

/** A field's value among commander's; undefined where the option was not given. */
export function givenValue(field: Field, options: Readonly<Record<string, unknown>>): string | undefined {
  const value = options[new Option(field.option).attributeName()];
  return typeof value === "boolean" ? String(value) : (value as string | undefined);
}

/** The option that a setting's problem is about. */
export function optionName(key: string): string {
  if (key === "name") return "NAME";
  return FIELDS.find((field) => field.key === key)?.option.replace(/ .*/, "") ?? `--set ${key}`;
}
