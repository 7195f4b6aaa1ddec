import type { models as artifactModels } from "oci-artifacts";
import type { models as functionModels } from "oci-functions";
import type { models as identityModels } from "oci-identity";
import type { models as loggingModels } from "oci-logging";
import type { models as nosqlModels } from "oci-nosql";
import type { models as objectStorageModels } from "oci-objectstorage";
import type { models as scanningModels } from "oci-vulnerabilityscanning";
import type { Account, AccountOverrides, SignedRequest } from "../../account";
import { ExtractError } from "../errors";
import { through } from "../registry/signedTransport";
import { Transport, type TransportOptions } from "../registry/transport";

export interface OciApiOptions extends TransportOptions {
  /** Account settings that win over the environment and the configuration file. */
  account?: AccountOverrides;
}

/** What a path of the API answers: the SDK's models, of which times and numbers are as JSON has them. */
export interface Answers {
  application: functionModels.Application;
  applications: functionModels.ApplicationSummary;
  function: functionModels.Function;
  functions: functionModels.FunctionSummary;
  compartment: identityModels.Compartment;
  compartments: identityModels.Compartment;
  policies: identityModels.Policy;
  groups: identityModels.Group;
  dynamicGroups: identityModels.DynamicGroup;
  containerScanRecipes: scanningModels.ContainerScanRecipeSummary;
  containerScanTargets: scanningModels.ContainerScanTargetSummary;
  "container/image": artifactModels.ContainerImage;
  "container/images": artifactModels.ContainerImageSummary;
  "container/repositories": artifactModels.ContainerRepositorySummary;
  "container/repository": artifactModels.ContainerRepository;
  bucket: objectStorageModels.Bucket;
  table: nosqlModels.Table;
  tables: nosqlModels.TableSummary;
  indexes: nosqlModels.IndexSummary;
  logGroup: loggingModels.LogGroup;
  logGroups: loggingModels.LogGroupSummary;
  log: loggingModels.Log;
  logs: loggingModels.LogSummary;
}

/** A change: the path below the service's version. */
export interface Change {
  method: "DELETE" | "POST";
  path: string;
  body?: object;
  /** The etag that what is changed must still have. */
  etag?: string;
}

type Service = keyof typeof services;

/** Each service's API version, and its client's name for `serviceEndpoint`. */
const services = {
  functions: { version: "20181201", client: "oci_functions.FunctionsManagementClient" },
  identity: { version: "20160918", client: "oci_identity.IdentityClient" },
  artifacts: { version: "20160918", client: "oci_artifacts.ArtifactsClient" },
  nosql: { version: "20190828", client: "oci_nosql.NosqlClient" },
  logging: { version: "20200531", client: "oci_logging.LoggingManagementClient" },
  "vss-cp-api": {
    version: "20210215",
    client: "oci_vulnerability_scanning.VulnerabilityScanningClient",
  },
  // Its paths have no version.
  objectstorage: { version: "", client: "oci_object_storage.ObjectStorageClient" },
} as const;

/**
 * OCI's REST API, lists page after page. The official SDK would take longer to load than all the rest takes to run, and
 * knows no proxies.
 */
export class OciApi {
  private constructor(
    readonly account: Account,
    private readonly place: { region: string; realm: string },
    private readonly environment: NodeJS.ProcessEnv,
    private readonly transport: Transport,
  ) {}

  /**
   * @param ocid of something in the region to ask; the account's region where it says none
   * @throws AccountError
   */
  static async open({ account: overrides, ...options }: OciApiOptions = {}, ocid = ""): Promise<OciApi> {
    const { environment = process.env } = options;
    const { loadAccount } = await import("../../account");
    const account = loadAccount(overrides, environment);
    const [, , realm, region] = ocid.split(".");
    const place = {
      region: region || account.region,
      realm: realm || (account.tenancyId.split(".")[2] ?? ""),
    };
    return new OciApi(account, place, environment, new Transport(options));
  }

  close(): void {
    this.transport.close();
  }

