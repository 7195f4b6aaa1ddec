import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AuthenticationDetailsProvider } from "oci-common";
import { type ConfigProfile, expandHome, findConfigProfile } from "./configFile";

/** Who calls the OCI API, and where. */
export interface Account {
  /** OCID of the tenancy. */
  tenancyId: string;
  /** OCID of the user; empty with a session token. */
  userId: string;
  /** Fingerprint of the API key, with colons. */
  fingerprint: string;
  /** Region identifier, such as `sa-saopaulo-1`. */
  region: string;
  /** What signs a request: a function, so that printing an account prints no key. */
  readonly signingKey: () => SigningKey;
  /** For the official SDK's clients. Loads `oci-common` when first read. */
  readonly authenticationProvider: AuthenticationDetailsProvider;
}

export interface SigningKey {
  /** `tenancy/user/fingerprint`, or `ST$` and a session token. */
  keyId: string;
  /** PKCS #8, in PEM. */
  privateKey: string;
}

/** Values that win over every other source: the names of Pulumi's `oci:` stack configuration. */
export interface AccountOverrides {
  tenancyOcid?: string;
  userOcid?: string;
  fingerprint?: string;
  /** The API key itself, in PEM. */
  privateKey?: string;
  /** File with the API key. */
  privateKeyPath?: string;
  /** Pass phrase of the API key. */
  privateKeyPassword?: string;
  region?: string;
  /** Profile of the configuration file. */
  configFileProfile?: string;
}

const VARIABLES: Record<keyof AccountOverrides, string> = {
  tenancyOcid: "TF_VAR_tenancy_ocid",
  userOcid: "TF_VAR_user_ocid",
  fingerprint: "TF_VAR_fingerprint",
  privateKey: "TF_VAR_private_key",
  privateKeyPath: "TF_VAR_private_key_path",
  privateKeyPassword: "TF_VAR_private_key_password",
  region: "TF_VAR_region",
  configFileProfile: "TF_VAR_config_file_profile",
};

/** The overrides as the environment of another program that calls `loadAccount`; the values may be secrets. */
export function accountEnvironment(overrides: AccountOverrides): Record<string, string> {
  const known = Object.entries(VARIABLES) as [keyof AccountOverrides, string][];
  return Object.fromEntries(
    known.flatMap(([name, variable]) => {
      const value = overrides[name];
      return value ? [[variable, value]] : [];
    }),
  );
}

/** No usable account; the message says where it was looked for and what to do. */
export class AccountError extends Error {
  override name = "AccountError";
}

/**
 * Finds the API key account as Oracle's Terraform and Pulumi providers do, value by value: the overrides, then `TF_VAR_*` in
 * the environment, then the profile of the configuration file.
 * @throws AccountError
 */
export function loadAccount(
  overrides: AccountOverrides = {},
  environment: NodeJS.ProcessEnv = process.env,
): Account {
  const profile = findConfigProfile(overrides.configFileProfile, environment);
  const explicit = (name: keyof AccountOverrides): string | undefined =>
    overrides[name] || environment[VARIABLES[name]] || undefined;
  const stored = (name: string): string | undefined => profile.values?.get(name) || undefined;

  const tenancyId = explicit("tenancyOcid") ?? stored("tenancy");
  const explicitUser = explicit("userOcid");
  const region = explicit("region") ?? stored("region") ?? environment.OCI_REGION;
  const fingerprint = explicit("fingerprint") ?? stored("fingerprint");
  const key = findKey(overrides, environment, profile);
  // A session token stands for the user of its own profile; an explicit user has an API key instead.
  const tokenFile = explicitUser === undefined ? stored("security_token_file") : undefined;
  const userId = tokenFile === undefined ? (explicitUser ?? stored("user")) : "";

  const required = { tenancy: tenancyId, user: userId, fingerprint, key_file: key?.source, region };
  const missing = Object.entries(required).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0) throw noAccount(missing, profile);

  const identity = {
    tenancyId: tenancyId ?? "",
    userId: userId ?? "",
    fingerprint: fingerprint ?? "",
    region: region ?? "",
  };
  const privateKey = readKey(key);
  const sessionToken = tokenFile === undefined ? undefined : readFile(tokenFile, "session token").trim();
  let provider: AuthenticationDetailsProvider | undefined;
  const keyId =
    sessionToken === undefined
      ? `${identity.tenancyId}/${identity.userId}/${identity.fingerprint}`
      : `ST$${sessionToken}`;
  return {
    ...identity,
    signingKey: () => ({ keyId, privateKey }),
    get authenticationProvider() {
      return (provider ??= makeProvider(identity, { keyId, privateKey }));
    },
  };
}

