import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { STACK_SCHEMA_FILE, stackSchema } from "./stackSchema";

const root = path.resolve(__dirname, "..");
const schema = z.fromJSONSchema(JSON.parse(stackSchema()) as Parameters<typeof z.fromJSONSchema>[0]);

/** Whether an editor takes a file with these settings. */
const takes = (settings: Record<string, unknown>) => {
  const entries = Object.entries(settings).map(([key, value]) => [
    key.includes(":") ? key : `fotogal-motando:${key}`,
    value,
  ]);
  return schema.safeParse({ config: Object.fromEntries(entries) as unknown }).success;
};

it("is what is written beside it (else run `npm run env -- schema`)", () => {
  expect(readFileSync(path.join(root, STACK_SCHEMA_FILE), "utf8")).toBe(stackSchema());
});

it("tells of every setting what it means, and its default", () => {
  const { properties } = JSON.parse(stackSchema()) as {
    properties: { config: { properties: Record<string, { description?: string; default?: unknown }> } };
  };
  const settings = properties.config.properties;
  expect(Object.entries(settings).filter(([, { description }]) => !description)).toEqual([]);
  expect(settings["fotogal-motando:logRetentionDays"]).toMatchObject({ default: 30 });
});

it.each([
  { protect: false },
  { protect: "false" },
  { fotogalVersion: "1.0.1" },
  { keepLast: 5 },
  { keepLast: "5" },
  { logRetentionDays: 60 },
  { logRetentionDays: "60" },
  { movingTags: ["latest"] },
  { sourceUrl: "https://git.example.org/team/fotogal" },
  { tableCapacity: { mode: "onDemand" } },
  { tableCapacity: '{"mode":"onDemand"}' },
  { functionSource: { compartment: "c", application: "a", function: ["f", "g"] } },
  { fotogalCsrfKey: { secure: "v1:…" } },
  { registryUsername: { secure: "v1:…" } },
  { "oci:region": "sa-saopaulo-1", "oci:retryDurationSeconds": 5 },
])("takes %j", (settings) => {
  expect(takes(settings)).toBe(true);
});

it.each([
  { protect: "yes" },
  { fotogalVersion: 1.1 },
  { fotogalVersion: "v1.0.1" },
  { keepLast: 0 },
  { keepLast: "some" },
  { logRetentionDays: 45 },
  { movingTags: ["patch"] },
  { sourceUrl: "git.example.org/team/fotogal" },
  { sourceUrl: "https://user:token@git.example.org/team/fotogal" },
  { tableCapacity: { mode: "onDemand", units: 1 } },
  { functionSource: { application: "a" } },
  { fotogalCsrfKey: "in plain text" },
  { keepLats: 5 },
  { protect: true, "protect:": true },
])("refuses %j", (settings) => {
  expect(takes(settings)).toBe(false);
});

it("covers the whole file", () => {
  expect(schema.safeParse({ encryptionsalt: "v1:…", config: null }).success).toBe(true);
  expect(schema.safeParse({ confg: {} }).success).toBe(false);
});
