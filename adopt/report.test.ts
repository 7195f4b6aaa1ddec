import type { Plan } from "./adopt";
import { documentOf, planTable, settingsText, summaryOf } from "./report";
import { matchOf, wantedOf } from "./testing";

const found = { id: "ocid1.log", importId: "logGroupId/g/logId/ocid1.log", properties: {} };
const tags = { property: "freeformTags", there: "none", program: "{}" };
const retention = { property: "retentionDuration", there: "60", program: "30" };
const log = wantedOf("oci:Logging/log:Log", "app");
const plan: Plan = {
  stack: "org/mine",
  matches: [
    matchOf(log, "differs", { noun: "log", found, differences: [retention], kept: [tags] }),
    matchOf(wantedOf("t", "users"), "missing", { noun: "table" }),
    {
      ...matchOf(wantedOf("t", "fotogal"), "ambiguous"),
      candidates: [found, { ...found, id: "ocid1.other" }],
    },
    { ...matchOf(wantedOf("t", "photos"), "managed", { noun: "bucket", found }), managedBy: "theirs" },
  ],
  settings: [
    { key: "keepAsFound", value: ["freeformTags"], why: "made by hand" },
    { key: "tableCapacity", value: { readUnits: 1 }, why: "as it is" },
  ],
  file: { nameTable: {}, resources: [] },
};

test("the table has a row for each resource, difference and candidate", () => {
  expect(planTable(plan).split("\n")).toEqual([
    "           WHAT      NAME     THERE                  THE PROGRAM",
    "differs    log       app      ocid1.log              leaves freeformTags as found",
    "                              retentionDuration: 60  30",
    "missing    table     users    -                      an update would make it",
    "ambiguous  resource  fotogal  ocid1.log",
    "                              ocid1.other",
    "managed    bucket    photos   ocid1.log              is in stack theirs",
    "",
  ]);
});

test("the configuration that goes with it is told key by key", () => {
  expect(settingsText(plan).split("\n")).toEqual([
    "",
    "Configuration of stack org/mine that goes with it:",
    '  keepAsFound    ["freeformTags"]  made by hand',
    '  tableCapacity  {"readUnits":1}   as it is',
    "",
  ]);
  expect(settingsText({ ...plan, settings: [] })).toBe("");
});

test("the summary says what stands against it, and what the next update would do", () => {
  expect(summaryOf(plan)).toMatch(
    /^What differs.*\nWhat another stack manages.*\nWhat is ambiguous.*\nWhat is missing.*\n$/,
  );
  expect(summaryOf(plan, { changes: [], ofAdopted: [], unforeseen: [] })).toMatch(
    /\nAdopted: 1 resource; the import file is import\.org\.mine\.json\.\nA preview shows no changes\.\n$/,
  );
  const changes = [{ urn: log.urn, op: "update" }];
  expect(summaryOf(plan, { changes, ofAdopted: [log.urn], unforeseen: [] })).toMatch(
    /\nA preview shows changes; an update would do this:\n {2}update oci:Logging\/log:Log::app\n$/,
  );
});

test("the document has all of it", () => {
  expect(documentOf(plan)).toMatchObject({
    stack: "org/mine",
    dryRun: true,
    resources: [
      { name: "app", status: "differs", id: "ocid1.log", differences: [retention], kept: [tags] },
      { status: "missing" },
      { status: "ambiguous", candidates: ["ocid1.log", "ocid1.other"] },
      { status: "managed", id: "ocid1.log", managedBy: "theirs" },
    ],
  });
});
