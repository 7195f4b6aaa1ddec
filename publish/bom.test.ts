import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { billOfMaterials } from "./bom";
import { readLockfile, resolveDependency } from "./lockfile";

interface Bom {
  serialNumber: string;
  metadata: { timestamp?: string; component: { name: string; purl: string } };
  components: {
    "bom-ref": string;
    name: string;
    group?: string;
    purl: string;
    scope: string;
    licenses?: object[];
    hashes?: object[];
  }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });
const bomOf = (text: string, epoch?: number) =>
  JSON.parse(
    billOfMaterials(readLockfile(text, "lock"), {
      name: "app",
      version: "1.0.0",
      ...(epoch !== undefined && { epoch }),
    }),
  ) as Bom;

const hash = Buffer.alloc(64, "hash");
const packages = {
  "": { name: "app", version: "1.0.0", dependencies: { "@s/a": "1", b: "2" }, devDependencies: { d: "1" } },
  "node_modules/@s/a": {
    version: "1.2.3+x",
    license: "MIT OR Apache-2.0",
    integrity: `sha512-${hash.toString("base64")}`,
    dependencies: { b: "1" },
  },
  "node_modules/@s/a/node_modules/b": { version: "1.0.0", license: "MIT" },
  "node_modules/b": { version: "2.0.0", license: "SEE LICENSE IN x", optional: true },
  "node_modules/d": { version: "1.0.0", dev: true },
  "node_modules/alias": { name: "real", version: "3.0.0", license: { type: "old form" } },
  workspace: { version: "1.0.0" },
  "node_modules/workspace": { resolved: "workspace", link: true },
};

it("lists what is installed for production, with its places, licenses, hashes and what needs what", () => {
  const bom = bomOf(lock(packages));
  expect(Object.fromEntries(bom.components.map((each) => [each["bom-ref"], each.purl]))).toEqual({
    "node_modules/@s/a": "pkg:npm/%40s/a@1.2.3%2Bx",
    "node_modules/@s/a/node_modules/b": "pkg:npm/b@1.0.0",
    "node_modules/b": "pkg:npm/b@2.0.0",
    "node_modules/alias": "pkg:npm/real@3.0.0",
    workspace: "pkg:npm/workspace@1.0.0",
  });
  const [a] = bom.components.filter(({ group }) => group === "@s");
  expect(a).toMatchObject({
    name: "a",
    scope: "required",
    licenses: [{ expression: "MIT OR Apache-2.0" }],
    hashes: [{ alg: "SHA-512", content: hash.toString("hex") }],
  });
  expect(bom.components.find((each) => each["bom-ref"] === "node_modules/b")).toMatchObject({
    scope: "optional",
    licenses: [{ license: { name: "SEE LICENSE IN x" } }],
  });
  const needs = Object.fromEntries(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  expect(needs["pkg:npm/app@1.0.0"]).toEqual(["node_modules/@s/a", "node_modules/b"]);
  expect(needs["node_modules/@s/a"]).toEqual(["node_modules/@s/a/node_modules/b"]);
});

it("is the same for the same lockfile, whatever its order, and otherwise has another serial number", () => {
  const entries = Object.entries(packages);
  const reference = billOfMaterials(readLockfile(lock(packages), "l"), { name: "app", version: "1.0.0" });
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
      const text = lock(Object.fromEntries(shuffled));
      expect(billOfMaterials(readLockfile(text, "l"), { name: "app", version: "1.0.0" })).toBe(reference);
    }),
    { numRuns: 20 },
  );
  const { serialNumber, metadata } = bomOf(lock(packages));
  expect(serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(metadata.timestamp).toBeUndefined();
  const other = { ...packages, "node_modules/b": { version: "2.0.1" } };
  expect(bomOf(lock(other)).serialNumber).not.toBe(serialNumber);
  expect(bomOf(lock(packages), 1_700_000_000).metadata.timestamp).toBe("2023-11-14T22:13:20.000Z");
});

it.each(["app/fotogal", "app/motando/webapp", "app/motando/worker"])("describes %s", (folder) => {
  const lockfile = readLockfile(readFileSync(`${folder}/package-lock.json`, "utf8"), folder);
  const bom = JSON.parse(billOfMaterials(lockfile, { name: "app", version: "1.0.0" })) as Bom;
  expect(bom.components).toHaveLength(lockfile.packages.length);
  expect(bom.components.map(({ name }) => name)).toContain("fastify");
  expect(bom.components.map(({ name }) => name)).not.toContain("typescript");
  const places = new Set(lockfile.packages.map(({ path }) => path));
  // Everything that the image's own program needs is found.
  for (const name of lockfile.root.dependencies) expect(resolveDependency("", name, places)).toBeDefined();
});

it.each([
  ["{", "is not a package-lock.json"],
  [JSON.stringify({ lockfileVersion: 1, dependencies: {} }), "write one with a current npm"],
])("refuses %s", (text, message) => {
  expect(() => readLockfile(text, "here/package-lock.json")).toThrow(message);
});
