import * as pulumi from "@pulumi/pulumi";
import { read, runMocked } from "../components/testing/mockStack";
import { loadSettings } from ".";

const ocid = "ocid1.compartment.oc1..aaaa";
const secretNames = ["registryPassword", "fotogalSessionKey", "fotogalCsrfKey", "fotogalAuthCookieKey"];
const keys = {
  fotogalSessionKey: "s".repeat(32),
  fotogalCsrfKey: "c".repeat(32),
  fotogalAuthCookieKey: "a".repeat(32),
};

it("has a default for everything but secrets", async () => {
  const { result } = await load(keys);
  expect(result).toMatchObject({
    versions: { fotogal: "1.0.0", "motando-webapp": "1.0.0", "dramatiq-classifiedad": "1.0.0" },
    nameSuffix: "",
    immutableTags: false,
    vulnerabilityScanning: true,
    tableCapacity: { mode: "provisioned", readUnits: 10, writeUnits: 5, storageGBs: 1 },
    logRetentionDays: 30,
    registryLogin: { mode: "session", username: undefined, password: undefined },
    common: {
      protectData: true,
      freeformTags: { environment: "test", project: "fotogal-motando", stack: "fotogal-motando/test" },
    },
  });
  expect(result.functionSource).toBeUndefined();
});

it("reads every key, and keeps secrets secret", async () => {
  const place = { compartment: "cmp-functions", application: "fn app sample 001", function: "fn sample 001" };
  const { result } = await load({
    ...keys,
    fotogalVersion: "2.0.0-rc.1",
    repositoryPrefix: "jane",
    nameSuffix: "-dev",
    fotogalCompartmentId: ocid,
    protect: "false",
    tableCapacity: '{"mode":"onDemand","storageGBs":2}',
    logRetentionDays: "60",
    registryCredentials: "existing",
    registryUsername: "jane",
    registryPassword: "token",
    functionSource: JSON.stringify(place),
  });
  expect(result).toMatchObject({
    versions: { fotogal: "2.0.0-rc.1" },
    repositoryPrefix: "jane",
    nameSuffix: "-dev",
    fotogalCompartmentId: ocid,
    common: { protectData: false },
    tableCapacity: { mode: "onDemand", readUnits: 10, storageGBs: 2 },
    logRetentionDays: 60,
    registryLogin: { mode: "existing", username: "jane" },
    functionSource: place,
  });
  expect(await read(result.registryLogin.password)).toEqual({ value: "token", secret: true });
  expect(await read(result.fotogalKeys.CSRF_KEY)).toEqual({ value: keys.fotogalCsrfKey, secret: true });
  expect(JSON.stringify(Object.values(result))).not.toContain(keys.fotogalCsrfKey);
});

