import type { Difference } from "./compare";
import { type Setting, settingArguments, settingsFor, type Situation } from "./settings";
import { matchOf, wantedOf } from "./testing";

const compartmentType = "oci:Identity/compartment:Compartment";
const repositoryType = "oci:Artifacts/containerRepository:ContainerRepository";
const differing = (property: string): Difference => ({ property, there: "", program: "" });
const found = (properties: object) => ({ id: "ocid1.x", importId: "ocid1.x", properties: { ...properties } });

function settings(situation: Partial<Situation>): Record<string, Setting["value"]> {
  const all = settingsFor({ matches: [], wanted: [], configured: {}, publishedVersions: [], ...situation });
  return Object.fromEntries(all.map(({ key, value }) => [key, value]));
}

const repository = matchOf(wantedOf(repositoryType, "fotogal-fotogal"), "unlike", {
  ...{ noun: "container repository", name: "fotogal" },
  found: found({ displayName: "jane/fotogal", compartmentId: "ocid1.tenancy", isImmutable: true }),
  differences: ["displayName", "compartmentId", "isImmutable", "readme"].map(differing),
});

test("the repository keeps its name, its place and its readme; what was pushed is not overwritten", () => {
  const publishedVersions = ["1.0.0", "1.0.9", "1.0.10", "latest"];
  expect(settings({ matches: [repository], publishedVersions })).toEqual({
    repositoryPrefix: "jane",
    fotogalRepositoryCompartmentId: "ocid1.tenancy",
    immutableTags: true,
    fotogalVersion: "1.0.11",
    keepAsFound: ["readme"],
  });
});

test("what the configuration says already stays, lists are added to", () => {
  const configured = {
    ...{ repositoryPrefix: "joe", fotogalRepositoryCompartmentId: "ocid1.other", immutableTags: "false" },
    ...{ keepAsFound: '["description"]', fotogalVersion: "2.0.0" },
  };
  expect(settings({ matches: [repository], configured, publishedVersions: ["1.0.0"] })).toEqual({
    keepAsFound: ["description", "readme"],
  });
});

test("a compartment that is not the program's own is used, not taken over", () => {
  const of = (status: "unlike" | "managed" | "matches", provider?: string) => {
    const wanted = wantedOf(compartmentType, "fotogal", provider === undefined ? {} : { provider });
    return settings({ matches: [matchOf(wanted, status, { noun: "compartment", found: found({}) })] });
  };
  expect(of("matches")).toEqual({});
  expect(of("unlike")).toEqual({ fotogalCompartmentId: "ocid1.x" });
  expect(of("managed")).toEqual({ fotogalCompartmentId: "ocid1.x" });
  const homeRegion = "urn:pulumi:mine::p::pulumi:providers:oci::home-region::1";
  expect(of("matches", homeRegion)).toEqual({ fotogalCompartmentId: "ocid1.x" });
});

test("capacity and retention are as they are, where the program has one setting for all", () => {
  const limits = { capacityMode: "PROVISIONED", maxReadUnits: 1, maxWriteUnits: 1, maxStorageInGbs: 1 };
  const table = (name: string, tableLimits: object) =>
    matchOf(wantedOf("oci:Nosql/table:Table", name), "differs", {
      ...{
        noun: "table",
        found: found({ tableLimits }),
        differences: [differing("tableLimits.maxReadUnits")],
      },
    });
  const log = matchOf(wantedOf("oci:Logging/log:Log", "fotogal-app"), "differs", {
    ...{
      noun: "log",
      found: found({ retentionDuration: 90 }),
      differences: [differing("retentionDuration")],
    },
  });
  expect(settings({ matches: [table("a", limits), table("b", limits), log] })).toEqual({
    tableCapacity: { mode: "provisioned", readUnits: 1, writeUnits: 1, storageGBs: 1 },
    logRetentionDays: 90,
  });
  const onDemand = { ...limits, capacityMode: "ON_DEMAND" };
  expect(settings({ matches: [table("a", onDemand)] })).toEqual({
    tableCapacity: { mode: "onDemand", storageGBs: 1 },
  });
  expect(settings({ matches: [table("a", limits), table("b", onDemand)] })).toEqual({});
});

test("what nobody has made is left out; Motando's repositories stay where they are", () => {
  const recipe = wantedOf("oci:VulnerabilityScanning/containerScanRecipe:ContainerScanRecipe", "scan");
  const wanted = [recipe, wantedOf("docker:index/image:Image", "fotogal")];
  const motando = wantedOf(repositoryType, "motando-webapp");
  expect(settings({ wanted, matches: [matchOf(motando, "missing")] })).toEqual({
    motando: false,
    vulnerabilityScanning: false,
    publishImages: false,
  });
  const there = { found: found({ compartmentId: "ocid1.c" }), differences: [differing("compartmentId")] };
  expect(settings({ matches: [matchOf(motando, "unlike", there)] })).toEqual({
    motandoCompartmentId: "ocid1.c",
  });
});

test("become arguments of `pulumi config set-all --path`", () => {
  const why = "";
  expect(
    settingArguments([
      { key: "motando", value: false, why },
      { key: "keepAsFound", value: ["freeformTags", "readme"], why },
      { key: "tableCapacity", value: { mode: "on = demand" }, why },
    ]).filter((argument) => argument !== "--plaintext"),
  ).toEqual([
    "motando=false",
    "keepAsFound[0]=freeformTags",
    "keepAsFound[1]=readme",
    'tableCapacity["mode"]=on = demand',
  ]);
});
