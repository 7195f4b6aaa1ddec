import { type Properties } from "../shared/values";
import { fakeService, refusal, type Route } from "./fakeService";
import {
  messages,
  request,
  table,
  index,
  bucket,
  compartment,
  log,
  tableInputs,
  accepted,
  running,
  succeeded,
  active,
} from "./resourceFixture";
import { deleteResource, readResource, updateResource } from "./resources";
import type { ResourceRow } from "./row";

describe("read", () => {
  test.each<[string, ResourceRow, string, Route, Properties]>([
    [
      "a bucket",
      bucket,
      "n/n/b/b",
      ["GET /n/n/b/b", { body: { id: "o", compartmentId: "c" } }],
      { namespace: "n", name: "b", compartmentId: "c" },
    ],
    [
      "an index",
      index,
      "tables/t/indexes/i",
      ["GET /20190828/tables/t/indexes/i", { body: { keys: [{ columnName: "x" }] } }],
      { tableNameOrId: "t", name: "i", keys: [{ columnName: "x" }] },
    ],
    [
      "a log",
      log,
      "logGroupId/g/logId/l",
      ["GET /20200531/logGroups/g/logs/l", { body: { logType: "CUSTOM" } }],
      { logGroupId: "g", logType: "CUSTOM" },
    ],
  ])("an import of %s takes everything from its ID", async (_name, of, id, route, inputs) => {
    const { session } = fakeService(route);
    const read = await readResource(of, session, { ...request, id, inputs: undefined, olds: undefined });
    expect(read?.inputs).toEqual(inputs);
    expect(read?.id).toBe(of === log ? "l" : id);
  });

  test("a refresh shows what was changed elsewhere in the inputs, and only that", async () => {
    const lowerCase = tableInputs.ddlStatement.toLowerCase();
    const tableLimits = {
      maxReadUnits: 50,
      maxWriteUnits: 5,
      maxStorageInGBs: 1,
      capacityMode: "PROVISIONED",
    };
    const { session } = fakeService([
      "GET /20190828/tables/table-id",
      {
        body: { ...active.body, compartmentId: "c", ddlStatement: lowerCase, freeformTags: {}, tableLimits },
      },
    ]);
    const read = await readResource(table, session, {
      ...request,
      id: "table-id",
      inputs: tableInputs,
      olds: tableInputs,
    });
    expect(read?.inputs).toEqual({
      ...tableInputs,
      tableLimits: { maxReadUnits: 50, maxWriteUnits: 5, maxStorageInGbs: 1, capacityMode: "PROVISIONED" },
    });
  });

  test.each<[string, Route]>([
    ["not found", ["GET /20160918/compartments/c", refusal(404, "NotAuthorizedOrNotFound")]],
    ["deleted", ["GET /20160918/compartments/c", { body: { id: "c", lifecycleState: "DELETED" } }]],
  ])("what is %s is gone", async (_name, route) => {
    const { session } = fakeService(route);
    const read = await readResource(compartment, session, {
      ...request,
      id: "c",
      inputs: undefined,
      olds: undefined,
    });
    expect(read).toBeUndefined();
  });
});

