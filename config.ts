import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { DEFAULT_ARCHIVE_BYTES, MOST_ARCHIVE_BYTES } from "./formats/extractedSource";
import { imageTagProblem, MOVING_TAGS } from "./formats/imageTag";
import { platformProblem } from "./formats/platform";
import { repositoryNameProblem } from "./formats/repositoryName";
import { SCANNERS, SEVERITIES } from "./formats/scanReport";

const project = "fotogal-motando";

/** A schema over the configuration's raw text. An issue's message says what is right; a custom issue's says all. */
const flag = (byDefault: boolean) =>
  z
    .enum(["true", "false"], { error: "write true or false" })
    .transform((value) => value === "true")
    .default(byDefault);

const checked = (problemOf: (value: string) => string | undefined) =>
  z.string().superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });

const version = checked(imageTagProblem).default("1.0.0");

const compartmentId = z
  .string()
  .regex(/^ocid1\.(compartment|tenancy)\.[^.]+\.[^.]*\.[a-z0-9]+$/, {
    error: "write a compartment's OCID, ocid1.compartment.oc1..…",
  })
  .optional();

const structure = <T extends z.ZodType>(schema: T, error: string) =>
  z
    .string()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        context.addIssue({ code: "invalid_type", expected: "object", input: value, message: error });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** A whole number from 1 to 99999, as text. */
const count = z
  .string()
  .regex(/^[1-9][0-9]{0,4}$/, { error: "write a whole number from 1 to 99999" })
  .transform(Number);

const wholeNumber = (most: number, byDefault: number) => {
  const error = `write a whole number from 1 to ${most}`;
  return z.int({ error }).min(1, { error }).max(most, { error }).default(byDefault);
};

const name = z.string({ error: "write its exact name" }).trim().min(1, { error: "write its exact name" });

const secretKey = z.string().min(32, { error: "give at least 32 random characters" }).optional();

const SEVERITY_NAMES = `write a list of ${SEVERITIES.join(", ")}`;
const GATE_KEYS = "write {} or severities, required, ignoreUnfixed, scanner, rescan";
const TAG_NAMES = `write a list of ${MOVING_TAGS.join(", ")}`;
/** What `up` may leave as it is in a resource that somebody else has made: it describes, and changes nothing of what the resource does. */
const KEEPABLE = ["freeformTags", "readme", "description"] as const;
const KEEPABLE_NAMES = `write a list of ${KEEPABLE.join(", ")}`;
const STATEMENTS = "write table names, and to each the statement that the service has of it";
const FUNCTION_NAMES = "write a function's exact name, or a list of them";
const SOURCE_KEYS =
  "compartment, application and, if need be, function, path, platform, region, maximumArchiveBytes";

