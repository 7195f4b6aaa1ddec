import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isRunning } from "../local/toolchain/processes";
import { run } from "../local/toolchain/run";
import { removeImages } from "./engineImages";
import type { Held } from "./holdingFront";
import { stopRegistries } from "./registries";
import { succeeded } from "./stackInWorld";
import { type Kind, noParts, saveParts, startStateWorld, type StateWorld } from "./stateWorld";
import type { World } from "./world";

jest.setTimeout(15 * 60_000);

const parts = noParts();
let started: StateWorld;
let world: World;
let environment: Record<string, string>;

beforeAll(async () => {
  started = await startStateWorld(parts);
  world = started.world;
  environment = {
    ...started.environment,
    PULUMI_STACK: "local",
    PULUMI_OPTION_CONFIG_FILE: world.path(".local", "stack", "Pulumi.local.yaml"),
  };
});

afterAll(async () => {
  stopRegistries();
  await world.remove();
  await removeImages(started.front.host);
});

const pulumi = (...args: string[]) => world.command("pulumi", args, environment);
const up = () => pulumi("up", "--yes", "--skip-preview");
const repair = (...args: string[]) =>
  world.command("npm", ["run", "--silent", "repair", "--", "--stack", "local", ...args]);

/** Who locks the stack, by the files of Pulumi's backend. */
function lockHolders(): { pid: number; username: string; hostname: string }[] {
  const folder = world.path(".local", "pulumi-state", ".pulumi", "locks");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), "utf8")) as never);
}

/** Process IDs of what was started from the world's folder. */
async function processes(): Promise<number[]> {
  const lines = (await run("ps", ["-ww", "-eo", "pid=,args="])).split("\n");
  return lines.filter((line) => line.includes(world.folder)).map((line) => Number.parseInt(line));
}

/**
 * An update whose engine is killed, as by `kill -9`, when the front holds the request.
 * @returns the process IDs of what the engine had started
 */
async function killedUpdate(held: Held): Promise<number[]> {
  const others = await processes();
  const reached = started.front.hold(held);
  const update = up();
  await Promise.race([reached, update]);
  const [holder] = lockHolders();
  if (holder === undefined) throw new Error(`It was never asked: ${(await update).output}`);
  const children = (await processes()).filter((pid) => !others.includes(pid));
  process.kill(holder.pid, "SIGKILL");
  await update;
  return children;
}

/** Resolves once none of the processes is left. */
async function ended(pids: number[]): Promise<void> {
  const left = () => pids.filter((pid) => isRunning(pid, world.folder));
  const deadline = Date.now() + 30_000;
  while (left().length > 0) {
    if (Date.now() > deadline) throw new Error(`The engine has ended, these have not: ${left().join(", ")}`);
    await wait(50);
  }
}

/** How many there are of that name in the cloud. */
async function countOf(kind: Kind, name: string): Promise<number> {
  const { identity, objectStorage, nosql, logging, artifacts, tenancyId: compartmentId } = started.cloud;
  const namesOf: Record<Kind, () => Promise<(string | undefined)[]>> = {
    compartments: async () =>
      (await identity.listCompartments({ compartmentId })).items.map((one) => one.name),
    buckets: async () => {
      const namespaceName = (await objectStorage.getNamespace({})).value;
      return (await objectStorage.listBuckets({ compartmentId, namespaceName })).items.map((one) => one.name);
    },
    tables: async () => {
      const tables = (await nosql.listTables({ compartmentId })).tableCollection.items ?? [];
      const indexes = await nosql.listIndexes({ tableNameOrId: name, compartmentId });
      expect(indexes.indexCollection.items).toHaveLength(1);
      return tables.map((one) => one.name);
    },
    logs: async () => {
      const groups = (await logging.listLogGroups({ compartmentId })).items;
      const logGroupId = groups.find(({ displayName }) => displayName === name)?.id ?? "";
      expect((await logging.listLogs({ logGroupId })).items).toHaveLength(1);
      return groups.map((one) => one.displayName);
    },
    repositories: async () => {
      const listed = await artifacts.listContainerRepositories({ compartmentId });
      return listed.containerRepositoryCollection.items.map((one) => one.displayName);
    },
    images: async () => {
      const [repositoryName = ""] = parts.repositories;
      const listed = await artifacts.listContainerImages({ compartmentId, repositoryName });
      expect(listed.containerImageCollection.items).toHaveLength(1);
      return listed.containerImageCollection.items.map((one) => one.version);
    },
  };
  return (await namesOf[kind]()).filter((one) => one === name).length;
}

interface Moment extends Held {
  adds: [Kind, string];
  /** What is pending then, and what the repair does with it: nothing where only the lock stays. */
  pending?: RegExp;
}

