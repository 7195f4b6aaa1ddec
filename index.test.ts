import { deployed, deployment, place } from "./components/testing/deployedFunctions";
import { type MockStack, ofType, read, type Registered, runMocked } from "./components/testing/mockStack";
import { keepAsFound } from "./components/keepAsFound";
import program from "./index";

// It needs the stack itself, which there is none of here.
jest.mock("./components/keepAsFound");

const holdsData = ["Compartment", "Bucket", "Table", "LogGroup", "Log", "ContainerRepository"];
const placeOfFunctions = { compartment: place.compartment, application: place.application };
const ocid = "ocid1.compartment.oc1..theirs";

it("names things as documented, and protects what holds data", async () => {
  const { registered, result } = await run();
  expect(made(registered, "Compartment")).toEqual({
    fotogal: { name: "cmp-fotogal", description: "Recursos da aplicação FotoGal" },
    motando: { name: "cmp-motando", description: "Recursos da aplicação Motando" },
  });
  expect(Object.keys(result.compartments)).toEqual(["cmp-fotogal", "cmp-motando"]);
  const data = registered.filter(
    ({ type }) => type.startsWith("oci:") && holdsData.includes(type.split(":").at(-1) ?? ""),
  );
  expect(data).toHaveLength(2 + 1 + 3 + 2 + 3);
  for (const resource of data) {
    expect(resource).toMatchObject({
      protect: true,
      inputs: { freeformTags: { environment: "test", project: "fotogal-motando" } },
    });
  }
  expect((await read(result.appConfig)).secret).toBe(true);
  expect(result).not.toHaveProperty("functionSource");
});

it("lives beside another stack under a suffix, and in compartments that exist", async () => {
  const suffixed = await run({ nameSuffix: "-dev", repositoryPrefix: "jane", protect: "false" });
  expect(Object.keys(suffixed.result.compartments)).toEqual(["cmp-fotogal-dev", "cmp-motando-dev"]);
  expect((await read(suffixed.result.bucketName)).value).toBe("fotogal_bucket_images-dev");
  expect((await read(suffixed.result.repositories)).value).toEqual({
    fotogal: "gru.ocir.io/ns/jane/fotogal-dev",
    "motando-webapp": "gru.ocir.io/ns/motando-webapp-dev",
    "dramatiq-classifiedad": "gru.ocir.io/ns/dramatiq-classifiedad-dev",
  });
  expect(suffixed.registered.filter(({ protect }) => protect)).toEqual([]);

  const { registered, result } = await run({ fotogalCompartmentId: ocid });
  expect(Object.keys(made(registered, "Compartment"))).toEqual(["motando"]);
  expect(result.compartmentId).toBe(ocid);
});

it("makes only what it is to have, beside what was made by hand", async () => {
  const settings = { motando: "false", publishImages: "false", vulnerabilityScanning: "false" };
  const kept = { keepAsFound: '["freeformTags"]', fotogalRepositoryCompartmentId: ocid };
  const { registered, result } = await run({ ...settings, ...kept });
  expect(Object.keys(made(registered, "Compartment"))).toEqual(["fotogal"]);
  expect(Object.keys(result.compartments)).toEqual(["cmp-fotogal"]);
  expect(ofType(registered, "ContainerRepository")).toMatchObject([{ inputs: { compartmentId: ocid } }]);
  expect([...ofType(registered, "Image"), ...ofType(registered, "Command")]).toEqual([]);
  expect(result).not.toHaveProperty("images");
  expect(keepAsFound).toHaveBeenLastCalledWith(["freeformTags"]);
});

it("makes what else is Motando's, and access for both applications, where it is told to", async () => {
  const more = { motandoTables: "true", motandoBuckets: "true", motandoInitRepository: "true" };
  const { registered, result } = await run({ ...more, accessPolicies: "true", nameSuffix: "-dev" });
  const named = (type: string) => ofType(registered, type).filter(({ name }) => name.startsWith("motando"));
  const tables = ["motando_usuario", "motando_anuncio", "motando_sessao"];
  expect(named("Table").map(({ inputs, protect }) => [inputs.name, inputs.tableLimits, protect])).toEqual(
    tables.map((name) => [
      name,
      { capacityMode: "ON_DEMAND", maxReadUnits: 0, maxWriteUnits: 0, maxStorageInGbs: 1 },
      true,
    ]),
  );
  expect(named("Bucket").map(({ inputs, protect }) => [inputs.name, inputs.accessType, protect])).toEqual([
    ["motando-tmpimg-dev", "NoPublicAccess", true],
    ["motando-img-dev", "NoPublicAccess", true],
  ]);
  expect(ofType(registered, "ObjectLifecyclePolicy")).toMatchObject([
    { inputs: { bucket: "motando-tmpimg-dev" } },
  ]);
  expect((await read(result.repositories)).value).toMatchObject({
    "motando-webapp-init": "gru.ocir.io/ns/motando-webapp-init-dev",
  });
  expect(Object.keys(result.tables)).toEqual(expect.arrayContaining(tables));
  expect((await read(result.motandoBuckets)).value).toEqual({
    temporary: "motando-tmpimg-dev",
    permanent: "motando-img-dev",
  });
  expect((await read(result.accessGroups)).value).toEqual({
    fotogal: { group: "fotogal-dev-maintainers", dynamicGroup: "fotogal-dev-dyngrp" },
    motando: { group: "motando-dev-maintainers", dynamicGroup: "motando-dev-dyngrp" },
  });
});

