import { z } from "zod";
import { DEFAULT_ARCHIVE_BYTES, MOST_ARCHIVE_BYTES } from "../formats/extractedSource";
import { imageTagProblem, MOVING_TAGS, STRICT_VERSION } from "../formats/imageTag";
import { PLATFORM, platformProblem } from "../formats/platform";
import { repositoryNameProblem } from "../formats/repositoryName";
import { SCANNERS, SEVERITIES } from "../formats/scanReport";
import { CAPACITY_LIMITS } from "../formats/tableLimits";
import { checked, compartmentId, flag, name, oneOf, secretKey, someOf, wholeNumber } from "./values";

/** The namespace of the settings: `fotogal-motando:KEY`. */
export const PROJECT = "fotogal-motando";

const version = (app: string) =>
  checked(imageTagProblem, STRICT_VERSION.source)
    .default("1.0.0")
    .describe(`Version of ${app}'s image, its tag: a strict semantic version. Raise it to publish a change.`);

const key = (use: string) =>
  secretKey.optional().describe(`FotoGal's key for ${use}: at least 32 random characters, a key of its own.`);

const FUNCTION_NAMES = "write a function's exact name, or a list of them";
const GATE_KEYS = "write {} or severities, required, ignoreUnfixed, scanner, rescan";
const CAPACITY_KEYS = "write mode, readUnits, writeUnits, storageGBs";
const DROP_COLUMNS = "write a table's name and a list of its columns";
const SOURCE_KEYS =
  "write compartment, application and, if need be, function, path, platform, region, maximumArchiveBytes";

const imageGate = z
  .strictObject(
    {
      severities: someOf(SEVERITIES)
        .min(1, { error: `write a list of ${SEVERITIES.join(", ")}` })
        .optional()
        .describe("Findings that stop the push. Default: CRITICAL."),
      required: z
        .boolean({ error: "write true or false" })
        .optional()
        .describe("Without a scanner push nothing. Default: false."),
      ignoreUnfixed: z
        .boolean({ error: "write true or false" })
        .optional()
        .describe("Let pass what has no fix yet. Default: false."),
      scanner: oneOf(SCANNERS).optional().describe("Default: the one that is on PATH."),
      rescan: z
        .string({ error: "write any text, such as the day" })
        .optional()
        .describe("Any text, such as the day: another one scans all images again."),
    },
    { error: GATE_KEYS },
  )
  .optional()
  .describe("Scan each image before its push. Default: no scan.");

const tableCapacity = z
  .strictObject(
    {
      mode: oneOf(["provisioned", "onDemand"])
        .default("provisioned")
        .describe("onDemand is billed by use, and takes no units."),
      readUnits: wholeNumber(CAPACITY_LIMITS.readUnits)
        .default(10)
        .describe(`Reads of 1 KB a second; at most ${CAPACITY_LIMITS.readUnits}.`),
      writeUnits: wholeNumber(CAPACITY_LIMITS.writeUnits)
        .default(5)
        .describe(`Writes of 1 KB a second; at most ${CAPACITY_LIMITS.writeUnits}.`),
      storageGBs: wholeNumber(CAPACITY_LIMITS.storageGBs)
        .default(1)
        .describe(`Gigabytes; at most ${CAPACITY_LIMITS.storageGBs}.`),
    },
    { error: CAPACITY_KEYS },
  )
  .prefault({})
  .describe("Size of each NoSQL table.");

const functionSource = z
  .strictObject(
    {
      compartment: name.describe("The application's compartment: its OCID or exact name."),
      application: name.describe("The application's exact name."),
      function: z
        .union([name, z.array(name).min(1, { error: FUNCTION_NAMES })], { error: FUNCTION_NAMES })
        .optional()
        .describe("An exact name, or a list of them. Default: every function."),
      path: z
        .string()
        .startsWith("/", { error: "write an absolute path in the image" })
        .optional()
        .describe("Absolute path in the image. Default: /function."),
      platform: checked(platformProblem, PLATFORM.source)
        .optional()
        .describe("Of a multi-platform image: os/architecture. Default: the application's shape's."),
      region: name.optional().describe("Where the application is. Default: the stack's region."),
      maximumArchiveBytes: wholeNumber(MOST_ARCHIVE_BYTES)
        .default(DEFAULT_ARCHIVE_BYTES)
        .describe(`Bytes of each .tar.gz; at most ${MOST_ARCHIVE_BYTES} (64 MiB).`),
    },
    { error: SOURCE_KEYS },
  )
  .optional()
  .describe("Deployed functions whose source is recovered. Default: none.");

