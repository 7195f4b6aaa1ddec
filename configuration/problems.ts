import type { z } from "zod";
import { isTenancy } from "../formats/policyPlace";
import { FOTOGAL_KEYS, PROJECT, SECRETS, kindOf, schema, type SettingName } from "./settings";

/** The configuration of a stack as text, the way Pulumi hands it to a program: structures are JSON. */
export interface RawConfiguration {
  /** Name without namespace → text. */
  settings: Record<string, string>;
  /** Names whose values are encrypted. */
  encrypted: ReadonlySet<string>;
  /** Full keys of other namespaces, `oci:region`. */
  others: readonly string[];
}

export interface Problem {
  /** The setting, or the path in it: `tableCapacity.readUnits`. */
  key: string;
  /** What was found, and what is right. Never a secret's value. */
  text: string;
  /** Something that others need is not there. */
  isMissing?: true;
}

export type CheckedSettings = z.output<typeof schema>;

/** The settings with their defaults, and everything that is wrong with them; undefined where the schema refuses them. */
export function checkSettings(raw: RawConfiguration): {
  settings: CheckedSettings | undefined;
  problems: Problem[];
} {
  const values = Object.fromEntries(
    Object.entries(raw.settings).map(([key, text]) => [key, valueOf(key, text)]),
  );
  const result = schema.safeParse(values);
  const issues = result.success ? [] : result.error.issues;
  return {
    settings: result.data,
    problems: [...issues.flatMap((issue) => problemsOf(issue, raw, values)), ...crossProblems(raw)],
  };
}

/** A setting's value: text stays text where the setting is one. What else is no JSON stays text too, which the schema then refuses. */
export function valueOf(key: string, text: string): unknown {
  const setting = (schema.shape as Partial<Record<string, z.ZodType>>)[key];
  if (setting === undefined || kindOf(setting).type === "string") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function problemsOf(
  issue: z.core.$ZodIssue,
  raw: RawConfiguration,
  values: Record<string, unknown>,
): Problem[] {
  const key = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((unknown) => ({
      key: key === "" ? unknown : `${key}.${unknown}`,
      text: `no such setting; ${key === "" ? knownSetting(unknown) : issue.message}`,
    }));
  }
  // A message of our own kinds has the value in it.
  if (issue.code === "custom" && !isHidden(issue.path[0], raw)) return [{ key, text: issue.message }];
  const right = issue.code === "custom" ? "set it in plain text to be told what is wrong" : issue.message;
  return [{ key, text: `found ${found(issue.path, raw, values)}; ${right}` }];
}

function isHidden(key: PropertyKey | undefined, { encrypted }: RawConfiguration): boolean {
  return (SECRETS as readonly unknown[]).includes(key) || encrypted.has(String(key));
}

function found(path: PropertyKey[], raw: RawConfiguration, values: Record<string, unknown>): string {
  const [key, ...inner] = path.map(String);
  const text = raw.settings[key ?? ""] ?? "";
  if (isHidden(key, raw)) return `${text.length} characters`;
  if (inner.length === 0) return JSON.stringify(text);
  const value = inner.reduce<unknown>(
    (value, part) => (value as Record<string, unknown>)[part],
    values[key ?? ""],
  );
  return value === undefined ? "nothing" : JSON.stringify(value);
}

const LONGEST_SLIP = 3;

/** The setting that is meant by a name in another spelling, or one with some letters too few or too many at its end. */
function knownSetting(unknown: string): string {
  const letters = (name: string) => name.toLowerCase().replace(/[^a-z]/g, "");
  const written = letters(unknown);
  const isLike = (known: string) =>
    Math.abs(known.length - written.length) <= LONGEST_SLIP &&
    (known.startsWith(written) || written.startsWith(known));
  const names = Object.keys(schema.shape);
  const meant =
    names.find((name) => letters(name) === written) ?? names.find((name) => isLike(letters(name)));
  return meant === undefined ? `the settings are ${names.join(", ")}` : `write ${meant}`;
}

const NEED_MOTANDO: readonly SettingName[] = ["motandoTables", "motandoBuckets", "motandoInitRepository"];
const COMPARTMENTS: readonly SettingName[] = ["fotogalCompartmentId", "motandoCompartmentId"];

/** What the schema cannot see, since it stops at the first level that has problems. */
function crossProblems({ settings, encrypted, others }: RawConfiguration): Problem[] {
  const isSet = (key: string) => settings[key] !== undefined || encrypted.has(key);
  const needed = settings.registryCredentials === "existing" ? ["registryUsername", "registryPassword"] : [];
  const repeated = FOTOGAL_KEYS.filter(
    (key, position) =>
      settings[key] !== undefined &&
      FOTOGAL_KEYS.slice(0, position).some((earlier) => settings[earlier] === settings[key]),
  );
  const plain = SECRETS.filter((key) => settings[key] !== undefined && !encrypted.has(key));
  const stuck = settings.immutableTags === "true" && (settings.movingTags ?? "[]").trim() !== "[]";
  const withoutMotando =
    settings.motando === "false" ? NEED_MOTANDO.filter((key) => settings[key] === "true") : [];
  const tooWide = COMPARTMENTS.filter(
    (key) => settings.accessPolicies === "true" && isTenancy(settings[key] ?? ""),
  );
  // Pulumi would leave them aside without a word.
  const misplaced = others.filter((key) => settingIn(key) in schema.shape);
  return [
    ...misplaced.map((key) => ({ key, text: `nobody reads it; write ${PROJECT}:${settingIn(key)}` })),
    ...(stuck
      ? [
          {
            key: "movingTags",
            text: "found with immutableTags true, where no tag can move; leave one of both out",
          },
        ]
      : []),
    ...withoutMotando.map((key) => ({ key, text: "found true with motando false; leave one of both out" })),
    ...tooWide.map((key) => ({
      key,
      text: "found the tenancy, and accessPolicies must not reach so far; write a compartment's OCID",
    })),
    ...repeated.map((key) => ({ key, text: "found the value of another key; give each key its own" })),
    ...needed
      .filter((key) => !isSet(key))
      .map((key): Problem => ({
        key,
        text: 'found nothing; registryCredentials "existing" needs it',
        isMissing: true,
      })),
    ...plain.map((key) => ({
      key,
      text: `found in plain text; set it with \`pulumi config set --secret ${key}\``,
    })),
  ];
}

function settingIn(fullKey: string): string {
  return fullKey.slice(fullKey.indexOf(":") + 1);
}

/** FotoGal's keys that are set neither in plain text nor encrypted. */
export function missingFotogalKeys({ settings, encrypted }: RawConfiguration): SettingName[] {
  return FOTOGAL_KEYS.filter((key) => settings[key] === undefined && !encrypted.has(key));
}

/** Gives FotoGal a key that nobody sees. */
export function keyCommand(key: SettingName): string {
  return `openssl rand -base64 32 | pulumi config set --secret ${key}`;
}