const into = (name: string) => new RegExp(`${name}: into the state`);
const forgotten = (name: string) => new RegExp(`${name}: not in the state`);
const moments: Record<string, Moment> = {
  "before anything is made": {
    adds: ["compartments", "first"],
    method: "GET",
    path: /./,
    when: "before",
  },
  "when a compartment is asked for": {
    adds: ["compartments", "second"],
    method: "POST",
    path: /\/compartments$/,
    when: "before",
    pending: forgotten("Compartment (first|second)"),
  },
  "when a compartment is made": {
    adds: ["compartments", "third"],
    method: "POST",
    path: /\/compartments$/,
    when: "after",
    pending: into("Compartment third"),
  },
  "when a bucket is made": {
    adds: ["buckets", "bucket"],
    method: "POST",
    path: /\/b$/,
    when: "after",
    pending: into("Bucket bucket"),
  },
  "when a log group is made": {
    adds: ["logs", "log1"],
    method: "POST",
    path: /\/logGroups$/,
    when: "after",
    pending: into("LogGroup log1"),
  },
  "when a log is asked for": {
    adds: ["logs", "log2"],
    method: "POST",
    path: /\/logs$/,
    when: "before",
    pending: forgotten("Log log2-app"),
  },
  "when a table is being made": {
    adds: ["tables", "table1"],
    method: "POST",
    path: /\/tables$/,
    when: "after",
    pending: into("Table table1-table1"),
  },
  "when an index is being made": {
    adds: ["tables", "table2"],
    method: "POST",
    path: /\/indexes$/,
    when: "after",
    pending: into("Index table2-table2-note_idx"),
  },
  "when a repository is made": {
    adds: ["repositories", "repository"],
    method: "POST",
    path: /\/container\/repositories$/,
    when: "after",
    pending: into("ContainerRepository state-repository"),
  },
  "while an image is pushed": {
    adds: ["images", "1.0.0"],
    method: "PUT",
    path: /\/manifests\//,
    when: "before",
    pending: forgotten("Image image-1.0.0"),
  },
};

test.each(Object.entries(moments))(
  "killed %s: nothing runs on, and the next update names what is left and the command, which repairs it",
  async (_moment, { adds: [kind, name], pending, ...held }) => {
    parts[kind].push(name);
    saveParts(world, parts);
    const children = await killedUpdate(held);
    const [holder] = lockHolders();

    const refused = await world.pulumi(["up", "--yes", "--skip-preview"]);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(
      `locked by ${holder?.username}@${holder?.hostname}, process ${holder?.pid}`,
    );
    expect(refused.output).toContain("npm run repair -- --stack local");
    expect(children).not.toEqual([]);
    await ended(children);

    const repaired = succeeded(await repair("--yes"));
    if (pending === undefined) expect(refused.output + repaired).not.toContain("interrupted while");
    else {
      expect(refused.output).toContain("interrupted while creating");
      expect(repaired).toMatch(pending);
    }
    // What the repair brought into the state stays as it is, here and in the updates of the moments after.
    expect(succeeded(await up())).not.toMatch(/\d (updated|replaced|deleted)/);
    expect(await countOf(kind, name)).toBe(1);
    expect(lockHolders()).toEqual([]);
  },
);

test("after all of them nothing is left to do", async () => {
  succeeded(await pulumi("preview", "--expect-no-changes"));
});

test("without a yes nothing is changed, and where nothing was interrupted nothing is repaired", async () => {
  parts.buckets.push("last");
  saveParts(world, parts);
  await killedUpdate({ method: "POST", path: /\/b$/, when: "after" });
  const before = succeeded(await pulumi("stack", "export"));
  const shown = await repair();
  expect(shown.code).toBe(1);
  expect(shown.output).toMatch(/Bucket last: into the state[^]*Nothing was changed/);
  expect(lockHolders()).toHaveLength(1);
  expect(succeeded(await pulumi("stack", "export"))).toBe(before);

  succeeded(await repair("--yes", "--up"));
  expect(await countOf("buckets", "last")).toBe(1);
  expect(succeeded(await repair())).toContain("needs no repair");
});

test("an update that still runs is waited for, and not repaired", async () => {
  parts.buckets.push("running");
  saveParts(world, parts);
  const reached = started.front.hold({ method: "POST", path: /\/b$/, when: "before" });
  const update = up();
  const release = await Promise.race([reached, update]);
  if (typeof release !== "function") throw new Error(release.output);
  const [holder] = lockHolders();
  const refused = await world.pulumi(["up", "--yes", "--skip-preview"]);
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain(`Wait for process ${holder?.pid} to end`);
  const repaired = await repair("--yes");
  expect(repaired.code).toBe(1);
  expect(repaired.stderr).toContain(`the update of process ${holder?.pid} runs on this machine`);
  release();
  succeeded(await update);
});