describe("update", () => {
  const update = async (
    of: ResourceRow,
    id: string,
    oldInputs: Properties,
    inputs: Properties,
    ...routes: Route[]
  ) => {
    const fake = fakeService(...routes);
    const olds = { ...oldInputs, state: "ACTIVE" };
    const outputs = await updateResource(of, () => fake.session, { ...request, id, oldInputs, olds, inputs });
    return { fake, outputs };
  };

  test("a table takes one kind of change a request, each waited for", async () => {
    const inputs = {
      ...tableInputs,
      ddlStatement: "CREATE TABLE users (id INTEGER, x STRING, PRIMARY KEY(id))",
      tableLimits: { maxReadUnits: 10, maxWriteUnits: 6, maxStorageInGbs: 1 },
    };
    const { fake } = await update(
      table,
      "table-id",
      tableInputs,
      inputs,
      ["PUT /20190828/tables/table-id", accepted],
      ["GET /20190828/workRequests/w", succeeded],
      ["GET /20190828/tables/table-id", active],
    );
    expect(fake.requests.filter(({ method }) => method === "PUT").map(({ body }) => body)).toEqual([
      { ddlStatement: inputs.ddlStatement },
      { tableLimits: { maxReadUnits: 10, maxWriteUnits: 6, maxStorageInGBs: 1 } },
    ]);
  });

  test("what says something by its absence is not kept from before", async () => {
    const inputs = { name: "cmp", description: "ours" };
    const { fake, outputs } = await update(compartment, "c", { ...inputs, enableDelete: true }, inputs, [
      "GET /20160918/compartments/c",
      { body: { id: "c", ...inputs, lifecycleState: "ACTIVE" } },
    ]);
    expect(fake.requests).toHaveLength(1);
    expect(outputs).not.toHaveProperty("enableDelete");
  });

  test("another compartment is a move", async () => {
    const { fake } = await update(
      table,
      "table-id",
      tableInputs,
      { ...tableInputs, compartmentId: "d" },
      ["POST /20190828/tables/table-id/actions/changeCompartment", accepted],
      ["GET /20190828/workRequests/w", succeeded],
      ["GET /20190828/tables/table-id", active],
    );
    expect(fake.calls()).not.toContain("PUT /20190828/tables/table-id");
    expect(fake.requests[0]?.body).toEqual({ fromCompartmentId: "c", toCompartmentId: "d" });
  });

  test("a log moves out of its old group before anything else changes", async () => {
    const inputs = { displayName: "l", logGroupId: "g", logType: "CUSTOM" };
    const { fake } = await update(
      log,
      "l",
      inputs,
      { ...inputs, logGroupId: "h", displayName: "m" },
      ["POST /20200531/logGroups/g/logs/l/actions/changeLogGroup", {}],
      ["PUT /20200531/logGroups/h/logs/l", {}],
      ["GET /20200531/logGroups/h/logs/l", { body: { lifecycleState: "ACTIVE" } }],
    );
    expect(fake.requests[1]?.body).toEqual({ displayName: "m" });
  });

  test("a bucket's versioning is sent only when it changed", async () => {
    const inputs = { name: "b", namespace: "n", compartmentId: "c", versioning: "Enabled" };
    const { fake } = await update(
      bucket,
      "n/n/b/b",
      inputs,
      { ...inputs, accessType: "ObjectRead" },
      ["POST /n/n/b/b", {}],
      ["GET /n/n/b/b", { body: { id: "o" } }],
    );
    expect(fake.requests[0]?.body).toEqual({ publicAccessType: "ObjectRead", compartmentId: "c" });
  });

  test("a preview keeps what is known and asks nobody", async () => {
    const fake = fakeService();
    const inputs = { ...tableInputs, ddlStatement: "new" };
    const outputs = await updateResource(table, () => fake.session, {
      ...request,
      id: "table-id",
      preview: true,
      oldInputs: tableInputs,
      olds: { ...tableInputs, state: "ACTIVE" },
      inputs,
    });
    expect(outputs).toEqual({ ...inputs, state: "ACTIVE" });
    expect(fake.requests).toEqual([]);
  });
});

describe("delete", () => {
  const remove = async (of: ResourceRow, id: string, inputs: Properties, ...routes: Route[]) => {
    const fake = fakeService(...routes);
    await deleteResource(of, fake.session, { ...request, id, oldInputs: inputs, olds: inputs });
    return fake;
  };

  test("a table's end is waited for", async () => {
    const fake = await remove(
      table,
      "table-id",
      tableInputs,
      ["DELETE /20190828/tables/table-id", accepted],
      ["GET /20190828/workRequests/w", running, succeeded],
      ["GET /20190828/tables/table-id", refusal(404, "NotAuthorizedOrNotFound")],
    );
    expect(fake.calls().slice(-1)).toEqual(["GET /20190828/tables/table-id"]);
  });

  test("what is gone already is deleted", async () => {
    const fake = await remove(table, "t", {}, [
      "DELETE /20190828/tables/t",
      refusal(404, "NotAuthorizedOrNotFound"),
    ]);
    expect(fake.requests).toHaveLength(1);
  });

  test("a bucket with objects in it is refused at once", async () => {
    const inputs = { name: "b", namespace: "n" };
    const deleting = remove(bucket, "n/n/b/b", inputs, ["DELETE /n/n/b/b", refusal(409, "BucketNotEmpty")]);
    await expect(deleting).rejects.toMatchObject({ status: 409, code: "BucketNotEmpty" });
  });

  test("a compartment stays unless it may be deleted, and says so; a deletable one is followed to its end", async () => {
    expect((await remove(compartment, "c", { name: "cmp" })).requests).toEqual([]);
    expect(messages.pop()).toContain("enableDelete is not true");
    const fake = await remove(
      compartment,
      "c",
      { name: "cmp", enableDelete: true },
      ["DELETE /20160918/compartments/c", accepted],
      [
        "GET /20160918/compartments/c",
        { body: { lifecycleState: "DELETING" } },
        { body: { lifecycleState: "DELETED" } },
      ],
    );
    expect(fake.requests).toHaveLength(3);
  });
});
