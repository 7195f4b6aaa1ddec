import { isLoopbackHost } from "../../formats/imageReference";
import { type Credential, type FoundCredential, isOracleRegistry } from "./credentials";
import { ExtractError } from "../errors";
import type { HttpRequest, HttpResponse, Transport } from "./transport";

/** A `WWW-Authenticate` challenge: scheme in lower case, parameters as sent. */
export interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

/** Parses the challenges of one or several `WWW-Authenticate` headers. */
export function parseChallenges(header: string | string[] | undefined): Challenge[] {
  const challenges: Challenge[] = [];
  const token = /[\s,]*(?:([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))|([A-Za-z][A-Za-z0-9-]*))/y;
  for (const line of [header ?? []].flat()) {
    token.lastIndex = 0;
    for (let match = token.exec(line); match !== null; match = token.exec(line)) {
      const [, name, quoted, bare, scheme] = match;
      if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
      else if (name !== undefined) {
        const value = quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "";
        const last = challenges.at(-1);
        if (last !== undefined) last.parameters[name.toLowerCase()] = value;
      }
    }
  }
  return challenges;
}

/**
 * Answers a registry's 401 challenges: basic, or bearer with a token from the challenge's realm. Requests that are refused at
 * the same time share one answer.
 */
export class Authorization {
  #found: Promise<FoundCredential> | undefined;
  #header: string | undefined;
  #answering: Promise<string | undefined> | undefined;

  constructor(
    private readonly host: string,
    private readonly transport: Transport,
    private readonly find: () => Promise<FoundCredential>,
  ) {}

  /** For messages: `without a credential`, or whose it is; and why no better one was to be had. */
  async described(): Promise<{ anonymous: boolean; who: string; problem: string }> {
    const { credential, source = "these credentials", problem } = (await this.#found) ?? {};
    return {
      anonymous: credential === undefined,
      who: credential === undefined ? "without a credential" : `with ${source}`,
      problem: problem === undefined ? "" : ` ${problem}`,
    };
  }

  /** Any status is an answer, after one try with what the registry asks for. */
  async send(url: string, repository: string, request: HttpRequest): Promise<HttpResponse> {
    const { headers } = request;
    const attempt = (authorization: string | undefined) =>
      this.transport.send(url, {
        ...request,
        headers: { ...headers, ...(authorization !== undefined && { authorization }) },
      });
    const sent = this.#header;
    const response = await attempt(sent);
    // What a redirect led to gets no credentials, whatever it asks for.
    if (response.statusCode !== 401 || response.origin !== new URL(url).origin) return response;
    // Read now, to leave the connection to the request for a token.
    await response.text();
    const answer = await this.#answerOnce(response, repository, sent);
    return answer === undefined ? response : attempt(answer);
  }

  /**
   * The `Authorization` header that answers the challenge.
   * @param refused the header that the registry refused
   * @returns undefined when there is nothing to answer with
   */
  async #answerOnce(
    response: HttpResponse,
    repository: string,
    refused: string | undefined,
  ): Promise<string | undefined> {
    // Another request has got a new one meanwhile.
    if (this.#header !== refused) return this.#header;
    this.#answering ??= this.#answer(response, repository).finally(() => (this.#answering = undefined));
    return this.#answering;
  }

  async #answer(response: HttpResponse, repository: string): Promise<string | undefined> {
    const challenges = parseChallenges(response.headers["www-authenticate"]);
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    const basic = challenges.some(({ scheme }) => scheme === "basic");
    this.#found ??= this.find();
    const { credential } = await this.#found;
    let header: string | undefined;
    if (bearer !== undefined) header = `Bearer ${await this.#token(bearer, repository, credential)}`;
    else if (basic && credential !== undefined && "username" in credential) header = basicHeader(credential);
    if (header !== undefined) this.#header = header;
    return header;
  }

