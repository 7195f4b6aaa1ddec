import { existsSync, readFileSync } from "node:fs";
import { ensurePythonTool, hasPython } from "./pythonTools";
import { type StackInWorld, stackInNewWorld, succeeded } from "./stackInWorld";
import { repository, type Oci, setUpByHand, tables } from "./tutorialSetUp";

jest.setTimeout(10 * 60_000);

if (!hasPython) console.warn("Skipped: the official oci command line needs python3 with venv.");

interface Document {
  dryRun: boolean;
  resources: {
    name: string;
    status: string;
    managedBy?: string;
    id?: string;
    candidates?: string[];
    differences: object[];
  }[];
  settings: { key: string; value: unknown }[];
  preview?: { changes: object[] };
}

(hasPython ? describe : describe.skip)("what was set up by hand with the official oci command line", () => {
  let stack: StackInWorld;
  let oci: Oci;
  let compartment: string;
  let logGroup: string;

  beforeAll(async () => {
    const program = await ensurePythonTool({ package: "oci-cli==3.95.1", executable: "oci" });
    // Stack local makes way for the names of the set-up.
    stack = await stackInNewWorld((world) => {
      world.edit("Pulumi.local.yaml", (text) =>
        text.replace("config:", "config:\n  fotogal-motando:nameSuffix: -other"),
      );
      return {};
    });
    oci = async (...args) => {
      const environment = { ...stack.environment, SUPPRESS_LABEL_WARNING: "True" };
      const printed = succeeded(await stack.world.command(program, args, environment));
      // Some commands answer with nothing at all.
      return (printed === "" ? undefined : (JSON.parse(printed) as { data: unknown }).data) as never;
    };
    ({ compartment, logGroup } = await setUpByHand(stack, oci));
    succeeded(await pulumi("stack", "init", "mine", "--no-select"));
  });

  afterAll(() => stack.world.remove());

  const pulumi = (...args: string[]) => stack.world.command("pulumi", args, stack.environment);
  const mine = ["--stack", "mine"];
  const configuration = () => readFileSync(stack.world.path("Pulumi.mine.yaml"), "utf8");
  const adopt = (...args: string[]) =>
    stack.world.command("npm", ["run", "--silent", "adopt", "--", ...args], stack.environment);

  /** All that was made by hand, as the official SDK reads it. */
  async function there() {
    const { cloud } = stack;
    const [namespaceName, bucketName] = [stack.outputs.namespace, "fotogal_bucket_images"];
    const { bucket } = await cloud.objectStorage.getBucket({ namespaceName, bucketName });
    const { listObjects } = await cloud.objectStorage.listObjects({ namespaceName, bucketName });
    const everywhere = { compartmentId: cloud.tenancyId, compartmentIdInSubtree: true };
    const { containerRepositoryCollection } = await cloud.artifacts.listContainerRepositories({
      ...everywhere,
      displayName: repository,
    });
    const { containerImageCollection } = await cloud.artifacts.listContainerImages({
      ...everywhere,
      repositoryName: repository,
    });
    const { items: logs } = await cloud.logging.listLogs({ logGroupId: logGroup });
    return {
      compartment: (await cloud.identity.getCompartment({ compartmentId: compartment })).compartment,
      bucket,
      objects: listObjects.objects.map(({ name }) => name),
      tables: await Promise.all(
        tables.map(async (tableNameOrId) => {
          const table = { tableNameOrId, compartmentId: compartment };
          const { items } = (await cloud.nosql.listIndexes(table)).indexCollection;
          return { ...(await cloud.nosql.getTable(table)).table, indexes: items };
        }),
      ),
      logs: await Promise.all(
        logs.map(async ({ id }) => (await cloud.logging.getLog({ logGroupId: logGroup, logId: id })).log),
      ),
      repositories: containerRepositoryCollection.items,
      images: containerImageCollection.items.map(({ digest, version }) => ({ digest, version })),
    };
  }

  async function resourceTypes(): Promise<string[]> {
    const { deployment } = JSON.parse(succeeded(await pulumi("stack", "export", ...mine))) as {
      deployment: { resources?: { type: string }[] };
    };
    return (deployment.resources ?? []).map(({ type }) => type);
  }

  test("is shown, and without a yes nothing is written", async () => {
    const before = await there();
    const configured = configuration();
    const shown = await adopt(...mine);
    expect(succeeded(shown)).toMatch(/^matches +compartment +cmp-fotogal +ocid1\.compartment\./m);
    expect(shown.stdout).toMatch(/^ +repositoryPrefix +daniel\.armbrust /m);
    expect(shown.stdout).toMatch(/Nothing was changed; --yes adopts\.\n$/);
    expect(await resourceTypes()).toEqual([]);
    expect(configuration()).toBe(configured);
    expect(existsSync(stack.world.path("import.mine.json"))).toBe(false);
    expect(await there()).toEqual(before);
  });

  test("is not guessed where several may be meant", async () => {
    const names = ["--compartment-id", compartment, "--display-name", "somebody/fotogal"];
    const { id } = await oci<{ id: string }>("artifacts", "container", "repository", "create", ...names);
    const { resources } = JSON.parse(succeeded(await adopt(...mine, "--json"))) as Document;
    const found = resources.find(({ name }) => name === "fotogal");
    expect(found).toMatchObject({ status: "ambiguous" });
    expect(found?.candidates).toHaveLength(2);
    await oci("artifacts", "container", "repository", "delete", "--repository-id", id, "--force");
  });

  test("is adopted: it stays as it is, and a preview shows no changes", async () => {
    const before = await there();
    const document = JSON.parse(succeeded(await adopt(...mine, "--yes", "--json"))) as Document;
    expect(document.resources.map(({ name, status }) => `${status} ${name}`).sort()).toEqual(
      [
        "cmp-fotogal",
        "daniel.armbrust/fotogal",
        "fotogal_bucket_images",
        "fotogal_customlog_app",
        "fotogal_loggroup",
        "fotogal_ntable_authsession",
        "fotogal_ntable_authsession.user_id_idx",
        "fotogal_ntable_images",
        "fotogal_ntable_images.created_ts_idx",
        "fotogal_ntable_images.user_id_idx",
        "fotogal_ntable_users",
      ].map((name) => `matches ${name}`),
    );
    expect(document).toMatchObject({ dryRun: false, preview: { changes: [] } });
    const setting = (key: string) => document.settings.find((one) => one.key === key)?.value;
    expect(setting("fotogalRepositoryCompartmentId")).toBe(stack.cloud.tenancyId);
    expect(setting("fotogalVersion")).toBe("1.0.1");
    expect(await there()).toEqual(before);
    succeeded(await pulumi("preview", "--expect-no-changes", ...mine));
    succeeded(await pulumi("preview", "--refresh", "--expect-no-changes", ...mine));
    expect((await pulumi("destroy", "--yes", "--skip-preview", ...mine)).output).toMatch(/protected/);
  });

  test("is not adopted by another stack of the project as well", async () => {
    succeeded(await pulumi("stack", "init", "second", "--no-select"));
    const refused = await adopt("--stack", "second", "--yes", "--json");
    expect(refused.code).toBe(1);
    const { resources, settings } = JSON.parse(refused.stdout) as Document;
    const found = resources.filter(({ status }) => status !== "missing");
    expect(found.map(({ status, managedBy }) => `${status} by ${managedBy}`)).toEqual(
      Array.from({ length: 11 }, () => "managed by mine"),
    );
    expect(settings).toEqual([]);
    succeeded(await pulumi("stack", "rm", "second", "--yes"));
  });

  test("is left alone by a second adoption", async () => {
    const again = await adopt(...mine, "--yes");
    expect(succeeded(again)).toMatch(
      /In the stack already, and left alone: 11 resources\.\nNothing is adopted\.\n$/,
    );
  });

  test("goes on from there: changes are made in place, and what it holds stays", async () => {
    const { world, cloud, outputs } = stack;
    const file = world.path(".local", "by-hand", "Dockerfile");
    await oci(
      "os",
      "object",
      "put",
      "--bucket-name",
      "fotogal_bucket_images",
      "--file",
      file,
      "--name",
      "a picture",
    );
    const before = await there();
    world.edit("app/fotogal/tables/fotogal_ntable_images.ddl", (ddl) =>
      ddl.replace("is_profile BOOLEAN,", "is_profile BOOLEAN,\n  caption STRING,"),
    );
    succeeded(await pulumi("config", "set", "logRetentionDays", "60", ...mine));
    for (const key of ["keepAsFound", "publishImages"]) succeeded(await pulumi("config", "rm", key, ...mine));
    const up = await pulumi("up", "--yes", "--skip-preview", ...mine);
    expect(succeeded(up)).not.toMatch(/replaced|deleted/);

    const after = await there();
    const ids = ({ compartment, bucket, tables, logs, repositories }: typeof before) =>
      [compartment, bucket, ...tables, ...logs, ...repositories].map(({ id }) => id);
    expect(ids(after)).toEqual(ids(before));
    expect(after.objects).toEqual(["a picture"]);
    expect(after.images).toEqual(expect.arrayContaining(before.images));
    expect(after.images.map(({ version }) => version)).toContain("1.0.1");
    expect(after.logs).toMatchObject([{ retentionDuration: 60, freeformTags: { environment: "mine" } }]);
    expect(after.tables[0]?.ddlStatement).toMatch(/caption STRING/);
    // The others mean what they meant: their statements stay as the service has them.
    expect(after.tables.slice(1).map(({ ddlStatement }) => ddlStatement)).toEqual(
      before.tables.slice(1).map(({ ddlStatement }) => ddlStatement),
    );
    expect(after.repositories[0]?.compartmentId).toBe(cloud.tenancyId);
    expect(after.bucket.namespace).toBe(outputs.namespace);
    succeeded(await pulumi("preview", "--expect-no-changes", ...mine));
    expect(configuration()).toMatch(/fotogalRepositoryCompartmentId/);
  });
});
