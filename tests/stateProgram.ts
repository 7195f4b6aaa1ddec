import { readFileSync } from "node:fs";
import { AppLogGroup } from "../components/appLogGroup";
import { Compartment } from "../components/compartment";
import { ImageBucket } from "../components/imageBucket";
import { lookUpTenancy } from "../tenancy";
import type { Parts } from "./stateWorld";

/**
 * The stack of tests that look after its state: what `parts.json` lists, made by the components in the tenancy's root compartment.
 * What takes long to load is loaded if it is needed.
 */
export = async () => {
  const parts = JSON.parse(readFileSync("parts.json", "utf8")) as Parts;
  const { tenancyId, namespace, registryHost } = await lookUpTenancy();
  const common = { compartmentId: tenancyId, protectData: false };
  for (const name of parts.compartments) {
    const description = "Made by a test";
    new Compartment(name, { compartmentName: name, description, parentId: tenancyId, protectData: false });
  }
  for (const name of parts.buckets) new ImageBucket(name, { bucketName: name, namespace, ...common });
  for (const name of parts.tables) {
    const { NoSqlTables } = await import("../components/noSqlTables");
    const capacity = { mode: "provisioned", readUnits: 1, writeUnits: 1, storageGBs: 1 } as const;
    const tables = { [name]: { indexes: { note_idx: ["note"] } } };
    new NoSqlTables(name, { ddlFolder: "ddl", tables, capacity, ...common });
  }
  for (const name of parts.logs) new AppLogGroup(name, { groupName: name, logName: name, ...common });
  const repositories = Object.fromEntries(parts.repositories.map((name) => [name, name]));
  if (parts.repositories.length === 0) return {};
  const { AppImage } = await import("../components/appImage");
  const { ContainerRepositories } = await import("../components/containerRepositories");
  const { RegistryCredentials } = await import("../components/registryCredentials");
  const { planBuilds } = await import("../images/buildPlan");
  const { answerOf } = await import("../lookup");
  const registry = { registryHost, namespace, vulnerabilityScanning: false };
  const { paths } = new ContainerRepositories("state", { repositories, ...registry, ...common });
  const login = { registryHost, namespace, mode: "session" } as const;
  const credentials = await RegistryCredentials.create("registry", login);
  const [repository = ""] = Object.values(paths);
  const plan = Object.fromEntries(parts.images.map((version) => [version, { context: "image", version }]));
  const images = Object.entries(await answerOf(planBuilds(plan))).map(
    ([version, build]) => new AppImage(`image-${version}`, { repository, credentials, build }).published.uri,
  );
  return { images };
};
