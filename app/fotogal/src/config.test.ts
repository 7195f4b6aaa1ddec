import { readConfiguration } from "./config";

const complete = {
  FOTOGAL_REGION: "sa-saopaulo-1",
  FOTOGAL_COMPARTMENT_ID: "ocid1.compartment.oc1..example",
  FOTOGAL_NAMESPACE: "examplenamespace",
  FOTOGAL_BUCKET: "fotogal_bucket_images",
  FOTOGAL_TABLE_IMAGES: "fotogal_ntable_images",
  FOTOGAL_TABLE_USERS: "fotogal_ntable_users",
  FOTOGAL_TABLE_AUTHSESSION: "fotogal_ntable_authsession",
  FOTOGAL_LOG_ID: "ocid1.log.oc1.sa-saopaulo-1.example",
  SESSION_KEY: "s".repeat(32),
  CSRF_KEY: "c".repeat(32),
  AUTH_COOKIE_KEY: "a".repeat(32),
};

describe("readConfiguration", () => {
  it("reads a complete environment", () => {
    expect(readConfiguration(complete)).toEqual({
      config: {
        region: "sa-saopaulo-1",
        compartmentId: "ocid1.compartment.oc1..example",
        namespace: "examplenamespace",
        bucket: "fotogal_bucket_images",
        tables: {
          images: "fotogal_ntable_images",
          users: "fotogal_ntable_users",
          authSession: "fotogal_ntable_authsession",
        },
        logId: "ocid1.log.oc1.sa-saopaulo-1.example",
        keys: { session: "s".repeat(32), csrf: "c".repeat(32), authCookie: "a".repeat(32) },
        objectStorageEndpoint: undefined,
      },
    });
  });

  it("names everything that is missing at once", () => {
    expect(readConfiguration({}).problems).toEqual(Object.keys(complete).map((name) => `${name} is not set`));
  });

  it("refuses keys that are short or the same, and shows none of them", () => {
    const short = readConfiguration({ ...complete, CSRF_KEY: "too-short" });
    expect(short.problems).toEqual(["CSRF_KEY is shorter than 32 characters"]);
    const same = readConfiguration({ ...complete, CSRF_KEY: complete.SESSION_KEY });
    expect(same.problems).toEqual(["SESSION_KEY, CSRF_KEY, AUTH_COOKIE_KEY are not all different"]);
  });
});
