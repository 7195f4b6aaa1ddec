import { type Account, signedRequest } from "../../account";
import { Failure } from "../toolchain/failure";

/** What is looked for in the tenancy; each is undefined when it isn't there. */
export interface Deployed {
  functionId: string;
  image: string;
  imageDigest: string;
}

/** The deployed function as others left it in the tenancy: read and made through OCI's API, never through Pulumi. */
export class Tenancy {
  constructor(
    private readonly endpoint: string,
    private readonly account: Account,
  ) {}

  namespace(): Promise<string> {
    return this.get<string>("/n/", {});
  }

  async compartment(name: string): Promise<string | undefined> {
    const query = { compartmentId: this.account.tenancyId, name, lifecycleState: "ACTIVE" };
    return (await this.get<{ id: string }[]>("/20160918/compartments", query))[0]?.id;
  }

  async repository(compartmentId: string, displayName: string): Promise<string | undefined> {
    const { items } = await this.get<{ items: { id: string }[] }>("/20160918/container/repositories", {
      compartmentId,
      displayName,
    });
    return items[0]?.id;
  }

  async application(compartmentId: string, displayName: string): Promise<string | undefined> {
    const query = { compartmentId, displayName, lifecycleState: "ACTIVE" };
    return (await this.get<{ id: string }[]>("/20181201/applications", query))[0]?.id;
  }

  async function(applicationId: string, displayName: string): Promise<Deployed | undefined> {
    const query = { applicationId, displayName, lifecycleState: "ACTIVE" };
    const [found] = await this.get<{ id: string; image: string; imageDigest: string }[]>(
      "/20181201/functions",
      query,
    );
    return found && { functionId: found.id, image: found.image, imageDigest: found.imageDigest };
  }

  async createCompartment(name: string): Promise<string> {
    const { IdentityClient } = await import("oci-identity");
    const client = this.at(new IdentityClient(this.authentication()));
    const { compartment } = await client.createCompartment({
      createCompartmentDetails: {
        compartmentId: this.account.tenancyId,
        name,
        description: "Functions that others deployed",
      },
    });
    return compartment.id;
  }

  async createRepository(compartmentId: string, displayName: string): Promise<void> {
    const { ArtifactsClient } = await import("oci-artifacts");
    const client = this.at(new ArtifactsClient(this.authentication()));
    await client.createContainerRepository({
      createContainerRepositoryDetails: { compartmentId, displayName, isPublic: false },
    });
  }

  async createApplication(compartmentId: string, displayName: string): Promise<string> {
    const client = await this.functionsClient();
    const { application } = await client.createApplication({
      createApplicationDetails: {
        compartmentId,
        displayName,
        subnetIds: [placeholderSubnet(this.account.region)],
      },
    });
    return application.id;
  }

  async createFunction(
    applicationId: string,
    displayName: string,
    source: { image: string; imageDigest: string; memoryInMBs: number },
  ): Promise<string> {
    const client = await this.functionsClient();
    const created = await client.createFunction({
      createFunctionDetails: { applicationId, displayName, ...source },
    });
    return created.function.id;
  }

  private async functionsClient() {
    const { FunctionsManagementClient } = await import("oci-functions");
    return this.at(new FunctionsManagementClient(this.authentication()));
  }

  private authentication() {
    return { authenticationDetailsProvider: this.account.authenticationProvider };
  }

  private at<Client extends { endpoint: string }>(client: Client): Client {
    client.endpoint = this.endpoint;
    return client;
  }

  /** The SDK's clients take a third of a second to load; looking whether all is there, which most runs do, needs none. */
  private async get<T>(path: string, query: Record<string, string>): Promise<T> {
    // Spaces as %20: the signature covers the address as it is written.
    const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const url = `${this.endpoint}${path}${text.length > 0 ? "?" : ""}${text.join("&")}`;
    const response = await signedRequest(this.account, { method: "GET", url });
    if (!response.ok) {
      throw new Failure(`${path} of ${this.endpoint} answered ${response.status}: ${await response.text()}`);
    }
    return (await response.json()) as T;
  }
}

/** An application must name a subnet; this one's network is not part of the local cloud. */
function placeholderSubnet(region: string): string {
  return `ocid1.subnet.oc1.${region}.${"a".repeat(60)}`;
}