  /**
   * One resource; undefined where it does not exist or may not be seen, between which OCI makes no difference.
   * @param path default: the kind's plural and the id
   */
  async get<K extends keyof Answers>(
    service: Service,
    kind: K,
    id: string,
    path?: string,
  ): Promise<Answers[K] | undefined> {
    return (await this.getWithEtag(service, kind, id, path))?.value;
  }

  /** As `get`, with the etag for a change of it. */
  async getWithEtag<K extends keyof Answers>(
    service: Service,
    kind: K,
    id: string,
    path = `${kind}s/${encodeURIComponent(id)}`,
  ): Promise<{ value: Answers[K]; etag: string | undefined } | undefined> {
    const found = await this.#read(service, path, {});
    return found && { value: found.body as Answers[K], etag: found.headers.get("etag") ?? undefined };
  }

  /**
   * All that the query finds; undefined as for `get`.
   * @param path default: the kind's name
   */
  async list<K extends keyof Answers>(
    service: Service,
    kind: K,
    query: Record<string, string | undefined>,
    path: string = kind,
  ): Promise<Answers[K][] | undefined> {
    const items: Answers[K][] = [];
    for (let page: string | undefined; ;) {
      const found = await this.#read(service, path, { ...query, page });
      if (found === undefined) return undefined;
      const body = found.body as Answers[K][] | { items: Answers[K][] };
      items.push(...(Array.isArray(body) ? body : body.items));
      page = found.headers.get("opc-next-page") ?? undefined;
      if (page === undefined) return items;
    }
  }

  /** @returns false where what is changed does not exist any more, or may not be seen */
  async change(service: Service, { method, path, body, etag }: Change): Promise<boolean> {
    const { response, host } = await this.#send(service, path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(etag !== undefined && { headers: { "if-match": etag } }),
    });
    if (response.status === 404) return false;
    if (response.ok) return true;
    throw await this.#refusal(response, `${host} refuses to ${method} ${path}`);
  }

  async #read(
    service: Service,
    path: string,
    query: Record<string, string | undefined>,
  ): Promise<{ body: unknown; headers: Headers } | undefined> {
    const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
    // As RFC 3986 has it, which the signature is over; URLSearchParams would write a space as "+".
    const text = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    const { response, host } = await this.#send(service, `${path}${text && `?${text}`}`, { method: "GET" });
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw await this.#refusal(response, `${host} does not serve ${path}`);
    return { body: parse(await response.text(), host), headers: response.headers };
  }

  async #send(
    service: Service,
    path: string,
    request: Omit<SignedRequest, "url">,
  ): Promise<{ response: Response; host: string }> {
    const { serviceEndpoint, signedRequest } = await import("../../account");
    const { version, client } = services[service];
    const endpoint = await serviceEndpoint({ service, client, ...this.place }, this.environment);
    const { href, host } = new URL([endpoint, version, path].filter((part) => part !== "").join("/"));
    const signed = { ...request, url: href };
    return { response: await signedRequest(this.account, signed, through(this.transport)), host };
  }

  async #refusal(response: Response, what: string): Promise<ExtractError> {
    const { status } = response;
    const { userId, fingerprint } = this.account;
    const account = `check the account (user ${userId || "of the session"}, fingerprint ${fingerprint}), its policies and the clock`;
    const remedies: Partial<Record<number, string>> = {
      401: account,
      403: account,
      412: "it has changed meanwhile: look again",
    };
    const reason = refusalOf(await response.text());
    return new ExtractError(
      `The OCI API ${what} (status ${status}${reason}); ${remedies[status] ?? "try again"}.`,
      status,
    );
  }
}

function parse(body: string, host: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ExtractError(
      `The OCI API ${host} answered with something that is not JSON; check the endpoint.`,
    );
  }
}

function refusalOf(body: string): string {
  try {
    const { code, message } = JSON.parse(body) as { code?: unknown; message?: unknown };
    return [code, message]
      .filter((part) => typeof part === "string")
      .map((part) => `, ${part.replace(/\.$/, "")}`)
      .join("");
  } catch {
    return "";
  }
}