it("reports every problem at once: the key, what was found, what is right", async () => {
  const wrong = {
    fotogalVersion: "v1.0.0",
    motandoWebappVersion: "latest",
    repositoryPrefix: "Jane",
    nameSuffix: "_x",
    parentCompartmentId: "cmp",
    protect: "yes",
    tableCapacity: '{"readUnits":0,"units":1}',
    logRetentionDays: "45",
    registryCredentials: "existing",
    functionSource:
      '{"compartment":"","application":"a","function":[],"platform":"arm","maximumArchiveBytes":67108865}',
    fotogalSessionKey: "short",
    fotogalVersio: "1.0.0",
  };
  const error = await load(wrong, []).catch((reason: unknown) => reason as Error);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  const [title, ...lines] = (error as Error).message.split("\n  ");
  expect(title).toBe("Pulumi.test.yaml, the stack's configuration, cannot be used:");
  expect(lines.sort()).toEqual([
    expect.stringMatching(/^fotogalSessionKey: found 5 characters; give at least 32/),
    "fotogalSessionKey: found in plain text; set it with `pulumi config set --secret fotogalSessionKey`",
    "fotogalVersio: no such setting; write fotogalVersion",
    'fotogalVersion: "v1.0.0" starts with a letter; write "1.0.0"',
    'functionSource.compartment: found ""; write its exact name',
    "functionSource.function: found []; write a function's exact name, or a list of them",
    "functionSource.maximumArchiveBytes: found 67108865; write a whole number from 1 to 67108864",
    'functionSource.platform: "arm" is not a platform; write os/architecture, such as "linux/amd64"',
    'logRetentionDays: found "45"; write 30, 60, 90, 120, 150 or 180',
    'motandoWebappVersion: "latest" is not a full semantic version; write three numbers, such as "1.0.0"',
    'nameSuffix: found "_x"; write a dash, then a-z and 0-9, such as "-dev"',
    expect.stringMatching(/^parentCompartmentId: found "cmp"; write a compartment's OCID/),
    'protect: found "yes"; write true or false',
    'registryPassword: found nothing; registryCredentials "existing" needs it',
    'registryUsername: found nothing; registryCredentials "existing" needs it',
    'repositoryPrefix: "Jane" has capital letters; write "jane"',
    "tableCapacity.readUnits: found 0; write a whole number from 1 to 40000",
    "tableCapacity.units: no such setting; write mode, readUnits, writeUnits, storageGBs",
  ]);
});

it.each([[undefined], ["fn"], [["fn", "other"]]])(
  "takes %j for whose source is recovered",
  async (wanted) => {
    const functionSource = { compartment: "c", application: "a", function: wanted };
    const { result } = await load({ ...keys, functionSource: JSON.stringify(functionSource) });
    expect(result.functionSource).toEqual({ ...functionSource, maximumArchiveBytes: 4 * 1024 * 1024 });
  },
);

it("reads how images are scanned and signed, and refuses what would stop nothing", async () => {
  const imageGate = {
    severities: ["CRITICAL", "HIGH"],
    required: true,
    ignoreUnfixed: true,
    rescan: "2026-01-01",
  };
  const { result } = await load({ ...keys, imageGate: JSON.stringify(imageGate), imageSigning: "{}" });
  expect(result).toMatchObject({ imageGate, imageSigning: {}, sbom: true, scanningPolicy: true });
  const wrong = { severities: [], scanner: "clair", required: "yes", fail: true };
  await expect(load({ ...keys, imageGate: JSON.stringify(wrong), imageSigning: "cosign" })).rejects.toThrow(
    /imageGate\.severities: found \[\]; write a list of CRITICAL, .*\n {2}imageGate\.required: found "yes"; write true or false\n {2}imageGate\.scanner: found "clair"; write trivy or grype\n {2}imageGate\.fail: no such setting; .*\n {2}imageSigning: found "cosign"; write \{\} or its key/,
  );
});

it("reads what makes it agree with what was made by hand", async () => {
  const { result } = await load({
    ...keys,
    keepAsFound: '["freeformTags","readme"]',
    fotogalRepositoryCompartmentId: ocid,
    motando: "false",
    publishImages: "false",
  });
  expect(result).toMatchObject({
    keepAsFound: ["freeformTags", "readme"],
    fotogalRepositoryCompartmentId: ocid,
    motando: false,
    publishImages: false,
  });
  await expect(load({ ...keys, keepAsFound: '["versioning"]' })).rejects.toThrow(
    /keepAsFound\.0: found "versioning"; write a list of freeformTags, readme, description/,
  );
});

it("refuses what is Motando's without Motando, and access to the whole tenancy", async () => {
  const tenancy = "ocid1.tenancy.oc1..abc";
  const wrong = {
    motando: "false",
    motandoTables: "true",
    motandoBuckets: "true",
    motandoInitRepository: "true",
  };
  await expect(
    load({ ...keys, ...wrong, accessPolicies: "true", fotogalCompartmentId: tenancy }),
  ).rejects.toThrow(
    /motandoTables: found true with motando false; .*\n {2}motandoBuckets: found .*\n {2}motandoInitRepository: found .*\n {2}fotogalCompartmentId: found the tenancy, and accessPolicies/,
  );
  const { result } = await load({ ...keys, motando: "false", fotogalCompartmentId: tenancy });
  expect(result).toMatchObject({ motandoTables: false, accessPolicies: false, lifecyclePolicy: true });
});

it("refuses text where a structure belongs, and one key used twice", async () => {
  await expect(
    load({ ...keys, fotogalCsrfKey: keys.fotogalSessionKey, tableCapacity: "5", functionSource: "{" }),
  ).rejects.toThrow(
    /tableCapacity: found "5"; write mode, .*\n {2}functionSource: found "\{"; write compartment, .*\n {2}fotogalCsrfKey: found the value of another key/,
  );
});

it("tells no value of a setting that is encrypted although it need not be", async () => {
  const hidden = { protect: "perhaps", repositoryPrefix: "Jane", tableCapacity: '{"readUnits":0}' };
  const failing = load({ ...keys, ...hidden }, [...secretNames, ...Object.keys(hidden)]);
  const { message } = await failing.then(
    () => new Error("taken"),
    (error: unknown) => error as Error,
  );
  expect(message.split("\n  ").slice(1).sort()).toEqual([
    "protect: found 7 characters; write true or false",
    "repositoryPrefix: found 4 characters; set it in plain text to be told what is wrong",
    "tableCapacity.readUnits: found 15 characters; write a whole number from 1 to 40000",
  ]);
});

it("only warns of secret keys that are not set", async () => {
  const warn = jest.spyOn(console, "warn").mockImplementation();
  const { result } = await load({ fotogalSessionKey: keys.fotogalSessionKey });
  expect(result.fotogalKeys.CSRF_KEY).toBeUndefined();
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("pulumi config set --secret fotogalCsrfKey"));
  warn.mockRestore();
});

it("takes base images from the environment", async () => {
  process.env.NODE_IMAGE = "127.0.0.1:12100/node";
  const { result } = await load(keys);
  expect(result.baseImages).toEqual({ NODE_IMAGE: "127.0.0.1:12100/node" });
  delete process.env.NODE_IMAGE;
});

function load(settings: Record<string, string>, secrets = secretNames) {
  const full = (key: string) => `fotogal-motando:${key}`;
  const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [full(key), value]));
  return runMocked(loadSettings, { config, secretKeys: secrets.map(full) });
}
