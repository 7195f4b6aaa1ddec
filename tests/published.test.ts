import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "../local/toolchain/run";
import {
  type SourceFile,
  type StackInWorld,
  dockerIn,
  dockerLogin,
  imageNames,
  readOutputs,
  stackInNewWorld,
  succeeded,
} from "./stackInWorld";

jest.setTimeout(10 * 60_000);

let stack: StackInWorld;

beforeAll(async () => {
  stack = await stackInNewWorld();
});

afterAll(() => stack.world.remove());

describe("the cloud, seen through the official SDK", () => {
  test("holds the compartments", async () => {
    const { cloud, outputs } = stack;
    const { items } = await cloud.identity.listCompartments({ compartmentId: cloud.tenancyId });
    expect(items.map(({ name, description }) => [name, description])).toContainEqual([
      "cmp-fotogal",
      "Recursos da aplicação FotoGal",
    ]);
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.values(outputs.compartments)));
  });

  test("holds the private bucket", async () => {
    const { cloud, outputs } = stack;
    const { bucket } = await cloud.objectStorage.getBucket({
      namespaceName: outputs.namespace,
      bucketName: "fotogal_bucket_images",
    });
    expect(bucket).toMatchObject({
      publicAccessType: "NoPublicAccess",
      storageTier: "Standard",
      versioning: "Disabled",
      compartmentId: outputs.compartmentId,
    });
  });

  test.each([
    ["fotogal_ntable_images", ["created_ts_idx", "user_id_idx"], ["id"]],
    ["fotogal_ntable_users", [], ["id", "email", "username"]],
    ["fotogal_ntable_authsession", ["user_id_idx"], ["random_token"]],
  ])("holds table %s", async (name, indexes, primaryKey) => {
    const { cloud, outputs } = stack;
    const { table } = await cloud.nosql.getTable({ tableNameOrId: outputs.tables[name] ?? "" });
    expect(table.name).toBe(name);
    expect(table.tableLimits).toMatchObject({ maxReadUnits: 10, maxWriteUnits: 5, maxStorageInGBs: 1 });
    expect(table.schema?.primaryKey).toEqual(primaryKey);
    const { indexCollection } = await cloud.nosql.listIndexes({ tableNameOrId: table.id });
    expect(indexCollection.items?.map((index) => index.name).sort()).toEqual(indexes);
  });

  test("holds the log group and its custom log", async () => {
    const { cloud, outputs } = stack;
    const { log } = await cloud.logging.getLog({ logGroupId: outputs.logGroupId, logId: outputs.logId });
    expect(log).toMatchObject({
      displayName: "fotogal_customlog_app",
      logType: "CUSTOM",
      isEnabled: true,
      retentionDuration: 30,
    });
  });

  test("holds private repositories with their images, scanned", async () => {
    const { cloud, outputs } = stack;
    const everywhere = { compartmentId: cloud.tenancyId, compartmentIdInSubtree: true };
    const images = await cloud.artifacts.listContainerImages(everywhere);
    const names = images.containerImageCollection.items.map((item) => item.displayName);
    expect(names).toEqual(expect.arrayContaining(imageNames.map((name) => `${name}:1.0.0`)));
    const repositories = await cloud.artifacts.listContainerRepositories(everywhere);
    expect(repositories.containerRepositoryCollection.items.some(({ isPublic }) => isPublic)).toBe(false);
    for (const compartmentId of Object.values(outputs.compartments)) {
      const targets = await cloud.scanning.listContainerScanTargets({ compartmentId });
      expect(targets.containerScanTargetSummaryCollection.items).toHaveLength(1);
    }
  });
});

describe("images", () => {
  test.each(imageNames)("%s is refused without credentials, pulled with them, and runs", async (name) => {
    const docker = dockerIn(stack);
    const uri = stack.outputs.images[name]?.uri ?? "";
    await docker("logout", stack.outputs.registryHost);
    await docker("image", "rm", "--force", uri);
    expect((await docker("pull", uri)).code).not.toBe(0);
    await dockerLogin(stack);
    succeeded(await docker("pull", uri));
    const container = succeeded(await docker("run", "--detach", uri)).trim();
    try {
      const [inspected] = JSON.parse(succeeded(await docker("inspect", container))) as [
        { State: { Pid: number }; NetworkSettings: { Networks: { bridge: { IPAddress: string } } } },
      ];
      expect(statSync(`/proc/${inspected.State.Pid}`).uid).toBeGreaterThan(0);
      const address = inspected.NetworkSettings.Networks.bridge.IPAddress;
      const health = await healthOf(`http://${address}:8080/healthz`);
      expect(health).toMatchObject({ status: "ok", version: "1.0.0" });
    } finally {
      await docker("rm", "--force", container);
    }
  });
});

/** The health document, as soon as the container answers. */
async function healthOf(url: string): Promise<unknown> {
  for (const deadline = Date.now() + 30_000; ;) {
    try {
      return await (await fetch(url)).json();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}

describe("the deployed function's source", () => {
  test("equals what docker cp gives, byte for byte and mode for mode", async () => {
    const { image, digest, files } = stack.outputs.functionSource;
    const docker = dockerIn(stack);
    const copy = stack.world.path("docker-cp");
    const deployed = `${image.replace(/@.*$/, "").replace(/:[^:/]+$/, "")}@${digest}`;
    await dockerLogin(stack);
    succeeded(await docker("pull", deployed));
    const container = succeeded(await docker("create", deployed)).trim();
    succeeded(await docker("cp", "--archive", `${container}:/function`, copy));
    succeeded(await docker("rm", container));
    const copied = readdirSync(copy).filter((name) => statSync(path.join(copy, name)).isFile());
    expect(copied.length).toBeGreaterThanOrEqual(4);
    expect(byPath(files)).toEqual(byPath(copied.map((name) => describeFile(copy, name))));
  });

  test("can be rebuilt from the stack output alone", async () => {
    const { functionSource } = await readOutputs(stack.world);
    const rebuilt = stack.world.path("rebuilt");
    const archive = stack.world.path("source.tar.gz");
    mkdirSync(rebuilt);
    writeFileSync(archive, Buffer.from(functionSource.archive, "base64"));
    await run("tar", ["-xzpf", archive, "-C", rebuilt]);
    const files = functionSource.files.map((file) => describeFile(rebuilt, file.path));
    expect(byPath(files)).toEqual(byPath(functionSource.files));
    const packaged = path.resolve(__dirname, "../app/functions/oci-objectstorage-create-par-python");
    for (const name of ["func.py", "func.yaml", "requirements.txt"]) {
      expect(functionSource.text[name]).toBe(readFileSync(path.join(packaged, name), "utf8"));
    }
  });
});

function describeFile(folder: string, name: string): SourceFile {
  const content = readFileSync(path.join(folder, name));
  const mode = (statSync(path.join(folder, name)).mode & 0o7777).toString(8).padStart(4, "0");
  return {
    path: name,
    size: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
    mode,
  };
}

function byPath(files: SourceFile[]): SourceFile[] {
  return [...files].sort((a, b) => a.path.localeCompare(b.path));
}
