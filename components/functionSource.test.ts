import { FunctionSource } from "./functionSource";
import { RegistryCredentials, type RegistryCredentialsArgs } from "./registryCredentials";
import {
  application,
  deployed,
  type Deployment,
  deployment,
  digest,
  extracted,
  place,
} from "./testing/deployedFunctions";
import { ofType, read, runMocked } from "./testing/mockStack";

let warn: jest.SpyInstance;
beforeEach(() => {
  warn = jest.spyOn(console, "warn").mockImplementation();
});
afterEach(() => warn.mockRestore());

it("extracts the deployed digest and publishes its files", async () => {
  const { result, registered } = await create();
  expect(ofType(registered, "Command")).toEqual([
    expect.objectContaining({
      name: "source",
      parent: "fotogal-motando:components:FunctionSource source",
      additionalSecretOutputs: expect.arrayContaining(["stdout"]) as unknown,
      inputs: {
        create: `node dist/extract.js 'iad.ocir.io/ns/bucket/sample:0.0.8@${digest}' --path '/function' --platform 'linux/amd64' --json`,
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
  expect(warn).not.toHaveBeenCalled();
});

it("keeps secret what looks like a secret and the archive with it, and says so", async () => {
  const files = [...extracted.files, { path: "conf/.env", size: 5, sha256: "d", mode: "0644" }];
  const text = { ...extracted.text, "conf/.env": "PIN=1" };
  const { source } = (await create({}, { stdout: { ...extracted, files, text } })).result;
  const plain = { image: source.image, files: source.files, text: source.text };
  expect(await read(plain)).toEqual({
    value: {
      image: deployed.image,
      files: [extracted.files[0], { path: "conf/.env", size: 5, sha256: "", mode: "0644" }],
      text: extracted.text,
    },
    secret: false,
  });
  expect(await read(source.secretText)).toEqual({ value: { "conf/.env": "PIN=1" }, secret: true });
  expect(await read(source.archive)).toEqual({ value: extracted.archive, secret: true });
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("looks like secrets (conf/.env)"));
});

it("hands on what the extractor warns of", async () => {
  const { result } = await create({}, { stdout: { ...extracted, warnings: ["Left out a link."] } });
  await read(result.source.files);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("Left out a link."));
});

it("quotes the path for the shell", async () => {
  const { registered } = await create({ path: "/it's; rm -rf /" });
  expect(ofType(registered, "Command")[0]?.inputs.create).toContain(
    `--path '/it'\\''s; rm -rf /' --platform`,
  );
});

it.each([
  ["the argument's", { platform: "linux/arm64" }, "GENERIC_X86", "--platform 'linux/arm64' --json"],
  ["the image's own", {}, "GENERIC_X86_ARM", "--path '/function' --json"],
])("reads %s platform", async (_whose, args, shape, end) => {
  const { registered } = await create(args, { applications: [{ ...application, shape }] });
  expect(ofType(registered, "Command")[0]?.inputs.create).toMatch(new RegExp(`${end}$`));
});

it("hands on a login only if it is long-lived", async () => {
  const login = { registryHost: "gru.ocir.io", namespace: "ns", username: "jane", password: "pw" };
  const environment = async (mode: RegistryCredentialsArgs["mode"]) => {
    const { registered } = await runMocked(
      async () => {
        const credentials = await RegistryCredentials.create("registry", { ...login, mode });
        return FunctionSource.create("source", { ...place, credentials });
      },
      { ...deployment(), preview: true },
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

it("makes nothing of a function that is not there", async () => {
  await expect(create({}, { functions: [] })).rejects.toThrow('There is no function "fn sample 001"');
});

it("reports every bad argument at once", async () => {
  const wrong = {
    compartment: " ",
    function: "",
    path: "function",
    platform: "arm",
    maximumArchiveBytes: 0.5,
  };
  await expect(create(wrong)).rejects.toThrow(
    'FunctionSource "source":' +
      "\n  compartment is empty; give its exact name or OCID" +
      "\n  function is empty; give its exact name" +
      '\n  path "function" is not absolute; write "/function"' +
      '\n  platform "arm" is not a platform; write os/architecture, such as "linux/amd64"' +
      "\n  maximumArchiveBytes 0.5 is out of range; write a whole number from 1 to 67108864",
  );
});

function create(args: object = {}, found: Deployment = {}) {
  return runMocked(() => FunctionSource.create("source", { ...place, ...args }), deployment(found));
}
