import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkEnvironments } from "./checkEnvironments";
import { newEnvironment } from "./newEnvironment";

const compartment = "ocid1.compartment.oc1..aaaa";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "environments-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Answers the questions in order, and notes them. */
function answering(...answers: string[]) {
  const questions: string[] = [];
  const ask = (question: string) => {
    questions.push(question);
    return Promise.resolve(answers.shift() ?? "");
  };
  return { questions, ask };
}

const written = (name: string) => readFileSync(path.join(folder, `Pulumi.${name}.yaml`), "utf8");
const settings = (name: string) =>
  written(name)
    .split("\n")
    .filter((line) => !/^ *#/.test(line));

it("writes a file that the check takes, each setting below what it means, and says what comes next", async () => {
  const next = await newEnvironment(folder, "qa_One", { region: "sa-saopaulo-1", fotogalVersion: "1.1.0" });
  expect(written("qa_One")).toMatch(
    /^# yaml-language-server: \$schema=\.\/configuration\/stack\.schema\.json\n/,
  );
  expect(written("qa_One")).toMatch(
    /# A pushed tag can never be overwritten\.\n {2}fotogal-motando:immutableTags: false\n/,
  );
  expect(settings("qa_One")).toEqual([
    "",
    "config:",
    "  oci:region: sa-saopaulo-1",
    "  fotogal-motando:tableCapacity:",
    "    mode: provisioned",
    "    readUnits: 10",
    "    writeUnits: 5",
    "    storageGBs: 1",
    "  fotogal-motando:logRetentionDays: 30",
    "  fotogal-motando:nameSuffix: -qa-one",
    "  fotogal-motando:protect: true",
    "  fotogal-motando:immutableTags: false",
    "  fotogal-motando:registryCredentials: session",
    "  fotogal-motando:fotogalVersion: 1.1.0",
    "",
  ]);
  expect(checkEnvironments(folder)).toBe("Pulumi.qa_One.yaml: nothing wrong.");
  expect(next).toMatch(/pulumi stack init qa_One\n/);
  expect(next).toMatch(/config set --secret fotogalCsrfKey --stack qa_One\n/);
});

it("refuses everything that is wrong together, and writes nothing", async () => {
  writeFileSync(path.join(folder, "Pulumi.Prod.yaml"), "");
  const wrong = {
    region: "GRU",
    nameSuffix: "_x",
    parentCompartmentId: "here",
    registryCredentials: "existing",
    keeplast: "5",
    fotogalCsrfKey: "k".repeat(32),
  };
  const refusal = newEnvironment(folder, "prod", wrong).catch((error: unknown) => (error as Error).message);
  expect((await refusal).split("\n  ").sort()).toEqual([
    '--parent-compartment: found "here"; write a compartment\'s OCID, ocid1.compartment.oc1..…',
    '--region: found "GRU"; write a region\'s identifier, such as "sa-saopaulo-1"',
    '--registry-username: found nothing; registryCredentials "existing" needs it',
    "--set fotogalCsrfKey: found in plain text; set it with `pulumi config set --secret fotogalCsrfKey`",
    "--set keeplast: no such setting; write keepLast",
    '--suffix: found "_x"; write a dash, then a-z and 0-9, such as "-dev"',
    "NAME: Pulumi.Prod.yaml is there already; choose another name, or edit that file",
    "Nothing is written:",
  ]);
  await expect(newEnvironment(folder, "a b", {})).rejects.toThrow(/NAME: "a b" is no stack's name; write /);
  expect(readdirSync(folder)).toEqual(["Pulumi.Prod.yaml"]);
});

it("asks for what is not given, again where an answer is wrong, and never for a secret", async () => {
  const { questions, ask } = answering("GRU", "sa-saopaulo-1", "none", "maybe", "n", "existing", "jane");
  const next = await newEnvironment(
    folder,
    "qa",
    { parentCompartmentId: compartment, immutableTags: "true" },
    ask,
  );
  expect(questions).toEqual([
    "Region, such as sa-saopaulo-1; none for that of whoever runs Pulumi [none]: ",
    expect.stringMatching(/^found "GRU"; write a region's identifier, .*\nRegion, such as /),
    "Text behind the names of compartments, bucket, repositories [-qa]: ",
    "Refuse to destroy or replace what holds data? [Y/n] ",
    expect.stringMatching(/^found "maybe"; write true or false\nRefuse to destroy/),
    "Credentials for the registry: session, authToken or existing [session]: ",
    expect.stringMatching(/^The registry's user: /),
  ]);
  expect(settings("qa")).toEqual(
    expect.arrayContaining([
      "  fotogal-motando:protect: false",
      "  fotogal-motando:immutableTags: true",
      "  fotogal-motando:registryCredentials: existing",
      "  fotogal-motando:registryUsername: jane",
    ]),
  );
  expect(written("qa")).not.toMatch(/nameSuffix/);
  expect(next).toMatch(/pulumi config set --secret registryPassword --stack qa/);
  // What is left to do, the check tells.
  expect(() => checkEnvironments(folder, "qa")).toThrow(
    /^Pulumi\.qa\.yaml:\d+: registryPassword: found nothing; registryCredentials "existing" needs it$/,
  );
});

it("refuses what is given before it asks", async () => {
  const { questions, ask } = answering();
  await expect(newEnvironment(folder, "qa", { nameSuffix: "_x" }, ask)).rejects.toThrow(
    /--suffix: found "_x"/,
  );
  expect(questions).toEqual([]);
});

it("says which environments there are to check", () => {
  writeFileSync(path.join(folder, "Pulumi.dev.yaml"), "");
  expect(() => checkEnvironments(folder, "prod")).toThrow(
    "There is no Pulumi.prod.yaml; write dev, or make it with `npm run env -- new prod`.",
  );
});
