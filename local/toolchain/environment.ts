import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "./failure";
import { cloudEndpoint } from "./cloudProcess";
import { cloudPort, stateDir } from "./paths";
import { standInFolder } from "./plugins";
import type { PulumiCli } from "./pulumiCli";

/** Where accountSetup of the local cloud leaves its API key's configuration. */
const ociConfigFile = path.join(stateDir, "oci", "config");
/** Names of the stand-in base images in the Docker Engine, where the public ones could not be pulled. */
export const baseImagesFile = path.join(stateDir, "base-images.json");
export const passphraseFile = path.join(stateDir, "passphrase");
export const pulumiStateDir = path.join(stateDir, "pulumi-state");

/** Clients of the official Go SDK (and so of the official OCI plugin) that the stack uses. */
const redirectedClients = [
  "oci_identity.IdentityClient",
  "oci_object_storage.ObjectStorageClient",
  "oci_artifacts.ArtifactsClient",
  "oci_nosql.NosqlClient",
  "oci_logging.LoggingManagementClient",
  "oci_functions.FunctionsManagementClient",
  "oci_vulnerability_scanning.VulnerabilityScanningClient",
];

/** The variables with which the official pulumi, oci, docker and SDKs reach the local cloud; no secret among them. */
export function cloudEnvironment(cli: PulumiCli): Record<string, string> {
  const account = readOciConfig();
  return {
    OCI_CLI_CONFIG_FILE: ociConfigFile,
    OCI_CONFIG_FILE: ociConfigFile,
    OCI_CLI_ENDPOINT: cloudEndpoint,
    CLIENT_HOST_OVERRIDES: redirectedClients.map((client) => `${client}=${cloudEndpoint}`).join(";"),
    TF_VAR_tenancy_ocid: account.tenancy,
    TF_VAR_user_ocid: account.user,
    TF_VAR_fingerprint: account.fingerprint,
    TF_VAR_private_key_path: account.key_file,
    TF_VAR_region: account.region,
    // Providers are processes of their own: through this file one learns of a compartment that another has just made.
    OCI_GO_SDK_EC_CONFIG: `file,${path.join(stateDir, "consistency")}`,
    OCIR_HOST: `127.0.0.1:${cloudPort}`,
    PULUMI_BACKEND_URL: `file://${pulumiStateDir}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    PATH: [...pathFolders(cli), process.env.PATH ?? ""].join(path.delimiter),
    ...baseImages(),
  };
}

function pathFolders(cli: PulumiCli): string[] {
  const present = new Set((process.env.PATH ?? "").split(path.delimiter));
  return [standInFolder, cli.folder].filter((folder) => !present.has(folder));
}

function baseImages(): Record<string, string> {
  if (!existsSync(baseImagesFile)) return {};
  return JSON.parse(readFileSync(baseImagesFile, "utf8")) as Record<string, string>;
}

type OciConfig = Record<"tenancy" | "user" | "fingerprint" | "key_file" | "region", string>;

function readOciConfig(): OciConfig {
  if (!existsSync(ociConfigFile)) {
    throw new Failure("The local cloud has not been set up yet: run `npm start` first.");
  }
  const entries = readFileSync(ociConfigFile, "utf8")
    .split("\n")
    .map((line) => line.split("="))
    .filter((pair) => pair.length === 2)
    .map(([key, value]) => [key?.trim(), value?.trim()]);
  return Object.fromEntries(entries) as OciConfig;
}