const schema = z.strictObject({
  fotogalVersion: version,
  motandoWebappVersion: version,
  motandoWorkerVersion: version,
  repositoryPrefix: checked(repositoryNameProblem).optional(),
  nameSuffix: z
    .string()
    .regex(/^(-[a-z0-9]+)*$/, { error: 'write a dash, then a-z and 0-9, such as "-dev"' })
    .default(""),
  parentCompartmentId: compartmentId,
  fotogalCompartmentId: compartmentId,
  motandoCompartmentId: compartmentId,
  fotogalRepositoryCompartmentId: compartmentId,
  motando: flag(true),
  publishImages: flag(true),
  keepAsFound: structure(
    z.array(z.enum(KEEPABLE, { error: KEEPABLE_NAMES }), { error: KEEPABLE_NAMES }),
    KEEPABLE_NAMES,
  ).prefault("[]"),
  protect: flag(true),
  immutableTags: flag(false),
  vulnerabilityScanning: flag(true),
  scanningPolicy: flag(true),
  imageGate: structure(
    z.strictObject(
      {
        severities: z
          .array(z.enum(SEVERITIES, { error: SEVERITY_NAMES }), { error: SEVERITY_NAMES })
          .min(1, { error: SEVERITY_NAMES })
          .optional(),
        required: z.boolean({ error: "write true or false" }).optional(),
        ignoreUnfixed: z.boolean({ error: "write true or false" }).optional(),
        scanner: z.enum(SCANNERS, { error: "write trivy or grype" }).optional(),
        rescan: z.string({ error: "write any text, such as the day" }).optional(),
      },
      { error: GATE_KEYS },
    ),
    GATE_KEYS,
  ).optional(),
  movingTags: structure(
    z.array(z.enum(MOVING_TAGS, { error: TAG_NAMES }), { error: TAG_NAMES }),
    TAG_NAMES,
  ).prefault("[]"),
  maximumContextMiB: count.default(100),
  keepLast: count.optional(),
  sbom: flag(true),
  imageSigning: structure(
    z.strictObject({ key: name.optional() }, { error: "write {} or its key" }),
    "write {} or its key",
  ).optional(),
  tableCapacity: structure(
    z.strictObject(
      {
        mode: z
          .enum(["provisioned", "onDemand"], { error: "write provisioned or onDemand" })
          .default("provisioned"),
        readUnits: wholeNumber(40000, 10),
        writeUnits: wholeNumber(20000, 5),
        storageGBs: wholeNumber(5000, 1),
      },
      { error: "write mode, readUnits, writeUnits, storageGBs" },
    ),
    "write mode, readUnits, writeUnits, storageGBs",
  ).prefault("{}"),
  tableStatements: structure(
    z.record(z.string(), z.string({ error: STATEMENTS }), { error: STATEMENTS }),
    STATEMENTS,
  ).prefault("{}"),
  logRetentionDays: z
    .enum(["30", "60", "90", "120", "150", "180"], { error: "write 30, 60, 90, 120, 150 or 180" })
    .transform(Number)
    .default(30),
  registryCredentials: z
    .enum(["session", "authToken", "existing"], { error: "write session, authToken or existing" })
    .default("session"),
  registryUsername: z.string().min(1, { error: "write the registry user's name" }).optional(),
  registryPassword: z.string().min(1, { error: "give an auth token of the registry user" }).optional(),
  functionSource: structure(
    z.strictObject(
      {
        compartment: name,
        application: name,
        function: z
          .union([name, z.array(name).min(1, { error: FUNCTION_NAMES })], { error: FUNCTION_NAMES })
          .optional(),
        path: z.string().startsWith("/", { error: "write an absolute path in the image" }).optional(),
        platform: checked(platformProblem).optional(),
        region: name.optional(),
        maximumArchiveBytes: wholeNumber(MOST_ARCHIVE_BYTES, DEFAULT_ARCHIVE_BYTES),
      },
      { error: `write ${SOURCE_KEYS}` },
    ),
    `write ${SOURCE_KEYS}`,
  ).optional(),
  fotogalSessionKey: secretKey,
  fotogalCsrfKey: secretKey,
  fotogalAuthCookieKey: secretKey,
});

const SECRETS = ["registryPassword", "fotogalSessionKey", "fotogalCsrfKey", "fotogalAuthCookieKey"] as const;

/** The stack's configuration. Keys, defaults and limits: the schema above, and the table in the README. */
export type Settings = ReturnType<typeof arrange>;

/**
 * Reads the stack's configuration, `fotogal-motando:*`.
 * @throws pulumi.RunError with every problem on a line of its own: the key, what was found, what is right.
 */
export function loadSettings(): Settings {
  const raw = rawConfiguration(project);
  const result = schema.safeParse(raw);
  const problems = [
    ...(result.success ? [] : result.error.issues.flatMap((issue) => describe(issue, raw))),
    ...crossProblems(raw),
  ];
  if (!result.success || problems.length > 0) {
    const lines = problems.map((problem) => `\n  ${problem}`).join("");
    throw new pulumi.RunError(`The configuration of stack ${pulumi.getStack()} cannot be used:${lines}`);
  }
  warnOfMissingKeys(raw);
  return arrange(result.data);
}

