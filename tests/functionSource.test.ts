import { mkdirSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { models } from "oci-functions";
import {
  dockerIn,
  dockerLogin,
  readOutputs,
  type RecoveredFunction,
  type StackInWorld,
  stackInNewWorld,
  succeeded,
} from "./stackInWorld";

jest.setTimeout(10 * 60_000);

/** In a file named .env; it must be in no plain output, state or message. */
const secret = "hunter2-5ad0f3c1";
const secretFile = `PASSWORD=${secret}\n`;

let stack: StackInWorld;
let applicationId: string;
let plainId: string;
let recovered: Partial<Record<string, RecoveredFunction>> = {};
const settings = "Pulumi.local.yaml";

// The tests follow one application through changes, in order.
beforeAll(async () => {
  stack = await stackInNewWorld();
  await dockerLogin(stack);
  const { cloud } = stack;
  const { items: compartments } = await cloud.identity.listCompartments({ compartmentId: cloud.tenancyId });
  const compartmentId = compartments.find(({ name }) => name === "cmp-functions")?.id ?? "";
  const { items: applications } = await cloud.functions.listApplications({ compartmentId });
  applicationId = applications[0]?.id ?? "";
  for (const name of ["plain", "careless"]) {
    await cloud.artifacts.createContainerRepository({
      createContainerRepositoryDetails: { compartmentId, displayName: `team/${name}` },
    });
  }
  plainId = await deploy("plain", { image: await push("plain", { "func.py": "print(1)\n" }) });
  const files = { "func.py": "print(2)\n", ".env": secretFile };
  await deploy("careless", { image: await push("careless", files) });
  const listing = { sourceType: "PRE_BUILT_FUNCTIONS", pbfListingId: "ocid1.pbflisting.oc1..x" } as const;
  await deploy("from the catalogue", { sourceDetails: listing });
  stack.world.edit(settings, (text) => text.replace(/ +function: .*\n/, ""));
});

afterAll(() => stack.world.remove());

const quickUp = ["up", "--yes", "--skip-preview"];

test("without a function's name, every function of the application is recovered", async () => {
  const up = await stack.world.pulumi(quickUp);
  succeeded(up);
  expect(up.output).toMatch(/"from the catalogue" has no image of its own/);
  expect(up.output).toMatch(/"careless" holds what looks like secrets \(\.env\)/);
  expect(up.output).not.toContain(secret);
  const outputs = await readOutputs(stack.world);
  recovered = outputs.functionSources ?? {};
  expect(outputs.functionSource).toBeUndefined();
  expect(Object.keys(recovered).sort()).toEqual(["careless", "fn sample 001", "plain"]);
  expect(recovered["fn sample 001"]).toEqual(stack.outputs.functionSource);
  expect(recovered.plain?.text).toEqual({ "func.py": "print(1)\n" });
});

test("what looks like a secret is in no plain output and nowhere in the state", async () => {
  expect(recovered.careless).toMatchObject({
    files: [
      { path: ".env", size: secretFile.length, sha256: "" },
      { path: "func.py", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
    ],
    text: { "func.py": "print(2)\n" },
    secretText: "[secret]",
    archive: "[secret]",
  });
  const state = succeeded(await stack.world.pulumi(["stack", "export"]));
  expect(state).not.toContain(secret);
  expect(state).not.toContain(Buffer.from(secretFile).toString("base64").slice(4, -4));
  const shown = ["stack", "output", "functionSources", "--json", "--show-secrets"];
  const { secretText, archive } = (
    JSON.parse(succeeded(await stack.world.pulumi(shown))) as Record<string, RecoveredFunction>
  ).careless ?? { archive: "" };
  expect(secretText).toEqual({ ".env": secretFile });
  expect(gunzipSync(Buffer.from(archive, "base64")).toString("latin1")).toContain(secretFile);
  expect(state).not.toContain(archive.slice(0, 40));
});

test("a tag that has moved on is warned of, and changes nothing", async () => {
  await push("plain", { "func.py": "print(3)\n" });
  const preview = await stack.world.pulumi(["preview", "--expect-no-changes"]);
  succeeded(preview);
  expect(preview.output).toMatch(/team\/plain:1\.0\.0 has moved on since function "plain" was deployed/);
});

test("a function that is deployed anew is recovered anew, and no other", async () => {
  const image = recovered.plain?.image;
  await stack.cloud.functions.updateFunction({ functionId: plainId, updateFunctionDetails: { image } });
  const up = await stack.world.pulumi(quickUp);
  succeeded(up);
  expect(up.output).not.toMatch(/has moved on/);
  expect(up.output).toMatch(/1 replaced|1 updated/);
  const sources = (await readOutputs(stack.world)).functionSources;
  expect(sources?.plain?.text).toEqual({ "func.py": "print(3)\n" });
});

test("a pre-built function is refused by name, and so is an archive over the limit", async () => {
  const { world } = stack;
  const configure = (line: string) =>
    world.edit(settings, (text) => text.replace(/( +)application: .*\n/, `$&$1${line}\n`));
  configure("maximumArchiveBytes: 100");
  const large = await world.pulumi(["preview"]);
  configure("function: from the catalogue");
  const prebuilt = await world.pulumi(["preview"]);
  expect(large.code).not.toBe(0);
  expect(large.output).toMatch(
    /archive of function "plain" has \d+ bytes, over the limit of 100; raise maximumArchiveBytes/,
  );
  expect(prebuilt.code).not.toBe(0);
  expect(prebuilt.output).toMatch(/"from the catalogue" has no image of its own.*name functions/);
  for (const { output } of [large, prebuilt]) expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
});

async function deploy(
  displayName: string,
  source: Pick<models.CreateFunctionDetails, "image" | "sourceDetails">,
): Promise<string> {
  const details = { applicationId, displayName, memoryInMBs: 128, ...source };
  return (await stack.cloud.functions.createFunction({ createFunctionDetails: details })).function.id;
}

/** Builds an image with these files in /function and pushes it as `team/NAME:1.0.0`. */
async function push(name: string, files: Record<string, string>): Promise<string> {
  const { registryHost, namespace } = stack.outputs;
  const image = `${registryHost}/${namespace}/team/${name}:1.0.0`;
  const context = stack.world.path("images", name);
  mkdirSync(`${context}/function`, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(`${context}/function/${file}`, text);
  writeFileSync(`${context}/Dockerfile`, 'FROM scratch\nCOPY function /function\nCMD ["none"]\n');
  const docker = dockerIn(stack);
  succeeded(await docker("build", "--quiet", "--tag", image, context));
  succeeded(await docker("push", "--quiet", image));
  return image;
}