/** Every setting of a stack: its kind, default and limit, and what it means. */
export const schema = z.strictObject({
  fotogalVersion: version("FotoGal"),
  motandoWebappVersion: version("Motando's web application"),
  motandoWorkerVersion: version("Motando's worker"),
  repositoryPrefix: checked(repositoryNameProblem)
    .optional()
    .describe("User part before FotoGal's repository: PREFIX/fotogal. Default: none."),
  nameSuffix: z
    .string()
    .regex(/^(-[a-z0-9]+)*$/, { error: 'write a dash, then a-z and 0-9, such as "-dev"' })
    .default("")
    .describe("Text behind the names that are unique in a tenancy: compartments, bucket, repositories."),
  parentCompartmentId: compartmentId
    .optional()
    .describe("OCID of the compartment that the two compartments are made in. Default: the tenancy."),
  fotogalCompartmentId: compartmentId
    .optional()
    .describe("OCID of an existing compartment to use for FotoGal instead of making one."),
  motandoCompartmentId: compartmentId
    .optional()
    .describe("OCID of an existing compartment to use for Motando instead of making one."),
  fotogalRepositoryCompartmentId: compartmentId
    .optional()
    .describe("OCID of the compartment that FotoGal's repository lies in. Default: FotoGal's."),
  motando: flag(true).describe("Make what is Motando's."),
  motandoTables: flag(false).describe(
    "Make Motando's three tables, on demand, 1 GB each: the policy pack's budget has to allow onDemand.",
  ),
  motandoBuckets: flag(false).describe(
    "Make Motando's bucket for ads' pictures, and the temporary one, whose objects are deleted after a day.",
  ),
  motandoInitRepository: flag(false).describe("Make Motando's third repository, motando-webapp-init."),
  lifecyclePolicy: flag(true).describe(
    "Make the policy by which Object Storage deletes for motandoBuckets; false where you may not manage policies.",
  ),
  accessPolicies: flag(false).describe(
    "Make each application's group of maintainers, its dynamic group, and policies limited to its compartment.",
  ),
  publishImages: flag(true).describe("Build and push the images."),
  keepAsFound: someOf(["freeformTags", "readme", "description"])
    .prefault([])
    .describe(
      "What an update leaves as it is in resources that exist already: it describes them, and changes nothing of what they do.",
    ),
  protect: flag(true).describe(
    "Refuse to destroy or replace what holds data, and never delete a compartment.",
  ),
  immutableTags: flag(false).describe("A pushed tag can never be overwritten."),
  vulnerabilityScanning: flag(true).describe("Have OCI scan the repositories' images."),
  scanningPolicy: flag(true).describe(
    "Make the policy that the scanning service needs; false where you may not manage policies.",
  ),
  imageGate,
  movingTags: someOf(MOVING_TAGS)
    .default([])
    .describe("Tags that follow each image's releases: 1.2, 1, latest. Not with immutableTags."),
  maximumContextMiB: wholeNumber(99999).default(100).describe("MiB that a build may read of its context."),
  sourceUrl: z
    .string()
    .regex(/^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/, {
      error: "write the URL of the repository, without a login",
    })
    .optional()
    .describe("URL of the source code, for the images' labels. Default: none."),
  keepLast: wholeNumber(99999)
    .optional()
    .describe("How many versions of an image `npm run images -- prune` keeps. Default: all."),
  sbom: flag(true).describe("Attach a bill of materials to each image."),
  imageSigning: z
    .strictObject(
      { key: name.optional().describe("A file or a key service's address. Default: keyless.") },
      { error: "write {} or its key" },
    )
    .optional()
    .describe("Sign each image with cosign. Default: no signature."),
  tableCapacity,
  dropColumns: z
    .record(z.string(), z.array(name, { error: DROP_COLUMNS }), { error: DROP_COLUMNS })
    .prefault({})
    .describe(
      "Table to its columns whose loss is meant, with their data. Without it, a DDL that leaves out a column of the live table is refused.",
    ),
  logRetentionDays: oneOf([30, 60, 90, 120, 150, 180]).default(30).describe("Days that logs are kept."),
  registryCredentials: oneOf(["session", "authToken", "existing"])
    .default("session")
    .describe(
      "session: a short-lived token; authToken: one that the stack makes; existing: registryUsername and registryPassword.",
    ),
  registryUsername: z
    .string()
    .min(1, { error: "write the registry user's name" })
    .optional()
    .describe("For registryCredentials existing: USER, oracleidentitycloudservice/USER or DOMAIN/USER."),
  registryPassword: z
    .string()
    .min(1, { error: "give an auth token of the registry user" })
    .optional()
    .describe("For registryCredentials existing: an auth token of the user."),
  functionSource,
  fotogalSessionKey: key("sessions"),
  fotogalCsrfKey: key("CSRF tokens"),
  fotogalAuthCookieKey: key("the authentication cookie"),
});

export type SettingName = keyof typeof schema.shape;

/** FotoGal's own keys. */
export const FOTOGAL_KEYS = ["fotogalSessionKey", "fotogalCsrfKey", "fotogalAuthCookieKey"] as const;

/** Settings that must be encrypted. */
export const SECRETS: readonly SettingName[] = ["registryPassword", ...FOTOGAL_KEYS];

/** A setting's schema without its default. */
export function kindOf(setting: z.ZodType): z.ZodType {
  if (
    setting instanceof z.ZodOptional ||
    setting instanceof z.ZodDefault ||
    setting instanceof z.ZodPrefault
  ) {
    return kindOf(setting.unwrap() as z.ZodType);
  }
  return setting;
}
