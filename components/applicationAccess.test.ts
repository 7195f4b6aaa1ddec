import { ApplicationAccess, type ApplicationAccessArgs } from "./applicationAccess";
import { ofType, read, runMocked } from "./testing/mockStack";

const place = { tenancyId: "ocid1.tenancy.oc1..t", compartmentId: "ocid1.compartment.oc1..c" };
const inCompartment = "in compartment id ocid1.compartment.oc1..c";

const make = (args: Partial<ApplicationAccessArgs>) =>
  runMocked(() => new ApplicationAccess("app", { ...place, prefix: "app", ...args }));

const statementsOf = async (args: Partial<ApplicationAccessArgs>) =>
  ofType((await make(args)).registered, "Policy")[0]?.inputs.statements;

it("makes both groups in the tenancy and one policy in the compartment", async () => {
  const { result, registered } = await make({ freeformTags: { a: "b" } });
  expect(ofType(registered, "Group")).toMatchObject([
    {
      parent: "fotogal-motando:components:ApplicationAccess app",
      protect: false,
      inputs: { compartmentId: place.tenancyId, name: "app-maintainers", freeformTags: { a: "b" } },
    },
  ]);
  expect(ofType(registered, "DynamicGroup")).toMatchObject([
    {
      inputs: {
        compartmentId: place.tenancyId,
        name: "app-dyngrp",
        matchingRule:
          "Any {instance.compartment.id = 'ocid1.compartment.oc1..c', " +
          "All {resource.type = 'computecontainerinstance', resource.compartment.id = 'ocid1.compartment.oc1..c'}, " +
          "All {resource.type = 'fnfunc', resource.compartment.id = 'ocid1.compartment.oc1..c'}}",
      },
    },
  ]);
  expect(ofType(registered, "Policy")).toMatchObject([
    { name: "app-policies", inputs: { compartmentId: place.compartmentId, name: "app-policies" } },
  ]);
  expect((await read(result.group)).value).toBe("app-maintainers");
  expect((await read(result.dynamicGroup)).value).toBe("app-dyngrp");
});

it("allows what the application has, each thing by its name, and nothing outside its compartment", async () => {
  const statements = (await statementsOf({
    tables: ["t1", "t2"],
    buckets: ["b1", "b2"],
    expiringBucket: "b2",
    logGroupId: "ocid1.loggroup",
  })) as string[];
  expect(statements).toEqual([
    ...[
      "inspect compartments",
      "inspect policies",
      "manage repos",
      "manage buckets",
      "manage nosql-tables",
      "manage nosql-indexes",
      "manage log-groups",
      "manage container-scan-recipes",
      "manage container-scan-targets",
      "read vss-work-requests",
    ].map((use) => `Allow group app-maintainers to ${use} ${inCompartment}`),
    `Allow group app-maintainers to manage objects ${inCompartment} where all {target.bucket.name = 'b2', any {request.permission = 'OBJECT_CREATE', request.permission = 'OBJECT_DELETE'}}`,
    `Allow dynamic-group app-dyngrp to read repos ${inCompartment}`,
    `Allow dynamic-group app-dyngrp to manage objects ${inCompartment} where any {target.bucket.name = 'b1', target.bucket.name = 'b2'}`,
    `Allow dynamic-group app-dyngrp to manage nosql-rows ${inCompartment} where any {target.nosql-table.name = 't1', target.nosql-table.name = 't2'}`,
    `Allow dynamic-group app-dyngrp to use log-content ${inCompartment} where target.loggroup.id = 'ocid1.loggroup'`,
  ]);
  expect(statements.length).toBeLessThanOrEqual(50);
});

it("allows nothing of what the application has not", async () => {
  expect(await statementsOf({ vulnerabilityScanning: false })).toEqual([
    `Allow group app-maintainers to inspect compartments ${inCompartment}`,
    `Allow group app-maintainers to inspect policies ${inCompartment}`,
    `Allow group app-maintainers to manage repos ${inCompartment}`,
    `Allow dynamic-group app-dyngrp to read repos ${inCompartment}`,
  ]);
});

it.each(["", "a b", "a'b", "a".repeat(81)])(
  "refuses the prefix %j before it makes anything",
  async (prefix) => {
    expect(await refusal({ prefix })).toMatch("is not 1 to 80 letters");
  },
);

it("refuses the tenancy, where its statements would reach everything", async () => {
  expect(await refusal({ compartmentId: place.tenancyId })).toMatch("compartmentId is the tenancy");
});

/** Why a component is not made; nothing else is then. */
async function refusal(args: Partial<ApplicationAccessArgs>): Promise<string> {
  const { result, registered } = await runMocked(() => {
    try {
      new ApplicationAccess("app", { ...place, prefix: "app", ...args });
      return "made";
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(registered.filter(({ type }) => type.startsWith("oci:"))).toEqual([]);
  return result;
}
