import { readFileSync } from "node:fs";
import path from "node:path";
import { models } from "oci-identity";
import { type StackInWorld, imageNames, readOutputs, stackInNewWorld, succeeded } from "./stackInWorld";

jest.setTimeout(10 * 60_000);

let stack: StackInWorld;

// The tests follow one stack through its life, in order.
beforeAll(async () => {
  stack = await stackInNewWorld();
});

afterAll(() => stack.world.remove());

const quickUp = ["up", "--yes", "--skip-preview"];

describe("after npm start", () => {
  test("the outputs are the contract's", () => {
    const { outputs } = stack;
    expect(Object.keys(outputs).sort()).toEqual([
      "appConfig",
      "bucketName",
      "compartmentId",
      "compartments",
      "functionSource",
      "imageReports",
      "images",
      "logGroupId",
      "logId",
      "namespace",
      "registryHost",
      "repositories",
      "tables",
    ]);
    expect(Object.keys(outputs.images).sort()).toEqual(imageNames);
    for (const image of Object.values(outputs.images)) {
      expect(image?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(image?.uri).toBe(`${image?.reference.replace(/:[^:/]+$/, "") ?? ""}@${image?.digest ?? ""}`);
    }
  });

  test("no secret is in plain text in the outputs or the state", async () => {
    expect(stack.outputs.appConfig).toBe("[secret]");
    const shown = succeeded(
      await stack.world.pulumi(["stack", "output", "appConfig", "--show-secrets", "--json"]),
    );
    const keys = Object.entries(JSON.parse(shown) as Record<string, string>).filter(([name]) =>
      /_KEY$/.test(name),
    );
    expect(keys).toHaveLength(3);
    const state = succeeded(await stack.world.pulumi(["stack", "export"]));
    for (const [, key] of keys) {
      expect(key.length).toBeGreaterThan(30);
      expect(state).not.toContain(key);
    }
    expect(state).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });

  test("a second one changes nothing", async () => {
    const again = succeeded(await stack.world.start());
    expect(again).toMatch(/\d+ unchanged/);
    expect(again).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
    succeeded(await stack.world.pulumi(["preview", "--expect-no-changes"]));
  });

  test("docs/stack.svg is what it looks like", async () => {
    const { world, environment } = stack;
    const graph = ["run", "--silent", "graph", "--", "--stack", "local"];
    const drawn = succeeded(await world.command("npm", graph, environment));
    const committed = readFileSync(world.path("docs", "stack.svg"), "utf8");
    const texts = (svg: string) => svg.match(/<text.*<\/text>/g)?.map((text) => text.replace(/<[^>]*>/g, ""));
    // graph/README.md has the command that renews it.
    expect(texts(drawn)).toEqual(texts(committed));
    // Not toBe: its message would be two whole pictures.
    expect(drawn === committed).toBe(true);
    const generated = {
      ...environment,
      PULUMI_OPTION_CONFIG_FILE: world.path(".local/stack/Pulumi.local.yaml"),
    };
    const planned = succeeded(await world.command("npm", [...graph, "--from", "preview"], generated));
    expect(planned === drawn).toBe(true);
  });

  test("the tracked configuration is as it was", () => {
    for (const file of ["Pulumi.yaml", "Pulumi.local.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"]) {
      const original = readFileSync(path.resolve(__dirname, "..", file), "utf8");
      expect(readFileSync(stack.world.path(file), "utf8")).toBe(original);
    }
  });
});

describe("a change", () => {
  test("of one app file and its version pushes one new tag and leaves the rest alone", async () => {
    const { world, cloud, outputs } = stack;
    world.edit("app/fotogal/package.json", (text) => `${text}\n`);
    succeeded(await world.pulumi(["config", "set", "fotogalVersion", "1.0.1"]));
    succeeded(await world.pulumi(quickUp));
    const { images } = await readOutputs(world);
    expect(images["motando-webapp"]).toEqual(outputs.images["motando-webapp"]);
    expect(images["dramatiq-classifiedad"]).toEqual(outputs.images["dramatiq-classifiedad"]);
    expect(images.fotogal?.reference).toMatch(/:1\.0\.1$/);
    const { containerImageCollection } = await cloud.artifacts.listContainerImages({
      compartmentId: cloud.tenancyId,
      compartmentIdInSubtree: true,
    });
    const pushed = containerImageCollection.items.map((item) => item.displayName);
    // Beside the versions are the lists of what refers to an image, and that itself.
    const versions = pushed.filter((name) => /:\d+\.\d+\.\d+$/.test(name));
    expect(versions.filter((name) => !name.startsWith("bucket/")).sort()).toEqual([
      "dramatiq-classifiedad:1.0.0",
      "fotogal:1.0.0",
      "fotogal:1.0.1",
      "motando-webapp:1.0.0",
    ]);
    world.restore("app/fotogal/package.json");
    world.restore("Pulumi.local.yaml");
  });

  test("a column appended to a table is an update that keeps the table", async () => {
    const { world, cloud, outputs } = stack;
    const ddl = "app/fotogal/tables/fotogal_ntable_authsession.ddl";
    world.edit(ddl, (text) => text.replace(/user_id INTEGER,/i, "user_id INTEGER,\n  client STRING,"));
    succeeded(await world.pulumi(quickUp));
    const id = outputs.tables.fotogal_ntable_authsession ?? "";
    const { table } = await cloud.nosql.getTable({ tableNameOrId: id });
    expect(table.schema?.columns.map((column) => column.name)).toContain("client");
    expect((await readOutputs(world)).tables.fotogal_ntable_authsession).toBe(id);
  });
});

describe("stack dev, with plain pulumi", () => {
  test("comes up beside stack local, protected: only configuration differs", async () => {
    const { world, environment } = stack;
    const dev = (...args: string[]) => world.command("pulumi", [...args, "--stack", "dev"], environment);
    succeeded(await dev(...quickUp));
    succeeded(await dev("preview", "--expect-no-changes"));
    expect((await dev("destroy", "--yes", "--skip-preview")).output).toMatch(/protected/);
    succeeded(await dev("state", "unprotect", "--all", "--yes"));
    succeeded(await dev("destroy", "--yes", "--skip-preview"));
  });
});

describe("destroy", () => {
  test("leaves none of the stack's resources; the function deployed by others stays", async () => {
    const { world, cloud } = stack;
    succeeded(await world.pulumi(["destroy", "--yes"]));
    const { items } = await cloud.identity.listCompartments({ compartmentId: cloud.tenancyId });
    const active = items.filter(
      ({ lifecycleState }) => lifecycleState === models.Compartment.LifecycleState.Active,
    );
    expect(active.map(({ name }) => name)).toEqual(expect.arrayContaining(["cmp-functions"]));
    expect(active.map(({ name }) => name)).not.toContain("cmp-fotogal");
    const compartmentId = active.find(({ name }) => name === "cmp-functions")?.id ?? "";
    const { items: applications } = await cloud.functions.listApplications({ compartmentId });
    const { items: functions } = await cloud.functions.listFunctions({
      applicationId: applications[0]?.id ?? "",
    });
    expect(functions.map(({ displayName }) => displayName)).toEqual(["fn sample 001"]);
    const { containerRepositoryCollection } = await cloud.artifacts.listContainerRepositories({
      compartmentId: cloud.tenancyId,
      compartmentIdInSubtree: true,
    });
    expect(containerRepositoryCollection.items.map(({ displayName }) => displayName)).toEqual([
      "bucket/par-generate/oci-objectstorage-create-par-python",
    ]);
  });

  test("is undone by npm start", async () => {
    succeeded(await stack.world.start());
    expect(Object.keys((await readOutputs(stack.world)).images).sort()).toEqual(imageNames);
  });
});