/** The configuration as the program uses it: what belongs together is together, and secrets are secret. */
function arrange(data: z.output<typeof schema>) {
  const {
    fotogalVersion,
    motandoWebappVersion,
    motandoWorkerVersion,
    protect,
    registryCredentials,
    registryUsername,
    registryPassword,
    fotogalSessionKey,
    fotogalCsrfKey,
    fotogalAuthCookieKey,
    maximumContextMiB,
    ...others
  } = data;
  return {
    ...others,
    /** What most components take alike. */
    common: { protectData: protect, freeformTags: stackTags() },
    /** Image → version. */
    versions: {
      fotogal: fotogalVersion,
      "motando-webapp": motandoWebappVersion,
      "dramatiq-classifiedad": motandoWorkerVersion,
    },
    maximumContextBytes: maximumContextMiB * 1024 ** 2,
    /** Build arguments that name base images, from the environment; without them the Dockerfiles name the public ones. */
    baseImages: baseImages(),
    registryLogin: {
      mode: registryCredentials,
      username: registryUsername,
      password: secret(registryPassword),
    },
    /** By the environment variables that FotoGal reads them from. */
    fotogalKeys: {
      SESSION_KEY: secret(fotogalSessionKey),
      CSRF_KEY: secret(fotogalCsrfKey),
      AUTH_COOKIE_KEY: secret(fotogalAuthCookieKey),
    },
  };
}

function secret(value: string | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.secret(value);
}

function baseImages(): Record<string, string> {
  return Object.fromEntries(
    ["NODE_IMAGE", "NODE_RUNTIME_IMAGE"].flatMap((key) => {
      const value = process.env[key];
      return value ? [[key, value]] : [];
    }),
  );
}

function stackTags(): Record<string, string> {
  const environment = pulumi.getStack();
  return { environment, project, stack: `${project}/${environment}` };
}

/** The stack's configuration under `namespace:`, as text and with its secrets open. */
export function rawConfiguration(namespace: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(`${namespace}:`))
      .map(([key, value]) => [key.slice(namespace.length + 1), value]),
  );
}

/** Whether the configuration keeps `namespace:key` encrypted. */
export function isSecretSetting(key: string): boolean {
  // Exported, but not part of the SDK's typings.
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };
  return isConfigSecret(key);
}

function describe(issue: z.core.$ZodIssue, raw: Record<string, string>): string[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const known = path === "" ? `the settings are ${Object.keys(schema.shape).join(", ")}` : issue.message;
    return issue.keys.map((key) => `${path === "" ? key : `${path}.${key}`}: no such setting; ${known}`);
  }
  return [
    issue.code === "custom"
      ? `${path}: ${issue.message}`
      : `${path}: found ${found(issue.path, raw)}; ${issue.message}`,
  ];
}

function found([key, ...inner]: PropertyKey[], raw: Record<string, string>): string {
  const text = raw[String(key)] ?? "";
  if ((SECRETS as readonly PropertyKey[]).includes(key ?? "")) {
    return `${text.length} characters`;
  }
  if (inner.length === 0) {
    return JSON.stringify(text);
  }
  const value = inner.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown>)[part],
    JSON.parse(text),
  );
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** What the schema cannot see, since it stops at the first level that has problems. */
function crossProblems(raw: Record<string, string>): string[] {
  const missing = (
    raw.registryCredentials === "existing" ? ["registryUsername", "registryPassword"] : []
  ).filter((key) => raw[key] === undefined);
  const plain = SECRETS.filter((key) => raw[key] !== undefined && !isSecretSetting(`${project}:${key}`));
  const keys = SECRETS.filter((key) => key.startsWith("fotogal"));
  const repeated = keys.filter(
    (key, position) =>
      raw[key] !== undefined && keys.slice(0, position).some((earlier) => raw[earlier] === raw[key]),
  );
  const stuck = raw.immutableTags === "true" && (raw.movingTags ?? "[]").trim() !== "[]";
  return [
    ...(stuck
      ? ["movingTags: found with immutableTags true, where no tag can move; leave one of both out"]
      : []),
    ...repeated.map((key) => `${key}: found the value of another key; give each key its own`),
    ...missing.map((key) => `${key}: found nothing; registryCredentials "existing" needs it`),
    ...plain.map((key) => `${key}: found in plain text; set it with \`pulumi config set --secret ${key}\``),
  ];
}

function warnOfMissingKeys(raw: Record<string, string>): void {
  const missing = SECRETS.filter((key) => key.startsWith("fotogal") && raw[key] === undefined);
  if (missing.length > 0) {
    const command = (key: string) => `\n  openssl rand -base64 32 | pulumi config set --secret ${key}`;
    void pulumi.log.warn(
      `FotoGal's secret keys are not all set, so appConfig goes without them. Set them:${missing.map(command).join("")}`,
    );
  }
}
