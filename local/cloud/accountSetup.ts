import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newOcid, randomBase32 } from "./ocid";
import { defineKind, type Store } from "./store";

export interface RegionSubscription {
  key: string;
  name: string;
}

/** The local tenancy and its one user, made at first start. */
export interface Account {
  tenancyId: string;
  tenancyName: string;
  /** Object Storage's and the registry's namespace. */
  namespace: string;
  userId: string;
  userName: string;
  homeRegion: RegionSubscription;
  subscriptions: RegionSubscription[];
  timeCreated: string;
}

export interface ApiKey {
  tenancyId: string;
  userId: string;
  fingerprint: string;
  /** PEM. */
  publicKey: string;
}

/** The keys that sign requests, by key id `tenancy/user/fingerprint`. */
export const apiKeys = defineKind<ApiKey>("apiKey");

const HOME_REGION: RegionSubscription = { key: "GRU", name: "sa-saopaulo-1" };
const OTHER_REGIONS: RegionSubscription[] = [
  { key: "VCP", name: "sa-vinhedo-1" },
  { key: "IAD", name: "us-ashburn-1" },
];

/**
 * Makes the tenancy, the user, an API key and the official tools' configuration file in `<stateDir>/oci`; what
 * exists already is kept.
 */
export function prepareAccount(store: Store, stateDir: string): Account {
  let account = store.setting("account") as Account | undefined;
  if (!account) {
    account = newAccount();
    store.setSetting("account", account);
  }
  const directory = join(stateDir, "oci");
  const keyFile = join(directory, "api_key.pem");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const publicKey = createPublicKey(privateKey(keyFile));
  const fingerprint = fingerprintOf(publicKey);
  const keyId = `${account.tenancyId}/${account.userId}/${fingerprint}`;
  if (!store.get(apiKeys, keyId)) {
    const { tenancyId, userId } = account;
    const pem = publicKey.export({ type: "spki", format: "pem" }) as string;
    const place = { id: keyId, compartmentId: tenancyId, parentId: userId, name: fingerprint };
    store.insert(apiKeys, place, { tenancyId, userId, fingerprint, publicKey: pem });
  }
  writePrivate(join(directory, "config"), configFile(account, fingerprint, keyFile));
  return account;
}

function newAccount(): Account {
  return {
    tenancyId: newOcid("tenancy"),
    tenancyName: "local",
    // A namespace begins with a letter.
    namespace: `l${randomBase32(11)}`,
    userId: newOcid("user"),
    userName: "local.developer",
    homeRegion: HOME_REGION,
    subscriptions: [HOME_REGION, ...OTHER_REGIONS],
    timeCreated: new Date().toISOString(),
  };
}

function privateKey(file: string): KeyObject {
  if (existsSync(file)) {
    return createPrivateKey(readFileSync(file));
  }
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  // The official command line warns about key files without this last line.
  writePrivate(file, `${key.export({ type: "pkcs8", format: "pem" }) as string}OCI_API_KEY\n`);
  return key;
}

function fingerprintOf(publicKey: KeyObject): string {
  const digest = createHash("md5")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
  return digest.match(/../g)?.join(":") ?? "";
}

function configFile(account: Account, fingerprint: string, keyFile: string): string {
  return [
    "[DEFAULT]",
    `user=${account.userId}`,
    `fingerprint=${fingerprint}`,
    `tenancy=${account.tenancyId}`,
    `region=${account.homeRegion.name}`,
    `key_file=${keyFile}`,
    "",
  ].join("\n");
}

function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}
