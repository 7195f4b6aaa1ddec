import { writeFileSync } from "node:fs";
import { type Outputs, readOutputs, type StackInWorld, stackInNewWorld, succeeded } from "./stackInWorld";

jest.setTimeout(10 * 60_000);

const FILE = "Pulumi.local.yaml";
const extras = ["motandoTables", "motandoBuckets", "motandoInitRepository", "accessPolicies"]
  .map((key) => `  fotogal-motando:${key}: true\n`)
  .join("");
const tables = ["motando_usuario", "motando_anuncio", "motando_sessao"];
const buckets = { temporary: "motando-tmpimg", permanent: "motando-img" };
const groups = ["fotogal", "motando"].flatMap((app) => [`${app}-maintainers`, `${app}-dyngrp`]).sort();

let stack: StackInWorld;
let outputs: Outputs;

beforeAll(async () => {
  stack = await stackInNewWorld((world) => {
    world.edit(FILE, (text) =>
      text.replace("config:\n", `config:\n  fotogal-motando:publishImages: false\n${extras}`),
    );
    return {};
  });
  outputs = stack.outputs;
});

afterAll(() => stack.world.remove());

const motando = () => outputs.compartments["cmp-motando"] ?? "";

const withPolicies = ["preview", "--policy-pack", "policy"];

test("a second preview finds nothing to do, tables on demand included, once the policy pack allows these", async () => {
  const { world } = stack;
  const leave = world.path(".local", "policies.json");
  writeFileSync(leave, JSON.stringify({ budget: { onDemand: true } }));
  const allowed = [...withPolicies, "--policy-pack-config", leave];
  succeeded(await world.pulumi([...allowed, "--refresh", "--expect-no-changes"]));
});

test("without leave the policy pack refuses them, and says where to give it", async () => {
  const { code, output } = await stack.world.pulumi(withPolicies);
  expect(code).not.toBe(0);
  expect(output).toContain(
    'Table "motando-motando_sessao" is on demand, which no budget limits: type `pulumi config set fotogal-motando:motandoTables false -s local`, or set "onDemand" of "budget" to true',
  );
});

test("the three tables are there, on demand, and sessions live an hour", async () => {
  const { nosql } = stack.cloud;
  for (const name of tables) {
    const { table } = await nosql.getTable({ tableNameOrId: outputs.tables[name] ?? "" });
    expect(table).toMatchObject({
      name,
      compartmentId: motando(),
      tableLimits: { capacityMode: "ON_DEMAND", maxStorageInGBs: 1 },
    });
    const { ddlStatement } = table;
    expect(/USING TTL 1 HOURS/i.test(ddlStatement ?? "")).toBe(name === "motando_sessao");
  }
});

test("both buckets are private, and the temporary one is emptied after a day", async () => {
  const { objectStorage } = stack.cloud;
  expect(outputs.motandoBuckets).toEqual(buckets);
  const ofBucket = (bucketName: string) => ({ namespaceName: outputs.namespace, bucketName });
  for (const name of Object.values(buckets)) {
    const { bucket } = await objectStorage.getBucket(ofBucket(name));
    expect(bucket).toMatchObject({ compartmentId: motando(), publicAccessType: "NoPublicAccess" });
    expect(bucket.objectLifecyclePolicyEtag !== undefined).toBe(name === buckets.temporary);
  }
  const { objectLifecyclePolicy } = await objectStorage.getObjectLifecyclePolicy(ofBucket(buckets.temporary));
  expect(objectLifecyclePolicy.items).toEqual([
    {
      name: "delete-rule",
      target: "objects",
      action: "DELETE",
      timeAmount: 1,
      timeUnit: "DAYS",
      isEnabled: true,
    },
  ]);
});

test("the third repository is there, private", async () => {
  expect(outputs.repositories["motando-webapp-init"]).toMatch(/\/motando-webapp-init$/);
  const { containerRepositoryCollection } = await stack.cloud.artifacts.listContainerRepositories({
    compartmentId: motando(),
    displayName: "motando-webapp-init",
  });
  expect(containerRepositoryCollection.items).toMatchObject([{ isPublic: false }]);
});

