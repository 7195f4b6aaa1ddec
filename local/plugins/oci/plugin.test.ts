import { generateKeyPairSync } from "node:crypto";
import { unknown, type Properties } from "../shared/values";
import { fakeService, OVERRIDES } from "./fakeService";
import { ociPlugin } from "./plugin";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const account: Properties = {
  tenancyOcid: "tenancy",
  userOcid: "user",
  fingerprint: "aa:bb",
  privateKey,
  region: "sa-saopaulo-1",
};
const environment = { CLIENT_HOST_OVERRIDES: OVERRIDES, OCI_CONFIG_FILE: "/nowhere/config" };
const request = {
  urn: "urn",
  name: "thing",
  signal: new AbortController().signal,
  log: { status: () => undefined, info: () => undefined, warn: () => undefined },
};
const check = { ...request, olds: undefined, news: {}, autoname: undefined, randomSeed: new Uint8Array(32) };

test("a type or function that is not served is named, with the way to the official plugin", async () => {
  const plugin = ociPlugin(environment, () => fakeService().session);
  await plugin.configure(account);
  expect(() => plugin.check({ ...check, type: "oci:Core/vcn:Vcn" })).toThrow(
    /^The resource type oci:Core\/vcn:Vcn is not served here\..*pulumi plugin install resource oci 4\.20\.0/,
  );
  const call = { token: "oci:Core/getVcns:getVcns", args: {}, preview: false, signal: request.signal };
  expect(() => plugin.invoke(call)).toThrow("The function oci:Core/getVcns:getVcns is not served here");
});

test("without endpoints, or without an account, it refuses to be configured", () => {
  expect(() => ociPlugin({ OCI_CONFIG_FILE: "/nowhere" }).configure(account)).toThrow("names no endpoint");
  expect(() => ociPlugin(environment).configure({})).toThrow("No OCI account");
});

test("a configuration that is not known yet allows a preview and nothing else", async () => {
  const plugin = ociPlugin(environment);
  await plugin.configure({ ...account, region: unknown });
  const create = {
    ...request,
    type: "oci:Logging/logGroup:LogGroup",
    inputs: { compartmentId: "c", displayName: "g" },
    secretInputs: false,
    timeoutSeconds: undefined,
  };
  expect((await plugin.create({ ...create, preview: true })).id).toBe("");
  await expect(plugin.create({ ...create, preview: false })).rejects.toThrow("not known yet");
});
