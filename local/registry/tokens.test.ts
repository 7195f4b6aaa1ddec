import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import jwt from "jsonwebtoken";

import { TokenIssuer, tokenLifetime } from "./tokens";

describe("registry tokens", () => {
  const issuer = new TokenIssuer("a key");
  const access = [{ repository: "space/app", actions: ["pull" as const] }];

  test("say who holds them and what they are good for, for an hour", () => {
    const claims = issuer.read(issuer.issue({ user: "ana", kind: "access", access }));
    expect(claims).toMatchObject({ user: "ana", kind: "access", access });
    expect(claims?.expires).toBeGreaterThan(Date.now() / 1000 + tokenLifetime - 60);
    expect(claims?.expires).toBeLessThanOrEqual(Date.now() / 1000 + tokenLifetime + 1);
  });

  test.each([
    ["of another key", new TokenIssuer("another key").issue({ user: "ana", kind: "session" })],
    ["that is over", issuer.issue({ user: "ana", kind: "session" }, -1)],
    ["without a signature", jwt.sign({ kind: "session", access: [] }, "", { algorithm: "none" })],
    ["of another issuer", jwt.sign({ kind: "session", access: [] }, "a key", { issuer: "x", expiresIn: 9 })],
    ["that is no token", "nonsense"],
  ])("a token %s is worth nothing", (_, token) => {
    expect(issuer.read(token)).toBeUndefined();
  });

  test("a changed token is worth nothing", () => {
    const [head, , signature] = issuer.issue({ user: "ana", kind: "access", access }).split(".");
    const forged = Buffer.from(JSON.stringify({ kind: "session", access: [], exp: 9e9 })).toString(
      "base64url",
    );
    expect(issuer.read([head, forged, signature].join("."))).toBeUndefined();
  });

  test("the key survives a restart and only its owner reads it", () => {
    const directory = mkdtempSync(join(tmpdir(), "tokens-"));
    try {
      const token = TokenIssuer.fromDirectory(directory).issue({ user: "ana", kind: "session" });
      expect(TokenIssuer.fromDirectory(directory).read(token)).toMatchObject({ user: "ana" });
      expect(statSync(join(directory, "token.key")).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
