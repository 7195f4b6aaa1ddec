import { randomBytes, randomInt, scryptSync, timingSafeEqual } from "node:crypto";
import type { models } from "oci-identity";
import { z } from "zod";
import type { Cloud } from "../cloud";
import { limitExceeded, notFound } from "../errors";
import { requireMatch } from "../etag";
import { pathParam, readBody } from "../inputs";
import { newOcid } from "../ocid";
import type { Call, Reply } from "../service";
import type { Resource } from "../store";
import type { Wire } from "../wire";
import { type AuthTokenDocument, authTokens } from "./state";

const MAXIMUM_TOKENS = 2;
const TOKEN_LENGTH = 20;
const TOKEN_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789(){}[]<>.:;#_-";

const description = z.string().min(1).max(400);
const createDetails: z.ZodType<Wire<models.CreateAuthTokenDetails>> = z.strictObject({ description });
const updateDetails: z.ZodType<Wire<models.UpdateAuthTokenDetails>> = z.strictObject({
  description: description.optional(),
});

export function createAuthToken(call: Call): Reply {
  const { store } = call.cloud;
  const userId = requiredUser(call);
  const details = readBody(call, createDetails);
  if (store.find(authTokens, { parentId: userId }).length >= MAXIMUM_TOKENS) {
    throw limitExceeded(`The user already has ${MAXIMUM_TOKENS} auth tokens, the most a user can have.`);
  }
  const secret = Array.from(
    { length: TOKEN_LENGTH },
    () => TOKEN_ALPHABET[randomInt(TOKEN_ALPHABET.length)],
  ).join("");
  const salt = randomBytes(16);
  const id = newOcid("credential");
  const token: AuthTokenDocument["token"] = {
    id,
    userId,
    description: details.description,
    timeCreated: new Date().toISOString(),
    lifecycleState: "ACTIVE",
  };
  const place = { id, compartmentId: call.caller.tenancyId, parentId: userId, name: "" };
  const kept = { token, salt: salt.toString("base64"), hash: hash(secret, salt).toString("base64") };
  const resource = store.insert(authTokens, place, kept);
  const body: Wire<models.AuthToken> = { ...token, token: secret };
  return { body, resource };
}

export function listAuthTokens(call: Call): Reply {
  const found = call.cloud.store.find(authTokens, { parentId: requiredUser(call) });
  return { body: found.map(({ document }) => document.token) };
}

export function updateAuthToken(call: Call): Reply {
  const current = requiredToken(call);
  requireMatch(call, current);
  const token = { ...current.document.token, ...readBody(call, updateDetails) };
  const resource = call.cloud.store.update(authTokens, current, { ...current.document, token });
  return { body: token, resource };
}

export function deleteAuthToken(call: Call): Reply {
  const current = requiredToken(call);
  requireMatch(call, current);
  call.cloud.store.remove(authTokens, current.id);
  return {};
}

/** Whether `token` is one of the user's auth tokens. */
export function verifyAuthToken({ store, account }: Cloud, userName: string, token: string): boolean {
  return (
    userName === account.userName &&
    store.find(authTokens, { parentId: account.userId }).some(({ document }) => {
      const expected = Buffer.from(document.hash, "base64");
      return timingSafeEqual(expected, hash(token, Buffer.from(document.salt, "base64")));
    })
  );
}

function hash(secret: string, salt: Buffer): Buffer {
  return scryptSync(secret, salt, 32, { N: 4096 });
}

function requiredUser(call: Call): string {
  const userId = pathParam(call, "userId");
  if (userId !== call.cloud.account.userId) {
    throw notFound();
  }
  return userId;
}

function requiredToken(call: Call): Resource<AuthTokenDocument> {
  const userId = requiredUser(call);
  const found = call.cloud.store.get(authTokens, pathParam(call, "authTokenId"));
  if (found?.parentId !== userId) {
    throw notFound();
  }
  return found;
}
