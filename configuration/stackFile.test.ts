import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { checkStackFile, SCHEMA_COMMENT, stackNameProblem, stackOfFile } from "./stackFile";

const root = path.resolve(__dirname, "..");

const problems = (text: string) =>
  checkStackFile(text).map(({ key, text, line }) => `${line ?? "-"} ${key}: ${text}`);

it.each(readdirSync(root).filter((file) => stackOfFile(file)))(
  "finds nothing wrong in %s, which names its schema",
  (file) => {
    const text = readFileSync(path.join(root, file), "utf8");
    expect(problems(text)).toEqual([]);
    expect(text.split("\n")[0]).toBe(`#${SCHEMA_COMMENT}`);
  },
);

it.each(["", "config:\n", "config: {}\n", "# nothing\n", "encryptionsalt: v1:x\n"])(
  "takes a file without settings: %j",
  (text) => expect(problems(text)).toEqual([]),
);

it("takes values as Pulumi writes them, and does not look into encrypted ones", () => {
  const text = `
config:
  protect: "true"
  fotogal-motando:keepLast: "8"
  fotogal-motando:tableCapacity:
    readUnits:
      secure: v1:a:b
  fotogal-motando:registryCredentials: existing
  fotogal-motando:registryUsername: jane
  fotogal-motando:registryPassword:
    secure: v1:c:d
  oci:region: anything
`;
  expect(problems(text)).toEqual([]);
});

it("says of every problem its line and setting, what was found, and what is right", () => {
  const text = `confg: 1
config:
  fotogal-motando:fotogalVersion: 1.0
  fotogal_motando:protect: true
  fotogal-motando:immutable-tags: true
  fotogal-motando:sbom: yes
  fotogal-motando:tableCapacity:
    readUnits: 0
    units: 1
  fotogal-motando:fotogalCsrfKey: abc
  logRetentionDays: 45
`;
  expect(problems(text)).toEqual([
    "1 confg: no such key at the top; the keys are config, secretsprovider, encryptedkey, encryptionsalt, environment",
    '3 fotogalVersion: "1.0" is not a full semantic version; write three numbers, such as "1.0.0"',
    "4 fotogal_motando:protect: nobody reads it; write fotogal-motando:protect",
    "5 immutable-tags: no such setting; write immutableTags",
    '6 sbom: found "yes"; write true or false',
    "8 tableCapacity.readUnits: found 0; write a whole number from 1 to 40000",
    "9 tableCapacity.units: no such setting; write mode, readUnits, writeUnits, storageGBs",
    "10 fotogalCsrfKey: found 3 characters; give at least 32 random characters",
    "10 fotogalCsrfKey: found in plain text; set it with `pulumi config set --secret fotogalCsrfKey`",
    '11 logRetentionDays: found "45"; write 30, 60, 90, 120, 150 or 180',
  ]);
});

it.each([
  ["config:\n  a: 1\n  a: 2\n", /^3 YAML: Map keys must be unique; mend the file's syntax$/],
  ["config:\n\t- a\n", /^2 YAML: .*; mend the file's syntax$/],
  ["- config\n", /^- YAML: found no keys at the top; write config: and the settings under it$/],
  ["config: 5\n", /^1 config: found no settings; write one KEY: VALUE a line under it$/],
])("says what is wrong with %j", (text, message) => {
  expect(problems(text)[0]).toMatch(message);
});

it.each(["dev", "a.b_c-D", "9", "a".repeat(100)])("takes stack name %s", (name) => {
  expect(stackNameProblem(name)).toBeUndefined();
});

it.each(["", "a b", "-x", "a/b", "á", "a".repeat(101), "..", "dev\n"])("refuses stack name %j", (name) => {
  expect(stackNameProblem(name)).toMatch(/is no stack's name; write up to 100 of a-z/);
});