type Identity = Pick<Account, "tenancyId" | "userId" | "fingerprint" | "region">;

interface KeySource {
  pem?: string;
  path?: string;
  /** For messages: where the key comes from. */
  source: string;
  passphrase?: string;
}

function findKey(
  overrides: AccountOverrides,
  environment: NodeJS.ProcessEnv,
  profile: ConfigProfile,
): KeySource | undefined {
  const passphrase = overrides.privateKeyPassword || environment.TF_VAR_private_key_password;
  const candidates: KeySource[] = [
    { pem: overrides.privateKey, source: "oci:privateKey" },
    { path: overrides.privateKeyPath, source: "oci:privateKeyPath" },
    { pem: environment.TF_VAR_private_key, source: "TF_VAR_private_key" },
    { path: environment.TF_VAR_private_key_path, source: "TF_VAR_private_key_path" },
    { path: profile.values?.get("key_file"), source: `key_file in ${profile.path}` },
  ].map((candidate) => ({ ...candidate, passphrase: passphrase || profile.values?.get("pass_phrase") }));
  return candidates.find(({ pem, path }) => pem || path);
}

/** The key in plain PKCS #8: Node reads more key forms, and says more clearly what is wrong, than the SDK. */
function readKey(key: KeySource | undefined): string {
  if (key === undefined) throw new AccountError("There is no API key.");
  const pem = key.pem || readFile(key.path ?? "", `API key (${key.source})`);
  try {
    return createPrivateKey({ key: pem, passphrase: key.passphrase ?? "" })
      .export({ type: "pkcs8", format: "pem" })
      .toString();
  } catch {
    const place = key.path ? `${key.path} (${key.source})` : key.source;
    throw new AccountError(
      `The API key ${place} cannot be read: it is not a private key in PEM, or its pass phrase ` +
        "(pass_phrase in the configuration file, or oci:privateKeyPassword) is missing or wrong.",
    );
  }
}

function readFile(path: string, what: string): string {
  try {
    return readFileSync(expandHome(path), "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new AccountError(`The ${what} file ${path} cannot be read (${reason}).`);
  }
}

function makeProvider(identity: Identity, { keyId, privateKey }: SigningKey): AuthenticationDetailsProvider {
  // Required only here: loading the SDK costs about 0.1 s, which commands that sign nothing must not pay.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const common = require("oci-common") as typeof import("oci-common");
  const { Realm, Region, SimpleAuthenticationDetailsProvider } = common;
  const { tenancyId, userId, fingerprint, region: regionId } = identity;
  // fromRegionId is typed as if it always found a region.
  const known = Region.fromRegionId(regionId) as ReturnType<typeof Region.fromRegionId> | undefined;
  const region = known ?? Region.register(regionId, Realm.OC1);
  const arguments_ = [tenancyId, userId, fingerprint, privateKey, null, region] as const;
  class Provider extends SimpleAuthenticationDetailsProvider {
    override getKeyId(): Promise<string> {
      return Promise.resolve(keyId);
    }
  }
  return new Provider(...arguments_);
}

function noAccount(missing: string[], profile: ConfigProfile): AccountError {
  return new AccountError(
    `No OCI account: ${missing.join(", ")} found neither in the stack configuration (oci:tenancyOcid, …), ` +
      `nor in the environment (TF_VAR_tenancy_ocid, …), nor in ${profile.path} (${profile.problem ?? `profile ${profile.name}`}). ` +
      'Run `oci setup config`, or for the local cloud `eval "$(npm run --silent cloud -- env)"`.',
  );
}
