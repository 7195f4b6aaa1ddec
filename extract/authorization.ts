import { isLoopbackHost } from "../formats/imageReference";
import type { Credential, FoundCredential } from "./credentials";
import { ExtractError } from "./errors";
import type { HttpResponse, Transport } from "./transport";

/** A `WWW-Authenticate` challenge: scheme in lower case, parameters as sent. */
export interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

/** Parses the challenges of one or several `WWW-Authenticate` headers. */
export function parseChallenges(header: string | string[] | undefined): Challenge[] {
  const challenges: Challenge[] = [];
  const token =
    /\s*,?\s*(?:([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))|([A-Za-z][A-Za-z0-9-]*))/y;
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

/** Answers a registry's 401 challenges: basic, or bearer with a token from the challenge's realm. */
export class Authorization {
  #found: Promise<FoundCredential> | undefined;

  constructor(
    private readonly host: string,
    private readonly transport: Transport,
    private readonly find: () => Promise<FoundCredential>,
  ) {}

  /** Why no better credential was to be had; empty when there is nothing to say. */
  async problem(): Promise<string> {
    const problem = (await this.#found)?.problem;
    return problem === undefined ? "" : ` ${problem}`;
  }

  /** Whether a credential was found; false also before anything asked for one. */
  async hasCredential(): Promise<boolean> {
    return (await this.#found)?.credential !== undefined;
  }

  /**
   * The `Authorization` header that answers the challenge.
   * @returns undefined when there is nothing to answer with
   */
  async answer(response: HttpResponse, repository: string): Promise<string | undefined> {
    const challenges = parseChallenges(response.headers["www-authenticate"]);
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    this.#found ??= this.find();
    const { credential } = await this.#found;
    if (bearer !== undefined) return `Bearer ${await this.#token(bearer, repository, credential)}`;
    const basic = challenges.some(({ scheme }) => scheme === "basic");
    return basic && credential !== undefined && "username" in credential
      ? basicHeader(credential)
      : undefined;
  }

  async #token(
    { parameters }: Challenge,
    repository: string,
    credential: Credential | undefined,
  ): Promise<string> {
    const realm = this.#realm(parameters.realm);
    const scope = parameters.scope ?? `repository:${repository}:pull`;
    const query = { ...(parameters.service !== undefined && { service: parameters.service }), scope };
    const response =
      credential !== undefined && "identityToken" in credential
        ? await this.transport.send(realm.href, {
            method: "POST",
            headers: { "content-type": "application/x-www-form-urlencoded" },
            body: new URLSearchParams({
              ...query,
              grant_type: "refresh_token",
              client_id: "fotogal-motando-extract",
              refresh_token: credential.identityToken,
            }).toString(),
          })
        : await this.transport.send(withQuery(realm, query), {
            headers: credential === undefined ? {} : { authorization: basicHeader(credential) },
          });
    const text = await response.text();
    if (response.statusCode !== 200) {
      const who = credential === undefined ? "without a credential" : "with these credentials";
      throw new ExtractError(
        `Registry ${this.host} gives no access to ${repository} ${who} (status ${response.statusCode} from ${realm.host}); log in with docker login ${this.host}, or check the policies.${await this.problem()}`,
      );
    }
    const token = tokenIn(text);
    if (token === undefined) throw new ExtractError(`${realm.host} answered without a token.`);
    return token;
  }

  #realm(text: string | undefined): URL {
    const realm = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
    if (realm === undefined) {
      throw new ExtractError(`Registry ${this.host} asks for a token without saying where to get one.`);
    }
    // The password goes there: only over TLS, or on this machine for a registry that is on it too.
    if (realm.protocol !== "https:" && !(isLoopbackHost(realm.host) && isLoopbackHost(this.host))) {
      throw new ExtractError(
        `Registry ${this.host} asks for credentials at ${realm.origin}, which is not encrypted; refused.`,
      );
    }
    return realm;
  }
}

function tokenIn(text: string): string | undefined {
  try {
    const answer = JSON.parse(text) as { token?: unknown; access_token?: unknown };
    const token = answer.token ?? answer.access_token;
    return typeof token === "string" && token !== "" ? token : undefined;
  } catch {
    return undefined;
  }
}

function withQuery(realm: URL, query: Record<string, string>): string {
  const url = new URL(realm);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

function basicHeader({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}