  async #token(
    { parameters }: Challenge,
    repository: string,
    credential: Credential | undefined,
  ): Promise<string> {
    if (credential !== undefined && "registryToken" in credential) return credential.registryToken;
    const realm = this.#realm(parameters.realm);
    const { service, scope = `repository:${repository}:pull` } = parameters;
    const query = new URLSearchParams(service === undefined ? {} : { service });
    let response: HttpResponse;
    if (credential !== undefined && "identityToken" in credential) {
      query.set("scope", scope);
      query.set("grant_type", "refresh_token");
      query.set("client_id", "fotogal-motando-extract");
      query.set("refresh_token", credential.identityToken);
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      response = await this.transport.send(realm.href, { method: "POST", headers, body: query.toString() });
    } else {
      // Several scopes come in one parameter and go in one each.
      for (const each of scope.split(/\s+/)) query.append("scope", each);
      for (const [name, value] of query) realm.searchParams.append(name, value);
      const authorization = credential && basicHeader(credential);
      response = await this.transport.send(realm.href, { headers: authorization ? { authorization } : {} });
    }
    const text = await response.text();
    if (response.statusCode !== 200) throw await this.#refusal(response, text, repository, realm);
    const token = tokenIn(text);
    if (token === undefined) throw new ExtractError(`${realm.host} answered without a token.`);
    return token;
  }

  async #refusal(
    { statusCode }: HttpResponse,
    text: string,
    repository: string,
    realm: URL,
  ): Promise<ExtractError> {
    const details = `status ${statusCode} from ${realm.host}${registryMessage(text)}`;
    if (statusCode === 429 || statusCode >= 500) {
      return new ExtractError(`Registry ${this.host} gives no token now (${details}); try again later.`);
    }
    const { who, problem } = await this.described();
    return new ExtractError(
      `Registry ${this.host} gives no access to ${repository} ${who} (${details}); ${accessAdvice(this.host)}${problem}`,
    );
  }

  #realm(text: string | undefined): URL {
    const realm = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
    if (realm === undefined) {
      throw new ExtractError(`Registry ${this.host} asks for a token without saying where to get one.`);
    }
    // The password goes there: only over TLS, or on this machine for a registry that is on it too.
    if (
      realm.protocol !== "https:" &&
      !(realm.protocol === "http:" && isLoopbackHost(realm.host) && isLoopbackHost(this.host))
    ) {
      throw new ExtractError(
        `Registry ${this.host} asks for credentials at ${realm.protocol}//${realm.host}, which is not encrypted; refused.`,
      );
    }
    return realm;
  }
}

/** What to do about a refusal. Many registries refuse what they don't have, so as not to tell. */
export function accessAdvice(host: string): string {
  const login = isOracleRegistry(host, process.env)
    ? ` as NAMESPACE/USER (NAMESPACE/oracleidentitycloudservice/USER or NAMESPACE/DOMAIN/USER for a federated user) with an auth token`
    : "";
  return `check the name, log in with docker login ${host}${login}, or check the policies.`;
}

/** The reason in a registry's or token server's answer, with a comma before it; empty when there is none. */
export function registryMessage(text: string): string {
  let answer: RefusalDocument | null;
  try {
    answer = JSON.parse(text) as RefusalDocument | null;
  } catch {
    return "";
  }
  const first = Array.isArray(answer?.errors) ? answer.errors[0] : undefined;
  const candidates = [
    first?.message,
    first?.code,
    answer?.error_description,
    answer?.details,
    answer?.message,
    answer?.error,
  ];
  const reason = candidates.find((each) => typeof each === "string" && each !== "") as string | undefined;
  return reason === undefined ? "" : `, ${reason.slice(0, 300).replace(/\s+/g, " ").replace(/\.$/, "")}`;
}

/** The distribution specification's, OAuth 2's and Docker Hub's form. */
interface RefusalDocument {
  errors?: ({ code?: unknown; message?: unknown } | null)[];
  error?: unknown;
  error_description?: unknown;
  details?: unknown;
  message?: unknown;
}

function tokenIn(text: string): string | undefined {
  try {
    const answer = JSON.parse(text) as { token?: unknown; access_token?: unknown } | null;
    const token = answer?.token ?? answer?.access_token;
    return typeof token === "string" && token !== "" ? token : undefined;
  } catch {
    return undefined;
  }
}

function basicHeader({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}
