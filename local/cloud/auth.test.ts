import { generateKeyPairSync } from "node:crypto";
import * as common from "oci-common";
import { TestCloud } from "./testCloud";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start();
});
afterAll(() => cloud.close());

interface Attempt {
  provider?: common.AuthenticationDetailsProvider;
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Changes the signed request before it is sent. */
  tamper?: (headers: Headers) => void;
  sentBody?: string;
  path?: string;
}

async function send(attempt: Attempt): Promise<{ status: number; code: string | undefined }> {
  const signer = new common.DefaultRequestSigner(attempt.provider ?? cloud.provider);
  const method = attempt.method ?? "GET";
  const uri = `${cloud.server.url}${attempt.path ?? "/n"}`;
  const headers = new Headers(attempt.headers);
  await signer.signHttpRequest({ method, uri, headers, body: attempt.body } as common.HttpRequest);
  attempt.tamper?.(headers);
  headers.delete("content-length");
  const response = await fetch(uri, { method, headers, body: attempt.sentBody ?? attempt.body });
  const text = await response.text();
  const body = text.startsWith("{") ? (JSON.parse(text) as { code?: string }) : {};
  return { status: response.status, code: body.code };
}

const refused = { status: 401, code: "NotAuthenticated" };
const createBucket = (): Attempt => ({
  method: "POST",
  path: `/n/${cloud.server.cloud.account.namespace}/b`,
  body: JSON.stringify({ name: "signed", compartmentId: cloud.tenancyId }),
});

test("a signed request is served", async () => {
  await expect(send({})).resolves.toMatchObject({ status: 200 });
  await expect(send(createBucket())).resolves.toMatchObject({ status: 200 });
});

test("a request without a signature is refused, and says so in the service's form", async () => {
  const response = await fetch(`${cloud.server.url}/n`);
  expect(response.status).toBe(401);
  expect(response.headers.get("opc-request-id")).toMatch(/^[0-9A-F]{32}$/);
  await expect(response.json()).resolves.toMatchObject({ code: "NotAuthenticated" });
});

test("another key is refused", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { tenancyId, userId } = cloud.server.cloud.account;
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const fingerprint = (await cloud.provider.getKeyId()).split("/")[2] ?? "";
  const known = new common.SimpleAuthenticationDetailsProvider(tenancyId, userId, fingerprint, pem, null);
  await expect(send({ provider: known })).resolves.toEqual(refused);
  const unknown = new common.SimpleAuthenticationDetailsProvider(tenancyId, userId, "00:11", pem, null);
  await expect(send({ provider: unknown })).resolves.toEqual(refused);
});

test("a date more than five minutes off is refused", async () => {
  const at = (minutes: number) => ({
    headers: { "x-date": new Date(Date.now() + minutes * 60_000).toUTCString() },
  });
  await expect(send(at(-6))).resolves.toEqual(refused);
  await expect(send(at(6))).resolves.toEqual(refused);
  await expect(send(at(-4))).resolves.toMatchObject({ status: 200 });
});

test("a fresh date beside the signed one does not help", async () => {
  const old = new Date(Date.now() - 3_600_000).toUTCString();
  const signedDate = await send({
    headers: { date: old },
    tamper: (headers) => {
      headers.set("authorization", (headers.get("authorization") ?? "").replace("x-date", "date"));
    },
  });
  expect(signedDate).toEqual(refused);
});

test("a changed body, or one that is not signed, is refused", async () => {
  const body = JSON.stringify({ name: "other", compartmentId: cloud.tenancyId });
  await expect(send({ ...createBucket(), sentBody: body })).resolves.toEqual(refused);
  const unsigned = (headers: Headers) => {
    headers.set("authorization", (headers.get("authorization") ?? "").replace(" x-content-sha256", ""));
  };
  await expect(send({ ...createBucket(), tamper: unsigned })).resolves.toEqual(refused);
});
