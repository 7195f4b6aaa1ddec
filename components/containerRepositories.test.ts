import { ContainerRepositories } from "./containerRepositories";
import { ofType, read, runMocked } from "./testing/mockStack";

const args = {
  compartmentId: "ocid1.compartment",
  registryHost: "gru.ocir.io",
  namespace: "ns",
  repositories: { webapp: "motando-webapp", worker: "team/worker" },
};

it("makes private repositories and has their images scanned", async () => {
  const { result, registered } = await runMocked(() => new ContainerRepositories("motando", args));
  expect(registered).toHaveLength(6);
  expect(ofType(registered, "ContainerRepository")).toEqual([
    expect.objectContaining({
      name: "motando-webapp",
      parent: "fotogal-motando:components:ContainerRepositories motando",
      protect: true,
      inputs: {
        compartmentId: "ocid1.compartment",
        displayName: "motando-webapp",
        isPublic: false,
        isImmutable: false,
      },
    }),
    expect.objectContaining({ name: "motando-worker" }),
  ]);
  expect(ofType(registered, "ContainerScanRecipe")[0]?.inputs.scanSettings).toEqual({
    scanLevel: "STANDARD",
  });
  const [target] = ofType(registered, "ContainerScanTarget");
  expect(target?.inputs).toMatchObject({
    containerScanRecipeId: "ocid1.motando-scan-recipe",
    targetRegistry: {
      type: "OCIR",
      compartmentId: "ocid1.compartment",
      repositories: ["motando-webapp", "team/worker"],
    },
  });
  expect(target?.dependsOn).toEqual(
    expect.arrayContaining([
      "oci:Artifacts/containerRepository:ContainerRepository motando-webapp",
      "oci:Artifacts/containerRepository:ContainerRepository motando-worker",
    ]),
  );
  const [policy] = ofType(registered, "Policy");
  expect(policy?.inputs).toMatchObject({
    compartmentId: "ocid1.compartment",
    name: expect.stringMatching(/-motando-scan$/) as string,
    statements: [
      "Allow service vulnerability-scanning-service to read repos in compartment id ocid1.compartment",
      "Allow service vulnerability-scanning-service to read compartments in compartment id ocid1.compartment",
    ],
  });
  expect(target?.dependsOn).toContain("oci:Identity/policy:Policy motando-scan-policy");
  expect((await read(result.paths.worker)).value).toBe("gru.ocir.io/ns/team/worker");
});

it("makes tags immutable and leaves scanning out by option", async () => {
  const { registered } = await runMocked(
    () => new ContainerRepositories("m", { ...args, immutableTags: true, vulnerabilityScanning: false }),
  );
  expect(registered).toHaveLength(3);
  expect(ofType(registered, "ContainerRepository").map(({ inputs }) => inputs.isImmutable)).toEqual([
    true,
    true,
  ]);
});

it("leaves the policy to somebody else by option, and speaks of the tenancy where the repositories are in it", async () => {
  const without = await runMocked(() => new ContainerRepositories("m", { ...args, scanningPolicy: false }));
  expect(ofType(without.registered, "Policy")).toEqual([]);
  expect(ofType(without.registered, "ContainerScanTarget")).toHaveLength(1);

  const compartmentId = "ocid1.tenancy.oc1..a";
  const { registered } = await runMocked(() => new ContainerRepositories("m", { ...args, compartmentId }));
  expect(ofType(registered, "Policy")[0]?.inputs.statements).toContain(
    "Allow service vulnerability-scanning-service to read repos in tenancy",
  );
});

it("gives a repository its readme, and the others none", async () => {
  const readmes = { webapp: "# Motando" };
  const { registered } = await runMocked(() => new ContainerRepositories("m", { ...args, readmes }));
  const made = ofType(registered, "ContainerRepository").map(({ name, inputs }) => [name, inputs.readme]);
  expect(Object.fromEntries(made)).toEqual({
    "m-webapp": { content: "# Motando", format: "TEXT_MARKDOWN" },
    "m-worker": undefined,
  });
});

it("reports every bad readme at once and makes no repository", async () => {
  const readmes = { webapp: "x".repeat(8193), worker: " \n", other: "# Other" };
  const { registered } = await runMocked(() => {
    expect(() => new ContainerRepositories("m", { ...args, readmes })).toThrow(
      'ContainerRepositories "m":' +
        "\n  readmes.webapp is 8193 characters long; a repository's readme has at most 8192" +
        "\n  readmes.worker is empty; write a text, or leave it out" +
        "\n  readmes.other is no key of repositories; these are webapp, worker",
    );
  });
  expect(ofType(registered, "ContainerRepository")).toEqual([]);
});

it("reports every bad name at once and makes no repository", async () => {
  const repositories = { one: "FotoGal", two: "motando-webapp", three: "motando-webapp", four: "a//b" };
  const { registered } = await runMocked(() => {
    expect(() => new ContainerRepositories("m", { ...args, repositories })).toThrow(
      'ContainerRepositories "m":' +
        '\n  repositories.one "FotoGal" has capital letters; write "fotogal"' +
        '\n  repositories.two "motando-webapp" is also repositories.three; name it otherwise' +
        '\n  repositories.four "a//b" has an empty part;',
    );
    expect(() => new ContainerRepositories("none", { ...args, repositories: {} })).toThrow(
      "name at least one",
    );
  });
  expect(ofType(registered, "ContainerRepository")).toEqual([]);
});
