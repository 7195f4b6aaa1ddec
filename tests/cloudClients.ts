import { ArtifactsClient } from "oci-artifacts";
import { ConfigFileAuthenticationDetailsProvider } from "oci-common";
import { FunctionsManagementClient } from "oci-functions";
import { IdentityClient } from "oci-identity";
import { LoggingManagementClient } from "oci-logging";
import { NosqlClient } from "oci-nosql";
import { ObjectStorageClient } from "oci-objectstorage";
import { VulnerabilityScanningClient } from "oci-vulnerabilityscanning";

export type CloudClients = ReturnType<typeof cloudClients>;

/** The official SDK's clients, pointed at a world's local cloud. */
export function cloudClients(environment: Record<string, string>) {
  const account = new ConfigFileAuthenticationDetailsProvider(environment.OCI_CONFIG_FILE, "DEFAULT");
  const params = { authenticationDetailsProvider: account };
  const at = <Client extends { endpoint: string }>(client: Client): Client => {
    client.endpoint = environment.OCI_CLI_ENDPOINT ?? "";
    return client;
  };
  return {
    tenancyId: account.getTenantId(),
    identity: at(new IdentityClient(params)),
    artifacts: at(new ArtifactsClient(params)),
    objectStorage: at(new ObjectStorageClient(params)),
    nosql: at(new NosqlClient(params)),
    logging: at(new LoggingManagementClient(params)),
    functions: at(new FunctionsManagementClient(params)),
    scanning: at(new VulnerabilityScanningClient(params)),
  };
}