it("makes nothing of that by default, and takes each table's dropColumns to its application", async () => {
  const plain = await run();
  for (const type of ["Group", "DynamicGroup", "ObjectLifecyclePolicy"]) {
    expect(ofType(plain.registered, type)).toEqual([]);
  }
  expect(plain.result).not.toHaveProperty("motandoBuckets");
  expect(plain.result).not.toHaveProperty("accessGroups");
  const dropColumns = JSON.stringify({ motando_sessao: ["email"], fotogal_ntable_users: ["email"] });
  await expect(run({ dropColumns })).rejects.toThrow("dropColumns names motando_sessao");
  await expect(run({ dropColumns, motandoTables: "true" })).resolves.toBeDefined();
});

it("recovers the source of the function that is named, of those listed, or of all", async () => {
  const sources = async (wanted: object) => {
    const functionSource = JSON.stringify({ ...placeOfFunctions, ...wanted });
    const { functionSource: one, functionSources: several } = (await run({ functionSource })).result as {
      functionSource?: { image: string };
      functionSources?: Record<string, { image: string }>;
    };
    return { one: one?.image, several: several && Object.keys(several) };
  };
  expect(await sources({ function: deployed.displayName })).toEqual({ one: deployed.image });
  expect(await sources({ function: ["other"] })).toEqual({ several: ["other"] });
  expect(await sources({})).toEqual({ several: [deployed.displayName, "other"] });
});

it("scans before the push, and describes and signs after it, as configured", async () => {
  const steps = async (settings: Record<string, string>) => {
    const { registered } = await run(settings);
    return ofType(registered, "Command")
      .map(({ name }) => name)
      .sort();
  };
  const images = ["dramatiq-classifiedad", "fotogal", "motando-webapp"];
  expect(await steps({})).toEqual(images.map((name) => `${name}-sbom`));
  expect(await steps({ sbom: "false", imageGate: "{}", imageSigning: "{}" })).toEqual(
    images.flatMap((name) => [`${name}-scan`, `${name}-signature`]),
  );
});

it("makes no auth token where the function is not there", async () => {
  const functionSource = JSON.stringify({ ...placeOfFunctions, function: "none" });
  const getAuthTokens = jest.fn();
  await expect(run({ registryCredentials: "authToken", functionSource }, { getAuthTokens })).rejects.toThrow(
    'There is no function "none"',
  );
  expect(getAuthTokens).not.toHaveBeenCalled();
});

function made(registered: Registered[], type: string) {
  const resources = ofType(registered, type).filter((resource) => resource.type.startsWith("oci:"));
  return Object.fromEntries(
    resources.map(({ name, inputs }) => [name, { name: inputs.name, description: inputs.description }]),
  );
}

/** The program as a preview runs it. */
function run(settings: Record<string, string> = {}, calls: MockStack["calls"] = {}) {
  jest.spyOn(console, "warn").mockImplementation();
  process.env.TF_VAR_tenancy_ocid = "ocid1.tenancy.oc1..a";
  process.env.TF_VAR_region = "sa-saopaulo-1";
  delete process.env.OCIR_HOST;
  const region = { regionName: "sa-saopaulo-1", regionKey: "GRU", isHomeRegion: true };
  return runMocked(program, {
    preview: true,
    config: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`fotogal-motando:${key}`, value]),
    ),
    outputs: { "docker:index/image:Image": { repoDigest: `x@sha256:${"a".repeat(64)}` } },
    calls: {
      ...deployment({ functions: [deployed, { ...deployed, displayName: "other" }] }).calls,
      getTable: () => ({ ddlStatement: "" }),
      ...calls,
      getContainerImages: () => ({ containerImageCollections: [] }),
      getRegionSubscriptions: () => ({ regionSubscriptions: [region] }),
      getNamespace: () => ({ namespace: "ns" }),
    },
  });
}
