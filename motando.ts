import type * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { ApplicationAccess, type ApplicationAccessArgs } from "./components/applicationAccess";
import { ContainerRepositories, type ContainerRepositoriesArgs } from "./components/containerRepositories";
import { ImageBucket } from "./components/imageBucket";
import { NoSqlTables, type TableSchemas } from "./components/noSqlTables";
import type { Settings } from "./configuration";
import type { Tenancy } from "./tenancy";

/** What both applications are made with alike. */
export interface Shared {
  settings: Settings;
  tenancy: Tenancy;
  registry: Omit<ContainerRepositoriesArgs, "compartmentId" | "repositories" | "readmes">;
  /** For ApplicationAccess; undefined where the stack makes no access policies. */
  access?: Pick<ApplicationAccessArgs, "tenancyId" | "vulnerabilityScanning" | "freeformTags">;
}

/** What of Motando's others need. */
export interface Motando {
  /** Image name → path of its repository. */
  paths: Record<string, pulumi.Output<string>>;
  /** Table name → OCID. */
  tableIds: Record<string, pulumi.Output<string>>;
  /** For ads' pictures: before an ad names them, and of published ads. */
  buckets?: Record<"temporary" | "permanent", pulumi.Output<string>>;
  access?: ApplicationAccess;
}

/** An ad has named its pictures by then, or never will. */
const TEMPORARY_DAYS = 1;

const tables = { motando_usuario: {}, motando_anuncio: {}, motando_sessao: {} };

/** Motando's tables as they are written down; undefined where the stack has none of them. */
export function motandoSchemas({ motandoTables, dropColumns }: Settings): TableSchemas | undefined {
  if (!motandoTables) return undefined;
  return {
    ddlFolder: "app/motando/tables",
    tables,
    dropColumns: Object.fromEntries(Object.entries(dropColumns).filter(([table]) => table in tables)),
    // Nobody knows yet how many ads there will be.
    capacity: { mode: "onDemand", readUnits: 0, writeUnits: 0, storageGBs: 1 },
  };
}

/** Makes what is Motando's in its compartment; the images are pushed later. */
export function makeMotando(compartmentId: pulumi.Input<string>, shared: Shared): Motando {
  const { settings, tenancy, registry, access } = shared;
  const { common, nameSuffix } = settings;
  const { namespace, region, homeRegion } = tenancy;
  const inMotando = { compartmentId, ...common };
  const schemas = motandoSchemas(settings);
  const tableIds =
    schemas === undefined ? {} : new NoSqlTables("motando", { ...schemas, ...inMotando }).tableIds;

  const makeBuckets = () => {
    const bucket = { namespace, ...inMotando };
    const expiry = { days: TEMPORARY_DAYS, region, servicePolicy: settings.lifecyclePolicy, homeRegion };
    const temporary = { bucketName: `motando-tmpimg${nameSuffix}`, expiry, ...bucket };
    const permanent = { bucketName: `motando-img${nameSuffix}`, ...bucket };
    return {
      temporary: new ImageBucket("motando-temporary", temporary).bucketName,
      permanent: new ImageBucket("motando-permanent", permanent).bucketName,
    };
  };
  const buckets = settings.motandoBuckets ? makeBuckets() : undefined;

  const names = [
    "motando-webapp",
    "dramatiq-classifiedad",
    ...(settings.motandoInitRepository ? ["motando-webapp-init"] : []),
  ];
  const readme = readFileSync("app/motando/README.md", "utf8");
  const { paths } = new ContainerRepositories("motando", {
    repositories: Object.fromEntries(names.map((name) => [name, `${name}${nameSuffix}`])),
    readmes: Object.fromEntries(names.map((name) => [name, readme])),
    compartmentId,
    ...registry,
  });

  return {
    paths,
    tableIds,
    buckets,
    access:
      access &&
      new ApplicationAccess(
        "motando",
        {
          ...access,
          compartmentId,
          prefix: `motando${nameSuffix}`,
          tables: Object.keys(tableIds),
          buckets: Object.values(buckets ?? {}),
          expiringBucket: buckets?.temporary,
        },
        { provider: homeRegion },
      ),
  };
}
