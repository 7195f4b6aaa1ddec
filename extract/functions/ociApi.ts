import type { models as functionModels } from "oci-functions";
import type { models as identityModels } from "oci-identity";
import type { Account, AccountOverrides } from "../../account";
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
  compartments: identityModels.Compartment;
}

type Service = "functions" | "identity";

/** Each service's API version, and its client's name for `serviceEndpoint`. */
const services = {
  functions: { version: "20181201", client: "oci_functions.FunctionsManagementClient" },
  identity: { version: "20160918", client: "oci_identity.IdentityClient" },
} as const;

/**
 * Reads from OCI's REST API, page after page. The official SDK would take longer to load than all the rest takes to run, and
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

  /** One resource; undefined where it does not exist or may not be seen, between which OCI makes no difference. */
  async get<K extends keyof Answers>(service: Service, kind: K, id: string): Promise<Answers[K] | undefined> {
    const found = await this.#ask(service, `${kind}s/${encodeURIComponent(id)}`, {});
    return found?.body as Answers[K] | undefined;
  }

  /** All that the query finds; undefined as for `get`. */
  async list<K extends keyof Answers>(
    service: Service,
    kind: K,
    query: Record<string, string | undefined>,
  ): Promise<Answers[K][] | undefined> {
    const items: Answers[K][] = [];
    for (let page: string | undefined; ;) {
      const found = await this.#ask(service, kind, { ...query, page });
      if (found === undefined) return undefined;
      items.push(...(found.body as Answers[K][]));
      page = found.nextPage;
      if (page === undefined) return items;
    }
  }

  async #ask(
    service: Service,
    path: string,
    query: Record<string, string | undefined>,
  ): Promise<{ body: unknown; nextPage: string | undefined } | undefined> {
    const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
    // As RFC 3986 has it, which the signature is over; URLSearchParams would write a space as "+".
    const text = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    const { serviceEndpoint, signedRequest } = await import("../../account");
    const { version, client } = services[service];
    const endpoint = await serviceEndpoint({ service, client, ...this.place }, this.environment);
    const url = new URL(`${endpoint}/${version}/${path}${text && `?${text}`}`);
    const request = { method: "GET", url: url.href } as const;
    const response = await signedRequest(this.account, request, through(this.transport));
    const { status } = response;
    if (status === 404) return undefined;
    const body = await response.text();
    const { host } = url;
    if (status === 200) {
      return { body: parse(body, host), nextPage: response.headers.get("opc-next-page") ?? undefined };
    }
    const { userId, fingerprint } = this.account;
    const remedy = [401, 403].includes(status)
      ? `check the account (user ${userId || "of the session"}, fingerprint ${fingerprint}), its policies and the clock`
      : "try again";
    throw new ExtractError(
      `The OCI API ${host} does not serve ${path} (status ${status}${refusalOf(body)}); ${remedy}.`,
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