test("groups lie in the tenancy, policies in the compartments, and say exactly who may do what", async () => {
  expect(await groupsNow()).toEqual(groups);
  expect(outputs.accessGroups).toEqual({
    fotogal: { group: "fotogal-maintainers", dynamicGroup: "fotogal-dyngrp" },
    motando: { group: "motando-maintainers", dynamicGroup: "motando-dyngrp" },
  });
  const inMotando = `in compartment id ${motando()}`;
  const inFotogal = `in compartment id ${outputs.compartmentId}`;
  const maintain = (app: string, place: string, ...more: string[]) =>
    [
      ...["inspect compartments", "inspect policies", "manage repos", "manage buckets"],
      ...["manage nosql-tables", "manage nosql-indexes", ...more],
      ...["manage container-scan-recipes", "manage container-scan-targets", "read vss-work-requests"],
    ].map((use) => `Allow group ${app}-maintainers to ${use} ${place}`);
  const region = stack.environment.TF_VAR_region ?? "sa-saopaulo-1";
  expect(await statementsNow(outputs.compartmentId)).toMatchObject({
    "fotogal-policies": [
      ...maintain("fotogal", inFotogal, "manage log-groups"),
      `Allow dynamic-group fotogal-dyngrp to read repos ${inFotogal}`,
      `Allow dynamic-group fotogal-dyngrp to manage objects ${inFotogal} where target.bucket.name = 'fotogal_bucket_images'`,
      `Allow dynamic-group fotogal-dyngrp to manage nosql-rows ${inFotogal} where any {target.nosql-table.name = 'fotogal_ntable_images', target.nosql-table.name = 'fotogal_ntable_users', target.nosql-table.name = 'fotogal_ntable_authsession'}`,
      `Allow dynamic-group fotogal-dyngrp to use log-content ${inFotogal} where target.loggroup.id = '${outputs.logGroupId}'`,
    ],
  });
  expect(await statementsNow(motando())).toMatchObject({
    "motando-policies": [
      ...maintain("motando", inMotando),
      `Allow group motando-maintainers to manage objects ${inMotando} where all {target.bucket.name = 'motando-tmpimg', any {request.permission = 'OBJECT_CREATE', request.permission = 'OBJECT_DELETE'}}`,
      `Allow dynamic-group motando-dyngrp to read repos ${inMotando}`,
      `Allow dynamic-group motando-dyngrp to manage objects ${inMotando} where any {target.bucket.name = 'motando-tmpimg', target.bucket.name = 'motando-img'}`,
      `Allow dynamic-group motando-dyngrp to manage nosql-rows ${inMotando} where any {target.nosql-table.name = 'motando_usuario', target.nosql-table.name = 'motando_anuncio', target.nosql-table.name = 'motando_sessao'}`,
    ],
    "fotogal-motando-local-motando-temporary-expiry": [
      `Allow service objectstorage-${region} to manage object-family ${inMotando} where target.bucket.name = 'motando-tmpimg'`,
    ],
  });
  const { items } = await stack.cloud.identity.listDynamicGroups({
    compartmentId: stack.cloud.tenancyId,
    name: "motando-dyngrp",
  });
  expect(items[0]?.matchingRule).toContain(`instance.compartment.id = '${motando()}'`);
});

test("without the settings all of it goes, and nothing else", async () => {
  const { world, cloud } = stack;
  world.edit(FILE, (text) => text.replace(extras, ""));
  succeeded(await world.pulumi(["up", "--yes", "--skip-preview"]));
  const { tables: left, repositories, accessGroups, motandoBuckets } = await readOutputs(world);
  expect(Object.keys(left).filter((name) => tables.includes(name))).toEqual([]);
  expect(Object.keys(left)).toHaveLength(3);
  expect(Object.keys(repositories)).toHaveLength(3);
  expect([accessGroups, motandoBuckets]).toEqual([undefined, undefined]);
  expect(await groupsNow()).toEqual([]);
  const { items } = await cloud.objectStorage.listBuckets({
    namespaceName: outputs.namespace,
    compartmentId: motando(),
  });
  expect(items).toEqual([]);
  const { tableCollection } = await cloud.nosql.listTables({ compartmentId: motando() });
  expect(tableCollection.items).toEqual([]);
  for (const compartmentId of [outputs.compartmentId, motando()]) {
    expect(Object.keys(await statementsNow(compartmentId)).filter((name) => !name.endsWith("-scan"))).toEqual(
      [],
    );
  }
});

/** Names of all groups and dynamic groups of the tenancy. */
async function groupsNow(): Promise<string[]> {
  const { identity, tenancyId: compartmentId } = stack.cloud;
  const [people, instances] = [
    await identity.listGroups({ compartmentId }),
    await identity.listDynamicGroups({ compartmentId }),
  ];
  return [...people.items, ...instances.items].map(({ name }) => name).sort();
}

/** A compartment's policies: name → statements. */
async function statementsNow(compartmentId: string): Promise<Record<string, string[]>> {
  const { items } = await stack.cloud.identity.listPolicies({ compartmentId });
  return Object.fromEntries(items.map(({ name, statements }) => [name, statements]));
}
