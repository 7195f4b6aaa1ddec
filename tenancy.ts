import * as identity from "@pulumi/oci/identity";
import * as objectstorage from "@pulumi/oci/objectstorage";
import { Provider, type ProviderArgs } from "@pulumi/oci/provider";
import * as pulumi from "@pulumi/pulumi";
import { type AccountOverrides, loadAccount } from "./account";
import { answerOf, refusal } from "./lookup";
import { isSecretSetting, rawConfiguration } from "./configuration";

/** Where the stack is: what is looked up of the tenancy, and never written down. */
export interface Tenancy {
  /** OCID. */
  tenancyId: string;
  /** The stack's region, such as `sa-saopaulo-1`. */
  region: string;
  /** The region's registry: `gru.ocir.io`; `OCIR_HOST` in the environment wins. */
  registryHost: string;
  /** Object Storage namespace. */
  namespace: string;
  /** Provider of the home region, the only one that takes identity writes; undefined where the stack is in it anyway. */
  homeRegion?: Provider;
  /** The stack's `oci:` configuration as far as it names the account. */
  account: AccountOverrides;
  /**
   * A region's registry and provider: the stack's, with no provider of its own, where the region is undefined or that one.
   * @param setting names the region in the error message
   * @throws pulumi.RunError where the tenancy is not subscribed to it
   */
  inRegion: (
    region: string | undefined,
    setting: string,
  ) => Pick<Tenancy, "registryHost"> & { provider?: Provider };
}

/** Provider settings that are not text. */
const STRUCTURED_SETTINGS = [
  "disableAutoRetries",
  "dualStackEndpointEnabled",
  "ignoreDefinedTags",
  "realmSpecificServiceEndpointTemplateEnabled",
  "retryDurationSeconds",
];

/** @throws pulumi.RunError where there is no account, OCI refuses it, or its tenancy is not subscribed to the region. */
export async function lookUpTenancy(): Promise<Tenancy> {
  const account: AccountOverrides & Record<string, string> = rawConfiguration("oci");
  const { tenancyId, region } = findAccount(account);
  const [{ regionSubscriptions }, { namespace }] = await answerOf(
    Promise.all([identity.getRegionSubscriptions({ tenancyId }), objectstorage.getNamespace()]),
  );
  const subscription = (name: string, setting: string) => {
    const found = regionSubscriptions.find(({ regionName }) => regionName === name);
    if (found !== undefined) return found;
    const names = regionSubscriptions.map(({ regionName }) => regionName).join(", ");
    throw new pulumi.RunError(
      `The tenancy is not subscribed to region "${name}": set ${setting} to one of ${names}.`,
    );
  };
  const registryOf = (regionKey: string) => `${regionKey.toLowerCase()}.ocir.io`;
  const registryHost = process.env.OCIR_HOST ?? registryOf(subscription(region, "oci:region").regionKey);
  const home = regionSubscriptions.find(({ isHomeRegion }) => isHomeRegion)?.regionName ?? region;
  const homeRegion = home === region ? undefined : regionProvider("home-region", account, home);
  return {
    tenancyId,
    region,
    registryHost,
    namespace,
    homeRegion,
    account,
    inRegion(name = region, setting) {
      if (name === region) return { registryHost };
      const { regionKey } = subscription(name, setting);
      const provider = name === home ? homeRegion : regionProvider(name, account, name);
      return { registryHost: registryOf(regionKey), provider };
    },
  };
}

function findAccount(overrides: AccountOverrides): { tenancyId: string; region: string } {
  const tenancyId = overrides.tenancyOcid ?? process.env.TF_VAR_tenancy_ocid;
  const region = overrides.region ?? process.env.TF_VAR_region;
  if (tenancyId && region) {
    return { tenancyId, region };
  }
  try {
    return loadAccount(overrides);
  } catch (error) {
    throw refusal(error);
  }
}

/** An explicit provider does not inherit the stack's `oci:` configuration, so every setting is handed on. */
function regionProvider(name: string, settings: Record<string, string>, region: string): Provider {
  const args = Object.fromEntries(
    Object.entries(settings).map(([key, value]): [string, unknown] => {
      if (STRUCTURED_SETTINGS.includes(key)) {
        return [key, JSON.parse(value)];
      }
      // The SDK hides the keys by itself, but not what else the user has encrypted.
      return [key, isSecretSetting(`oci:${key}`) ? pulumi.secret(value) : value];
    }),
  );
  return new Provider(name, { ...(args as ProviderArgs), region });
}
