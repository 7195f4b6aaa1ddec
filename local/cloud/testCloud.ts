import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as common from "oci-common";
import { FunctionsManagementClient } from "oci-functions";
import { IdentityClient } from "oci-identity";
import { LoggingManagementClient } from "oci-logging";
import { NosqlClient } from "oci-nosql";
import { ObjectStorageClient } from "oci-objectstorage";
import { VulnerabilityScanningClient } from "oci-vulnerabilityscanning";
import { type CloudServer, startCloud } from "./cloudServer";

/** A cloud in a temporary directory, with the official SDK's clients for it: what the unit tests work with. */
export class TestCloud {
  readonly stateDir = mkdtempSync(join(tmpdir(), "local-cloud-"));
  private current: CloudServer | undefined;

  static async start(): Promise<TestCloud> {
    // The SDK warns of every refusal that is not retried.
    jest.spyOn(console, "warn").mockImplementation(() => undefined);
    const cloud = new TestCloud();
    await cloud.open();
    return cloud;
  }

  get server(): CloudServer {
    if (!this.current) {
      throw new Error("The cloud is stopped.");
    }
    return this.current;
  }

  get tenancyId(): string {
    return this.server.cloud.account.tenancyId;
  }

  get provider(): common.AuthenticationDetailsProvider {
    return new common.ConfigFileAuthenticationDetailsProvider(join(this.stateDir, "oci", "config"));
  }

  get identity(): IdentityClient {
    return this.client(IdentityClient);
  }

  get objectStorage(): ObjectStorageClient {
    return this.client(ObjectStorageClient);
  }

  get nosql(): NosqlClient {
    return this.client(NosqlClient);
  }

  get logging(): LoggingManagementClient {
    return this.client(LoggingManagementClient);
  }

  get functions(): FunctionsManagementClient {
    return this.client(FunctionsManagementClient);
  }

  get scanning(): VulnerabilityScanningClient {
    return this.client(VulnerabilityScanningClient);
  }

  /** Starts the cloud again on the same state. */
  async restart(): Promise<void> {
    await this.server.close();
    await this.open();
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  /** A new compartment's OCID. */
  async compartment(name = "cmp-test"): Promise<string> {
    const details = { compartmentId: this.tenancyId, name, description: "For a test" };
    const { compartment } = await this.identity.createCompartment({ createCompartmentDetails: details });
    return compartment.id;
  }

  /** PUT to a control endpoint. */
  async control(path: string, body: unknown): Promise<Response> {
    return fetch(`${this.server.url}/_local/${path}`, { method: "PUT", body: JSON.stringify(body) });
  }

  private async open(): Promise<void> {
    this.current = await startCloud({ stateDir: this.stateDir, port: 0 });
  }

  private client<Client extends { endpoint: string }>(
    type: new (
      params: { authenticationDetailsProvider: common.AuthenticationDetailsProvider },
      configuration: common.ClientConfiguration,
    ) => Client,
  ): Client {
    const client = new type(
      { authenticationDetailsProvider: this.provider },
      { retryConfiguration: common.NoRetryConfigurationDetails, circuitBreaker: new common.CircuitBreaker() },
    );
    client.endpoint = this.server.url;
    return client;
  }
}

/** Asks until the answer will do; what is asked ends within milliseconds, or the test's own time limit strikes. */
export async function until<Value>(
  ask: () => Promise<Value>,
  good: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (good(value)) {
      return value;
    }
  }
}

/** What a promise is refused with, as `404 NotAuthorizedOrNotFound`. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "accepted";
  } catch (error) {
    const { statusCode, serviceCode } = error as { statusCode?: number; serviceCode?: string };
    return statusCode === undefined ? String(error) : `${statusCode} ${serviceCode ?? ""}`;
  }
}
