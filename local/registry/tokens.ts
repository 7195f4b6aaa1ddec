import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import jwt from "jsonwebtoken";
import { z } from "zod";

/** What one token, or one request, may do with a repository. */
export type Action = "pull" | "push" | "delete";

/** A repository (path below the host, namespace included) and what may be done with it. */
export interface Access {
  repository: string;
  actions: Action[];
}

/** Who holds a token. `user` is the user's name, or undefined for somebody anonymous. */
export interface TokenClaims {
  user?: string;
  /** `session`: the password of the docker user BEARER_TOKEN, good for every repository of the tenancy. `access`: what docker trades it for. */
  kind: "session" | "access";
  /** Seconds since 1970. */
  expires: number;
  access: Access[];
}

/** How long a token is good for, in seconds. */
export const tokenLifetime = 3600;

const issuer = "container-registry";

const payloadSchema = z.object({
  sub: z.string().optional(),
  kind: z.enum(["session", "access"]),
  exp: z.number(),
  access: z.array(z.object({ repository: z.string(), actions: z.array(z.enum(["pull", "push", "delete"])) })),
});

/** Signs and reads the registry's tokens with a key of this state directory. */
export class TokenIssuer {
  constructor(private readonly key: string) {}

  /** Reads the key at `directory`/token.key, or makes it (readable by its owner only). */
  static fromDirectory(directory: string): TokenIssuer {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, "token.key");
    try {
      writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    return new TokenIssuer(readFileSync(file, "utf8"));
  }

  /** A token for `user` that ends after `lifetime` seconds. */
  issue(
    claims: { user?: string; kind: TokenClaims["kind"]; access?: Access[] },
    lifetime = tokenLifetime,
  ): string {
    const payload = { kind: claims.kind, access: claims.access ?? [] };
    return jwt.sign(payload, this.key, {
      algorithm: "HS256",
      issuer,
      expiresIn: lifetime,
      ...(claims.user === undefined ? {} : { subject: claims.user }),
    });
  }

  /** What the token says, or undefined when it is not ours, is over, or was tampered with. */
  read(token: string): TokenClaims | undefined {
    try {
      const payload = payloadSchema.parse(jwt.verify(token, this.key, { algorithms: ["HS256"], issuer }));
      const { sub, kind, exp, access } = payload;
      return { kind, expires: exp, access, ...(sub === undefined ? {} : { user: sub }) };
    } catch {
      return undefined;
    }
  }
}
