import { type MockStack, ofType, runMocked } from "./components/testing/mockStack";
import { lookUpTenancy } from "./tenancy";

const subscriptions = [
  { regionName: "sa-saopaulo-1", regionKey: "GRU", isHomeRegion: true },
  { regionName: "us-ashburn-1", regionKey: "IAD", isHomeRegion: false },
];
const environment = process.env;

beforeEach(() => {
  process.env = { ...environment, TF_VAR_tenancy_ocid: "ocid1.tenancy", TF_VAR_region: "sa-saopaulo-1" };
  delete process.env.OCIR_HOST;
});

afterAll(() => {
  process.env = environment;
});

it("finds the region's registry and the namespace, and needs no provider in the home region", async () => {
  const { result, registered } = await lookUp();
  expect(result).toMatchObject({
    tenancyId: "ocid1.tenancy",
    region: "sa-saopaulo-1",
    registryHost: "gru.ocir.io",
    namespace: "ns",
    homeRegion: undefined,
  });
  expect(registered).toEqual([]);
});

it("makes a provider of the home region elsewhere, and hands the stack's oci: configuration on", async () => {
  const { result, registered } = await lookUp({
    "oci:region": "us-ashburn-1",
    "oci:tenancyOcid": "ocid1.other",
    "oci:privateKey": "PEM",
    "oci:fingerprint": "aa:bb",
    "oci:disableAutoRetries": "true",
    "oci:ignoreDefinedTags": '["a.b"]',
  });
  expect(result).toMatchObject({ tenancyId: "ocid1.other", registryHost: "iad.ocir.io" });
  expect(result.homeRegion).toBeDefined();
  expect(ofType(registered, "oci")).toEqual([
    expect.objectContaining({
      name: "home-region",
      secretInputs: ["fingerprint", "privateKey"],
      inputs: expect.objectContaining({
        region: "sa-saopaulo-1",
        tenancyOcid: "ocid1.other",
        privateKey: "PEM",
        disableAutoRetries: "true",
        ignoreDefinedTags: '["a.b"]',
      }) as unknown,
    }),
  ]);
});

it("takes the registry's host from the environment", async () => {
  process.env.OCIR_HOST = "127.0.0.1:12100";
  expect((await lookUp()).result.registryHost).toBe("127.0.0.1:12100");
});

it("reaches another region by a provider of its own, and the stack's and the home region without one more", async () => {
  const regions = ["us-ashburn-1", undefined, "sa-saopaulo-1"];
  const { result, registered } = await runMocked(
    async () => {
      const tenancy = await lookUpTenancy();
      return { ...tenancy, found: regions.map((name) => tenancy.inRegion(name, "x.region")) };
    },
    mocks({ "oci:region": "us-ashburn-1" }),
  );
  expect(result.found).toEqual([
    { registryHost: "iad.ocir.io" },
    { registryHost: "iad.ocir.io" },
    { registryHost: "gru.ocir.io", provider: result.homeRegion },
  ]);
  expect(ofType(registered, "oci")).toHaveLength(1);
  expect(() => result.inRegion("eu-paris-1", "x.region")).toThrow(
    'The tenancy is not subscribed to region "eu-paris-1": set x.region to one of sa-saopaulo-1, us-ashburn-1.',
  );
  const elsewhere = await runMocked(
    async () => (await lookUpTenancy()).inRegion("us-ashburn-1", ""),
    mocks(),
  );
  expect(elsewhere.result.registryHost).toBe("iad.ocir.io");
  expect(ofType(elsewhere.registered, "oci")).toMatchObject([
    { name: "us-ashburn-1", inputs: { region: "us-ashburn-1" } },
  ]);
});

it("says which regions there are", async () => {
  await expect(lookUp({ "oci:region": "eu-paris-1" })).rejects.toThrow(
    'The tenancy is not subscribed to region "eu-paris-1": set oci:region to one of sa-saopaulo-1, us-ashburn-1.',
  );
});

function lookUp(config: Record<string, string> = {}) {
  return runMocked(lookUpTenancy, mocks(config));
}

function mocks(config: Record<string, string> = {}): MockStack {
  return {
    config,
    secretKeys: ["oci:fingerprint"],
    calls: {
      getRegionSubscriptions: () => ({ regionSubscriptions: subscriptions }),
      getNamespace: () => ({ namespace: "ns" }),
    },
  };
}
