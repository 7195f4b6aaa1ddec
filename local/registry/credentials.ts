/** What a request's Authorization header holds. */
export type Credentials =
  | { scheme: "none" }
  | { scheme: "bearer"; token: string }
  | { scheme: "basic"; login: string; password: string }
  | { scheme: "signature" };

/** Reads an Authorization header; what cannot be read counts as none. */
export function parseAuthorization(header: string | undefined): Credentials {
  const [, scheme = "", value = ""] = /^(\S+) +(.+)$/s.exec(header?.trim() ?? "") ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return { scheme: "bearer", token: value };
    case "signature":
      return { scheme: "signature" };
    case "basic": {
      const [, login, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, "base64").toString("utf8")) ?? [];
      if (login === undefined || password === undefined) return { scheme: "none" };
      return { scheme: "basic", login, password };
    }
    default:
      return { scheme: "none" };
  }
}

/** The user whose password is a session token. */
export const bearerTokenLogin = "BEARER_TOKEN";

/**
 * The user's name in a docker login of the forms `<namespace>/<user>`, `<namespace>/oracleidentitycloudservice/<user>`
 * and `<namespace>/<identity domain>/<user>`; undefined for any other text or namespace. The local tenancy has one set
 * of users, so every identity domain leads to it.
 */
export function userOfLogin(login: string, namespace: string): string | undefined {
  const parts = login.split("/");
  if (parts[0] !== namespace || parts.length < 2 || parts.length > 3 || parts.includes("")) return undefined;
  return parts.at(-1);
}
