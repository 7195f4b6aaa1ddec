/** A service of OCI's API, and where to ask it. */
export interface ServicePlace {
  /** Name in Oracle's host names, such as `functions`. */
  service: string;
  /** Its client in Oracle's SDK for Go, which CLIENT_HOST_OVERRIDES names, such as `oci_functions.FunctionsManagementClient`. */
  client: string;
  /** Region identifier, or a code such as `iad`. */
  region: string;
  /** Such as `oc1`, as OCIDs have it; for a region that the SDK does not know. */
  realm: string;
}

/**
 * Address of the service, without a trailing slash: CLIENT_HOST_OVERRIDES, as Oracle's Terraform and Pulumi providers read it,
 * else OCI_CLI_ENDPOINT, else where the SDK's tables of regions and realms have it.
 */
export async function serviceEndpoint(
  { service, client, region, realm }: ServicePlace,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const override = (environment.CLIENT_HOST_OVERRIDES ?? "")
    .split(";")
    .map((one) => one.split("="))
    .find(([name]) => name?.trim() === client)?.[1];
  const given = override || environment.OCI_CLI_ENDPOINT;
  if (given) return given.trim().replace(/\/+$/, "");
  // Not the whole package; and in this order, since these need each other.
  const { Region } = await import("oci-common/lib/region");
  const { Realm } = await import("oci-common/lib/realm");
  const { EndpointBuilder } = await import("oci-common/lib/endpoint-builder");
  const id = Region.getRegionIdFromShortCode(region);
  // fromRegionId is typed as if it always found a region.
  const known = Region.fromRegionId(id) as ReturnType<typeof Region.fromRegionId> | undefined;
  const realmOfRegion = Realm.values().find(({ realmId }) => realmId === realm) ?? Realm.OC1;
  // Object Storage is older than the names with "oci".
  const name = service === "objectstorage" ? `${service}.{region}` : `${service}.{region}.oci`;
  return EndpointBuilder.createEndpointFromRegion(
    `https://${name}.{secondLevelDomain}`,
    known ?? Region.register(id, realmOfRegion),
  );
}
