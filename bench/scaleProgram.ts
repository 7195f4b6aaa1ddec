import * as pulumi from "@pulumi/pulumi";
import { mkdirSync, writeFileSync } from "node:fs";
import { AppLogGroup } from "../components/appLogGroup";
import { Compartment } from "../components/compartment";
import { ContainerRepositories } from "../components/containerRepositories";
import { ImageBucket } from "../components/imageBucket";
import { NoSqlTables } from "../components/noSqlTables";
import { lookUpTenancy } from "../tenancy";

const columns = "id STRING, user_id STRING, created_ts LONG, description STRING, likes ARRAY(STRING)";
const capacity = { mode: "provisioned", readUnits: 1, writeUnits: 1, storageGBs: 1 } as const;

/** The stacks `scale-N` of scale.ts: N applications in one compartment, each a bucket, three tables, a log in its group and two repositories. */
export = async () => {
  const { tenancyId, namespace, registryHost } = await lookUpTenancy();
  const stack = pulumi.getStack();
  const [, count] = stack.split("-").map(Number);
  const description = `Applications of ${stack}`;
  const { compartmentId } = new Compartment(stack, {
    compartmentName: stack,
    description,
    parentId: tenancyId,
    protectData: false,
  });
  const common = { compartmentId, protectData: false, freeformTags: { stack } };
  for (let number = 1; number <= (count ?? 0); number++) {
    const name = `${stack}-app${number}`;
    const ddlFolder = `.local/ddl/${name}`;
    mkdirSync(ddlFolder, { recursive: true });
    const tables = ["users", "images", "authsession"].map((table) => `app${number}_${table}`);
    for (const table of tables) {
      writeFileSync(`${ddlFolder}/${table}.ddl`, `CREATE TABLE ${table} (${columns}, PRIMARY KEY(id))`);
    }
    new ImageBucket(name, { bucketName: name, namespace, ...common });
    new NoSqlTables(name, {
      ddlFolder,
      tables: Object.fromEntries(tables.map((table) => [table, {}])),
      capacity,
      ...common,
    });
    new AppLogGroup(name, { groupName: name, logName: `${name}-log`, ...common });
    const repositories = { webapp: `${name}/webapp`, worker: `${name}/worker` };
    new ContainerRepositories(name, {
      repositories,
      registryHost,
      namespace,
      vulnerabilityScanning: false,
      ...common,
    });
  }
};
