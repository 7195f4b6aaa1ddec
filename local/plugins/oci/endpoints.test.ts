import { Endpoints } from "./endpoints";
import { identity, nosql } from "./table/services";

test.each(["http://127.0.0.1:12100", "http://127.8.9.1:1/", "http://localhost:3", "http://[::1]:4"])(
  "a loopback endpoint is taken: %s",
  (url) => {
    const endpoints = Endpoints.parse(`oci_identity.IdentityClient=${url};`);
    expect(endpoints.of(identity)).toBe(url.replace(/\/$/, ""));
  },
);

test.each([
  "https://identity.sa-saopaulo-1.oci.oraclecloud.com",
  "http://192.168.0.7:80",
  "http://127.0.0.1.example.com",
  "http://[2001:db8::1]",
])("an endpoint elsewhere is refused, with the way to the official plugin: %s", (url) => {
  expect(() => Endpoints.parse(`oci_identity.IdentityClient=${url}`)).toThrow(
    /loopback addresses only.*pulumi plugin install resource oci 4\.20\.0/,
  );
});

test("no endpoint at all is refused before any work", () => {
  expect(() => Endpoints.parse(undefined)).toThrow(/names no endpoint.*npm run cloud -- env/);
});

test("what is not a setting, and a service left out, are named", () => {
  expect(() => Endpoints.parse("oci_identity.IdentityClient")).toThrow("is not CLIENT=URL");
  expect(() => Endpoints.parse("oci_identity.IdentityClient=http://127.0.0.1:1").of(nosql)).toThrow(
    "has no oci_nosql.NosqlClient",
  );
});
