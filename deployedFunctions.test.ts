import {
  application,
  compartment,
  deployed,
  deployment,
  digest,
  place,
} from "./components/testing/deployedFunctions";
import { runMocked } from "./components/testing/mockStack";
import { findFunctions } from "./deployedFunctions";

const { function: name } = place;
const second = { ...deployed, id: "ocid1.fn2", displayName: "another", image: "iad.ocir.io/ns/another:1" };
const prebuilt = { ...deployed, id: "ocid1.fn3", displayName: "pbf", image: "", imageDigest: "" };
const listing = [{ sourceType: "PRE_BUILT_FUNCTIONS", pbfListingId: "ocid1.pbflisting" }];

let warn: jest.SpyInstance;
beforeEach(() => {
  warn = jest.spyOn(console, "warn").mockImplementation();
});
afterEach(() => warn.mockRestore());

function find(
  args: object = {},
  found: Parameters<typeof deployment>[0] & { images?: (asked: object) => object } = {},
) {
  const { images = () => ({ containerImageCollections: [] }), ...cloud } = found;
  const mocks = deployment(cloud);
  return runMocked(() => findFunctions({ ...place, ...args }), {
    ...mocks,
    calls: { ...mocks.calls, getContainerImages: images as () => Record<string, unknown> },
  });
}

it("finds one by its name", async () => {
  const { result } = await find();
  const { image } = deployed;
  expect(result).toEqual([{ name, image, digest, pinned: `${image}@${digest}`, platform: "linux/amd64" }]);
});

it("finds several, each once, sorted", async () => {
  const { result } = await find({ function: [name, "another", name] }, { functions: [deployed, second] });
  expect(result.map((one) => one.name)).toEqual(["another", name]);
});

it("finds all, and leaves out those without an image with a warning", async () => {
  const functions = [
    deployed,
    { ...second, state: "DELETED" },
    prebuilt,
    { ...deployed, sourceDetails: listing, displayName: "x" },
  ];
  const { result } = await find({ function: undefined }, { functions });
  expect(result.map((one) => one.name)).toEqual([name]);
  expect(warn).toHaveBeenCalledWith(
    expect.stringContaining('The functions "pbf", "x" have no image of their own'),
  );
});

it("only warns of an application without functions", async () => {
  expect((await find({ function: undefined }, { functions: [] })).result).toEqual([]);
  expect(warn).toHaveBeenCalledWith(
    expect.stringContaining('Application "fn app sample 001" has no functions.'),
  );
});

it.each([
  ["GENERIC_X86", "linux/amd64"],
  ["GENERIC_ARM", "linux/arm64"],
  ["GENERIC_X86_ARM", undefined],
])("shape %s runs %s", async (shape, platform) => {
  const { result } = await find({}, { applications: [{ ...application, shape }] });
  expect(result[0]?.platform).toBe(platform);
});

it("takes a compartment's OCID without looking for it", async () => {
  const { result } = await find({ compartment: "ocid1.compartment.oc1..a" }, { compartments: [] });
  expect(result).toHaveLength(1);
});

describe("a tag", () => {
  const registry = { namespace: "ns", registryHost: "iad.ocir.io" };
  const current = (now: string) =>
    jest.fn((asked: object) => ({ ...asked, containerImageCollections: [{ items: [{ digest: now }] }] }));

  it("that has moved on is warned of", async () => {
    const images = current(`sha256:${"d".repeat(64)}`);
    await find(registry, { images });
    expect(images).toHaveBeenCalledWith({
      compartmentId: "ocid1.tenancy",
      compartmentIdInSubtree: true,
      repositoryName: "bucket/sample",
      version: "0.0.8",
    });
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(
        /sample:0\.0\.8 has moved on since function "fn sample 001" was deployed: it is sha256:d+ now/,
      ),
    );
  });

  it.each([
    ["names the same image still", registry, current(digest)],
    ["is not listed", registry, () => ({ containerImageCollections: [{ items: [] }] })],
    [
      "may not be looked up",
      registry,
      () => {
        throw new Error("404 NotAuthorizedOrNotFound");
      },
    ],
    ["is another tenancy's", { ...registry, namespace: "n" }, current("sha256:other")],
    ["is another registry's", { ...registry, registryHost: "gru.ocir.io" }, current("sha256:other")],
  ])("that %s is not spoken of", async (_what, args, images) => {
    expect((await find(args, { images: images as () => object })).result).toHaveLength(1);
    expect(warn).not.toHaveBeenCalled();
  });
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
    "a pre-built function by its name",
    { functions: [{ ...deployed, sourceDetails: listing }] },
    'The function "fn sample 001" has no image of its own (made from Oracle\'s catalogue of pre-built functions), so there is no source to recover; name functions that were deployed from an image.',
  ],
  [
    "an image that is no reference",
    { functions: [{ ...deployed, image: "IAD/X" }] },
    'Image reference "IAD/X" has',
  ],
])("refuses %s", async (_what, found, message) => {
  await expect(find({}, found)).rejects.toThrow(message);
});
