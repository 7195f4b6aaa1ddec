import type { FastifyRequest } from "fastify";

import { verifySignature } from "../cloud/auth";
import type { Cloud } from "../cloud/cloud";
import { verifyAuthToken } from "../cloud/identity/authTokens";
import { bearerTokenLogin, type Credentials, parseAuthorization, userOfLogin } from "./credentials";
import type { Access, TokenIssuer } from "./tokens";

/** Whose request it is, and what it may do. */
export interface Caller {
  /** The user's OCID; undefined for somebody anonymous, who has got a token for public repositories. */
  user?: string;
  /** `everything`: all repositories of the tenancy. */
  access: "everything" | Access[];
  /** When the credentials end, in seconds since 1970; undefined for lasting ones. */
  expires?: number;
}

/** Tells who a request comes from, by the ways that OCIR takes. */
export class Callers {
  constructor(
    private readonly cloud: Cloud,
    private readonly tokens: TokenIssuer,
  ) {}

  /** The caller of a request to `/v2/…`: a bearer token, or docker's login and password. */
  ofRegistryRequest(authorization: string | undefined): Caller | undefined {
    const credentials = parseAuthorization(authorization);
    if (credentials.scheme === "bearer") return this.ofToken(credentials.token);
    return this.ofBasic(credentials);
  }

  /** The caller of a request for a token: a request signature, or docker's login and password. */
  ofTokenRequest(request: FastifyRequest): Caller | undefined {
    const credentials = parseAuthorization(request.headers.authorization);
    if (credentials.scheme !== "signature") return this.ofBasic(credentials);
    const { method, originalUrl: url, headers } = request;
    return { user: verifySignature(this.cloud, { method, url, headers }).userId, access: "everything" };
  }

  private ofBasic(credentials: Credentials): Caller | undefined {
    if (credentials.scheme !== "basic") return undefined;
    const { login, password } = credentials;
    if (login === bearerTokenLogin) {
      const caller = this.ofToken(password);
      // An access token must not buy the next one, or a session would never end.
      return caller?.access === "everything" ? caller : undefined;
    }
    const { namespace, userName, userId } = this.cloud.account;
    const user = userOfLogin(login, namespace);
    if (user !== userName || !verifyAuthToken(this.cloud, user, password)) return undefined;
    return { user: userId, access: "everything" };
  }

  private ofToken(token: string): Caller | undefined {
    const claims = this.tokens.read(token);
    if (claims === undefined) return undefined;
    const { user, expires } = claims;
    const access = claims.kind === "session" ? "everything" : claims.access;
    return { access, expires, ...(user === undefined ? {} : { user }) };
  }
}
