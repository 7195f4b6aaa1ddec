import { PartlyCreated } from "../shared/plugin";
import { Unknown, type Properties } from "../shared/values";
import { fakeService, refusal, type Route } from "./fakeService";
import {
  request,
  table,
  index,
  bucket,
  compartment,
  authToken,
  tableInputs,
  accepted,
  running,
  succeeded,
  active,
} from "./resourceFixture";
import { createResource } from "./resources";
import type { ResourceRow } from "./row";

describe("create", () => {
  const create = (of: ResourceRow, inputs: Properties, ...routes: Route[]) => {
    const fake = fakeService(...routes);
    return { fake, created: createResource(of, () => fake.session, { ...request, inputs }) };
  };

  test("a preview asks nobody: inputs are known, everything else is not", async () => {
    const connect = () => {
      throw new Error("connected in a preview");
    };
    const preview = await createResource(table, connect, { ...request, inputs: tableInputs, preview: true });
    expect(preview.id).toBe("");
    expect(preview.outputs).toMatchObject(tableInputs);
    expect(preview.outputs.state).toBeInstanceOf(Unknown);
    expect(preview.outputs.schemas).toBeInstanceOf(Unknown);
  });

  test("a table's work request is waited for and tells the ID", async () => {
    const { fake, created } = create(
      table,
      tableInputs,
      ["POST /20190828/tables", accepted],
      ["GET /20190828/workRequests/w", running, succeeded],
      ["GET /20190828/tables/table-id", { body: { ...active.body, lifecycleState: "CREATING" } }, active],
    );
    expect(await created).toMatchObject({ id: "table-id", outputs: { ...tableInputs, state: "ACTIVE" } });
    expect(fake.requests[0]?.body).toEqual({
      ...tableInputs,
      tableLimits: { maxReadUnits: 10, maxWriteUnits: 5, maxStorageInGBs: 1 },
    });
  });

  test("a work request that fails gives the service's reason, and nothing is recorded", async () => {
    const { created } = create(
      table,
      tableInputs,
      ["POST /20190828/tables", accepted],
      ["GET /20190828/workRequests/w", { body: { ...succeeded.body, status: "FAILED" } }],
      [
        "GET /20190828/workRequests/w/errors",
        { body: { items: [{ message: "Table needs a primary key." }] } },
      ],
    );
    const failure = await created.catch((error: unknown) => error);
    expect(failure).not.toBeInstanceOf(PartlyCreated);
    expect(failure).toMatchObject({
      message: `create table "users": NoSQL's work request ended as FAILED: Table needs a primary key (work request w)`,
    });
  });

  test("what was made but is not finished in time is recorded all the same", async () => {
    const routes: Route[] = [
      ["POST /20190828/tables", accepted],
      ["GET /20190828/workRequests/w", { body: { ...succeeded.body, status: "IN_PROGRESS" } }],
    ];
    const fake = fakeService(...routes);
    const inputs = tableInputs;
    const created = createResource(table, () => fake.session, { ...request, inputs, timeoutSeconds: 30 });
    const failure = await created.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PartlyCreated);
    expect(failure).toMatchObject({
      id: "table-id",
      message: expect.stringContaining("not finished after 30 seconds") as string,
    });
    expect(fake.elapsed()).toBeLessThanOrEqual(30_000);
  });

  test("what was just made and is not seen yet is asked for again", async () => {
    const { created } = create(
      table,
      tableInputs,
      ["POST /20190828/tables", accepted],
      ["GET /20190828/workRequests/w", succeeded],
      ["GET /20190828/tables/table-id", refusal(404, "NotAuthorizedOrNotFound"), active],
    );
    expect((await created).outputs.state).toBe("ACTIVE");
  });

  test("an index is named by its table and itself, and what the service does not repeat is kept", async () => {
    const inputs = {
      name: "email_idx",
      tableNameOrId: "table-id",
      keys: [{ columnName: "email" }],
      isIfNotExists: true,
    };
    const { fake, created } = create(
      index,
      inputs,
      ["POST /20190828/tables/table-id/indexes", accepted],
      ["GET /20190828/workRequests/w", succeeded],
      [
        "GET /20190828/tables/table-id/indexes/email_idx",
        { body: { name: "email_idx", lifecycleState: "ACTIVE" } },
      ],
    );
    expect(await created).toMatchObject({ id: "email_idx", outputs: inputs });
    expect(fake.requests[0]?.body).toEqual({ name: "email_idx", keys: inputs.keys, isIfNotExists: true });
  });

  test("a bucket is private unless it says otherwise", async () => {
    const inputs = { name: "b c", namespace: "n", compartmentId: "c" };
    const { fake, created } = create(
      bucket,
      inputs,
      ["POST /n/n/b", { body: { id: "ocid" } }],
      ["GET /n/n/b/b%20c", { body: { id: "ocid", publicAccessType: "NoPublicAccess" } }],
    );
    expect(await created).toMatchObject({
      id: "n/n/b/b%20c",
      outputs: { bucketId: "ocid", accessType: "NoPublicAccess" },
    });
    expect(fake.requests[0]?.body).toMatchObject({ publicAccessType: "NoPublicAccess" });
  });

  test("an auth token's secret, shown once, is kept", async () => {
    const listed = { id: "t", description: "d", userId: "u", lifecycleState: "ACTIVE" };
    const { created } = create(
      authToken,
      { userId: "u", description: "d" },
      ["POST /20160918/users/u/authTokens", { body: { ...listed, token: "shown once" } }],
      ["GET /20160918/users/u/authTokens", { body: [listed] }],
    );
    expect(await created).toMatchObject({ id: "t", outputs: { token: "shown once", state: "ACTIVE" } });
  });

  const taken: Route = [
    "POST /20160918/compartments",
    refusal(409, "CompartmentAlreadyExists", "Compartment cmp already exists"),
  ];

  test("a compartment of that name is taken over, unless it is to be deletable", async () => {
    const inputs = { name: "cmp", description: "new" };
    const { fake, created } = create(
      compartment,
      inputs,
      taken,
      ["GET /20160918/compartments", { body: [{ id: "old", name: "cmp", lifecycleState: "ACTIVE" }] }],
      ["PUT /20160918/compartments/old", {}],
      [
        "GET /20160918/compartments/old",
        { body: { id: "old", name: "cmp", description: "new", lifecycleState: "ACTIVE" } },
      ],
    );
    expect(await created).toMatchObject({ id: "old", outputs: { description: "new" } });
    expect(fake.requests[0]?.body).toEqual({ ...inputs, compartmentId: "tenancy" });
    expect(fake.requests[2]?.body).toEqual(inputs);
    await expect(create(compartment, { ...inputs, enableDelete: true }, taken).created).rejects.toThrow(
      "already exists",
    );
  });
});
