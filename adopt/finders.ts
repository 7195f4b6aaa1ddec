import type { OciApi } from "../extract/functions/ociApi";

/** A resource that exists in OCI. */
export interface Found {
  /** OCID; an index has its name. */
  id: string;
  /** What `pulumi import` finds it by. */
  importId: string;
  /** Its properties under the names that the program's inputs have. */
  properties: Record<string, unknown>;
}

export interface Finder {
  /** As messages say it. */
  noun: string;
  /** Input with its name. */
  name: string;
  /** Properties that an update could change only by making another resource, or by moving it. */
  fixed: readonly string[];
  /** Inputs that must be known before it can be looked for. */
  needs: readonly string[];
  /** The one of them that it is part of, and named with. */
  within?: string;
  find: (api: OciApi, inputs: Record<string, unknown>) => Promise<Found[]>;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const isLive = ({ lifecycleState }: { lifecycleState?: unknown }): boolean =>
  !/^delet/i.test(text(lifecycleState));

const compartment: Finder = {
  noun: "compartment",
  name: "name",
  fixed: ["name", "compartmentId"],
  needs: [],
  async find(api, inputs) {
    const name = text(inputs.name);
    const inTenancy = { compartmentId: api.account.tenancyId, compartmentIdInSubtree: "true" };
    const query = { ...inTenancy, accessLevel: "ANY", name };
    const listed = (await api.list("identity", "compartments", query)) ?? [];
    const named = listed.filter((one) => isLive(one) && one.name === name);
    const where = named.filter(({ compartmentId }) => compartmentId === inputs.compartmentId);
    return (where.length > 0 ? where : named).map(describeCompartment);
  },
};

/** @returns undefined where there is none of that OCID, or the account may not see it */
export async function compartmentById(api: OciApi, id: string): Promise<Found | undefined> {
  const found = await api.get("identity", "compartment", id);
  return found && describeCompartment(found);
}

function describeCompartment({
  id,
  name,
  description,
  compartmentId,
  freeformTags,
}: {
  id: string;
  name: string;
  description: string;
  compartmentId: string;
  freeformTags?: Record<string, string>;
}): Found {
  return { id, importId: id, properties: { name, description, compartmentId, freeformTags } };
}

const bucket: Finder = {
  noun: "bucket",
  name: "name",
  fixed: ["name", "namespace", "compartmentId", "storageTier"],
  needs: ["namespace"],
  async find(api, inputs) {
    const [namespace, name] = [text(inputs.namespace), text(inputs.name)];
    const path = `n/${encodeURIComponent(namespace)}/b/${encodeURIComponent(name)}`;
    const found = await api.get("objectstorage", "bucket", name, path);
    if (found === undefined) return [];
    const { compartmentId, storageTier, versioning, publicAccessType: accessType, freeformTags } = found;
    const properties = { name, namespace, compartmentId, accessType, storageTier, versioning, freeformTags };
    return [{ id: path, importId: path, properties }];
  },
};

const table: Finder = {
  noun: "table",
  name: "name",
  fixed: ["name", "compartmentId"],
  needs: ["compartmentId"],
  async find(api, { name, compartmentId }) {
    const query = { compartmentId: text(compartmentId), name: text(name) };
    const listed = (await api.list("nosql", "tables", query)) ?? [];
    const [summary] = listed.filter((one) => isLive(one) && one.name === name);
    const found = summary && (await api.get("nosql", "table", summary.id ?? ""));
    if (found === undefined) return [];
    const { id, tableLimits: limits, ddlStatement, freeformTags } = found;
    const tableLimits = {
      capacityMode: limits?.capacityMode,
      maxReadUnits: limits?.maxReadUnits,
      maxWriteUnits: limits?.maxWriteUnits,
      maxStorageInGbs: limits?.maxStorageInGBs,
    };
    const properties = { name, compartmentId, ddlStatement, tableLimits, freeformTags };
    return [{ id, importId: id, properties }];
  },
};

const index: Finder = {
  noun: "index",
  name: "name",
  fixed: ["name", "tableNameOrId", "keys"],
  needs: ["tableNameOrId"],
  within: "tableNameOrId",
  async find(api, { name, tableNameOrId }) {
    const path = `tables/${encodeURIComponent(text(tableNameOrId))}/indexes`;
    const listed = (await api.list("nosql", "indexes", {}, path)) ?? [];
    const [found] = listed.filter((one) => isLive(one) && one.name === name);
    if (found === undefined) return [];
    const keys = found.keys?.map(({ columnName }) => ({ columnName }));
    const importId = `tables/${text(tableNameOrId)}/indexes/${text(name)}`;
    return [{ id: text(name), importId, properties: { name, tableNameOrId, keys } }];
  },
};

const logGroup: Finder = {
  noun: "log group",
  name: "displayName",
  fixed: ["compartmentId"],
  needs: ["compartmentId"],
  async find(api, inputs) {
    const query = { compartmentId: text(inputs.compartmentId), displayName: text(inputs.displayName) };
    const listed = (await api.list("logging", "logGroups", query)) ?? [];
    return listed
      .filter((one) => isLive(one) && one.displayName === inputs.displayName)
      .map(({ id, compartmentId, displayName, freeformTags }) => ({
        id,
        importId: id,
        properties: { compartmentId, displayName, freeformTags },
      }));
  },
};

const log: Finder = {
  noun: "log",
  name: "displayName",
  fixed: ["logGroupId", "logType"],
  needs: ["logGroupId"],
  async find(api, { displayName, logGroupId }) {
    const path = `logGroups/${encodeURIComponent(text(logGroupId))}/logs`;
    const listed = (await api.list("logging", "logs", { displayName: text(displayName) }, path)) ?? [];
    return listed
      .filter((one) => isLive(one) && one.displayName === displayName)
      .map(({ id, logType, isEnabled, retentionDuration, freeformTags }) => ({
        id,
        importId: `logGroupId/${text(logGroupId)}/logId/${id}`,
        properties: { displayName, logGroupId, logType, isEnabled, retentionDuration, freeformTags },
      }));
  },
};

const repository: Finder = {
  noun: "container repository",
  name: "displayName",
  fixed: ["displayName", "compartmentId"],
  needs: [],
  /** By its name; else those that have it below a user's name, as the first push makes them. */
  async find(api, { displayName }) {
    const query = { compartmentId: api.account.tenancyId, compartmentIdInSubtree: "true" };
    const listed = ((await api.list("artifacts", "container/repositories", query)) ?? []).filter(isLive);
    const exact = listed.filter((one) => one.displayName === displayName);
    const below = listed.filter((one) => one.displayName.endsWith(`/${text(displayName)}`));
    const path = (id: string) => `container/repositories/${encodeURIComponent(id)}`;
    const found = await Promise.all(
      (exact.length > 0 ? exact : below).map(({ id }) =>
        api.get("artifacts", "container/repository", id, path(id)),
      ),
    );
    return found
      .filter((one) => one !== undefined)
      .map(({ id, compartmentId, displayName, isPublic, isImmutable, readme, freeformTags }) => ({
        id,
        importId: id,
        properties: { compartmentId, displayName, isPublic, isImmutable, readme, freeformTags },
      }));
  },
};

/** Resource type → how one that exists is found. */
export const finders: Partial<Record<string, Finder>> = {
  "oci:Identity/compartment:Compartment": compartment,
  "oci:ObjectStorage/bucket:Bucket": bucket,
  "oci:Nosql/table:Table": table,
  "oci:Nosql/index:Index": index,
  "oci:Logging/logGroup:LogGroup": logGroup,
  "oci:Logging/log:Log": log,
  "oci:Artifacts/containerRepository:ContainerRepository": repository,
};
