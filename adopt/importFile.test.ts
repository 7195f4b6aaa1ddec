import { importFile } from "./importFile";
import { matchOf, urnOf, wantedOf } from "./testing";

const component = (type: string) => `fotogal-motando:components:${type}`;
const tablesType = component("NoSqlTables");
const tableType = "oci:Nosql/table:Table";
const stack = wantedOf("pulumi:pulumi:Stack", "fotogal-motando-mine");
const tables = wantedOf(tablesType, "fotogal", { parent: stack.urn });
const table = wantedOf(tableType, "users", { parent: tables.urn });
const found = { id: "ocid1.table", importId: "ocid1.table", properties: {} };

test("has the adopted resources below their components, with the ID and the provider's version", () => {
  expect(importFile([stack, tables, table], [matchOf(table, "differs", { found })])).toEqual({
    nameTable: {},
    resources: [
      { type: tablesType, name: "fotogal", component: true },
      { type: tableType, name: "users", id: "ocid1.table", parent: "fotogal", version: "4.20.0" },
    ],
  });
});

test("tells resources of one name apart, and points to parents that the stack has", () => {
  const logs = wantedOf(component("AppLogGroup"), "fotogal", { parent: stack.urn });
  const group = wantedOf("oci:Logging/logGroup:LogGroup", "fotogal", { parent: logs.urn });
  const known = { ...tables, op: "same" };
  const { nameTable, resources } = importFile(
    [stack, known, table, logs, group],
    [matchOf(table, "matches", { found }), matchOf(group, "matches", { found })],
  );
  expect(nameTable).toEqual({ fotogal: urnOf(tablesType, "fotogal") });
  expect(resources).toMatchObject([
    { name: "users", parent: "fotogal" },
    { name: "fotogal-AppLogGroupComponent", logicalName: "fotogal", component: true },
    { name: "fotogal-LogGroup", logicalName: "fotogal", parent: "fotogal-AppLogGroupComponent" },
  ]);
});

test("has components that are nothing in OCI, and none whose resources are not there", () => {
  const login = wantedOf(component("RegistryCredentials"), "registry", { parent: stack.urn });
  const scans = wantedOf(component("ContainerRepositories"), "motando", { parent: stack.urn });
  const repository = wantedOf("oci:Artifacts/containerRepository:ContainerRepository", "motando-webapp", {
    parent: scans.urn,
  });
  const missing = ["missing", "unlike", "ambiguous", "present"] as const;
  for (const status of missing) {
    const { resources } = importFile(
      [stack, login, scans, repository],
      [matchOf(repository, status, status === "missing" ? {} : { found })],
    );
    expect(resources.map(({ name }) => name)).toEqual(["registry"]);
  }
});
