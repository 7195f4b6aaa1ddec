import { FunctionSource } from "./functionSource";
import { RegistryCredentials, type RegistryCredentialsArgs } from "./registryCredentials";
import { ofType, read, runMocked } from "./testing/mockStack";

const digest = `sha256:${"b".repeat(64)}`;
const place = {
  tenancyId: "ocid1.tenancy",
  compartment: "cmp-functions",
  application: "fn app sample 001",
  function: "fn sample 001",
};
const compartment = { id: "ocid1.compartment", name: "cmp-functions", state: "ACTIVE" };
const application = { id: "ocid1.app", displayName: "fn app sample 001", state: "ACTIVE" };
const deployed = {
  id: "ocid1.fn",
  displayName: "fn sample 001",
  state: "ACTIVE",
  image: "iad.ocir.io/ns/bucket/sample:0.0.8",
  imageDigest: digest,
};
const extracted = {
  files: [{ path: "func.py", size: 3, sha256: "c".repeat(64), mode: "0644" }],
  text: { "func.py": "pass" },
  archive: "eA==",
  layers: [],
};

it("extracts the deployed digest and publishes its files", async () => {
  const { result, registered } = await create();
  expect(ofType(registered, "Command")).toEqual([
    expect.objectContaining({
      name: "source",
      parent: "fotogal-motando:components:FunctionSource source",
      additionalSecretOutputs: expect.arrayContaining(["stdout"]) as unknown,
      inputs: {
        create: `node dist/extract.js 'iad.ocir.io/ns/bucket/sample:0.0.8@${digest}' --path '/function' --json`,
        triggers: [digest],
        logging: "none",
        addPreviousOutputInEnv: false,
      },
    }),
  ]);
  const { files, text, archive } = extracted;
  expect(await read(result.source)).toEqual({
    value: { image: deployed.image, digest, files, text, archive },
    secret: false,
  });
});

it("keeps the files secret where one looks like a secret, and says so", async () => {
  const warn = jest.spyOn(console, "warn").mockImplementation();
  const files = [...extracted.files, { path: "conf/.env", size: 1, sha256: "d", mode: "0644" }];
  const { result } = await create({}, { stdout: { ...extracted, files } });
  expect((await read(result.source.image)).secret).toBe(false);
  expect((await read(result.source.files)).secret).toBe(true);
  expect((await read(result.source.text)).secret).toBe(true);
  expect((await read(result.source.archive)).secret).toBe(true);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("looks like secrets (conf/.env)"));
});

it("quotes the path for the shell", async () => {
  const { registered } = await create({ path: "/it's; rm -rf /" });
  expect(ofType(registered, "Command")[0]?.inputs.create).toContain(`--path '/it'\\''s; rm -rf /' --json`);
});

it("hands on a login only if it is long-lived", async () => {
  const login = { registryHost: "gru.ocir.io", namespace: "ns", username: "jane", password: "pw" };
  const environment = async (mode: RegistryCredentialsArgs["mode"]) => {
    const { registered } = await runMocked(
      async () => {
        const credentials = await RegistryCredentials.create("registry", { ...login, mode });
        return FunctionSource.create("source", { ...place, credentials });
      },
      { ...mocks(), preview: true },
    );
    return ofType(registered, "Command")[0];
  };
  expect((await environment("existing"))?.inputs.environment).toMatchObject({ OCIR_USERNAME: "ns/jane" });
  expect((await environment("existing"))?.secretInputs).toEqual(["environment"]);
  expect((await environment("session"))?.inputs.environment).toBeUndefined();
});

it("signs with the account of the stack's configuration, kept secret", async () => {
  const account = { fingerprint: "aa:bb", privateKey: "PEM", privateKeyPath: "", auth: "ApiKey" };
  const [command] = ofType((await create({ account })).registered, "Command");
  expect(command?.inputs.environment).toEqual({ TF_VAR_fingerprint: "aa:bb", TF_VAR_private_key: "PEM" });
  expect(command?.secretInputs).toEqual(["environment"]);
});

it("takes a compartment's OCID without looking for it", async () => {
  const { registered } = await create({ compartment: "ocid1.compartment.oc1..a" }, { compartments: [] });
  expect(ofType(registered, "Command")).toHaveLength(1);
});

it.each([
  [
    "no compartment",
    { compartments: [{ ...compartment, name: "cmp-other" }] },
    'There is no compartment "cmp-functions" in the tenancy; name one of "cmp-other".',
  ],
  [
    "no application",
    { applications: [] },
    'There is no application "fn app sample 001" in compartment "cmp-functions"; there is none at all.',
  ],
  [
    "no function",
    {
      functions: [
        { ...deployed, displayName: "b" },
        { ...deployed, displayName: "a" },
      ],
    },
    'There is no function "fn sample 001" in application "fn app sample 001"; name one of "a", "b".',
  ],
  ["a deleted function", { functions: [{ ...deployed, state: "DELETED" }] }, "there is none at all."],
  [
    "two functions",
    { functions: [deployed, { ...deployed, id: "ocid1.fn2" }] },
    'There is more than one function "fn sample 001" in application "fn app sample 001"; rename all but one of these:\n  ocid1.fn\n  ocid1.fn2',
  ],
  [
    "a pre-built function",
    { functions: [{ ...deployed, image: "", imageDigest: "" }] },
    "has no image of its own (it was made from Oracle's catalogue of pre-built functions)",
  ],
])("refuses %s and makes nothing", async (_what, found, message) => {
  await expect(create({}, found)).rejects.toThrow(message);
});

it("reports every bad argument at once", async () => {
  await expect(create({ compartment: " ", function: "", path: "function" })).rejects.toThrow(
    'FunctionSource "source":' +
      "\n  compartment is empty; give its exact name or OCID" +
      "\n  function is empty; give its exact name" +
      '\n  path "function" is not absolute; write "/function"',
  );
});

interface Found {
  compartments?: object[];
  applications?: object[];
  functions?: object[];
  stdout?: object;
}

function create(args: object = {}, found: Found = {}) {
  return runMocked(() => FunctionSource.create("source", { ...place, ...args }), mocks(found));
}

function mocks({
  compartments = [compartment],
  applications = [application],
  functions = [deployed],
  stdout = extracted,
}: Found = {}) {
  return {
    outputs: { "command:local:Command": { stdout: JSON.stringify(stdout) } },
    calls: {
      getCompartments: () => ({ compartments }),
      getApplications: () => ({ applications }),
      getFunctions: () => ({ functions }),
    },
  };
}
