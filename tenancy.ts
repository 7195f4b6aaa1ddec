import * as identity from "@pulumi/oci/identity";
import * as objectstorage from "@pulumi/oci/objectstorage";
import { Provider, type ProviderArgs } from "@pulumi/oci/provider";
import * as pulumi from "@pulumi/pulumi";
import { type AccountOverrides, loadAccount } from "./account";
import { answerOf, refusal } from "./lookup";
import { isSecretSetting, rawConfiguration } from "./config";

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
  const here = regionSubscriptions.find(({ regionName }) => regionName === region);
  const home = regionSubscriptions.find(({ isHomeRegion }) => isHomeRegion);
  if (here === undefined || home === undefined) {
    const names = regionSubscriptions.map(({ regionName }) => regionName).join(", ");
    throw new pulumi.RunError(
      `The tenancy is not subscribed to region "${region}": set oci:region to one of ${names}.`,
    );
  }
  return {
    tenancyId,
    region,
    registryHost: process.env.OCIR_HOST ?? `${here.regionKey.toLowerCase()}.ocir.io`,
    namespace,
    homeRegion: home === here ? undefined : homeRegionProvider(account, home.regionName),
    account,
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
function homeRegionProvider(settings: Record<string, string>, region: string): Provider {
  const args = Object.fromEntries(
    Object.entries(settings).map(([key, value]): [string, unknown] => {
      if (STRUCTURED_SETTINGS.includes(key)) {
        return [key, JSON.parse(value)];
      }
      // The SDK hides the keys by itself, but not what else the user has encrypted.
      return [key, isSecretSetting(`oci:${key}`) ? pulumi.secret(value) : value];
    }),
  );
  return new Provider("home-region", { ...(args as ProviderArgs), region });
}
