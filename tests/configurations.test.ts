import { readFileSync } from "node:fs";
import { World } from "./world";

jest.setTimeout(10 * 60_000);

let world: World;

beforeAll(async () => {
  world = await World.create();
  const { code, output } = await world.start();
  if (code !== 0) throw new Error(output);
});

afterAll(() => world.remove());

const file = "Pulumi.local.yaml";

/** `npm run env -- ARGS` */
const env = (...args: string[]) => world.command("npm", ["run", "--silent", "env", "--", ...args]);

/** Line of the tracked file behind which the wrong settings are put. */
const PLACE = "config:\n";

describe.each([
  [
    "a moving tag for a version",
    "  fotogal-motando:fotogalVersion: latest",
    'fotogalVersion: "latest" is not a full semantic version; write three numbers, such as "1.0.0"',
  ],
  [
    "a version with a v",
    "  fotogal-motando:motandoWebappVersion: v1.2.0",
    'motandoWebappVersion: "v1.2.0" starts with a letter; write "1.2.0"',
  ],
  [
    "a version of two numbers",
    '  fotogal-motando:motandoWorkerVersion: "1.0"',
    'motandoWorkerVersion: "1.0" is not a full semantic version; write three numbers, such as "1.0.0"',
  ],
  [
    "a repository with capitals",
    "  fotogal-motando:repositoryPrefix: Daniel.Armbrust",
    'repositoryPrefix: "Daniel.Armbrust" has capital letters; write "daniel.armbrust"',
  ],
  [
    "a suffix without its dash",
    "  fotogal-motando:nameSuffix: qa",
    'nameSuffix: found "qa"; write a dash, then a-z and 0-9, such as "-dev"',
  ],
  [
    "a compartment's name for its OCID",
    "  fotogal-motando:parentCompartmentId: cmp-apps",
    'parentCompartmentId: found "cmp-apps"; write a compartment\'s OCID, ocid1.compartment.oc1..…',
  ],
  [
    "a retention between two steps",
    "  fotogal-motando:logRetentionDays: 45",
    'logRetentionDays: found "45"; write 30, 60, 90, 120, 150 or 180',
  ],
  [
    "a table that could never be read",
    "  fotogal-motando:tableCapacity:\n    readUnits: 0",
    "tableCapacity.readUnits: found 0; write a whole number from 1 to 40000",
  ],
  [
    "a setting in another spelling",
    "  fotogal-motando:immutable_tags: true",
    "immutable_tags: no such setting; write immutableTags",
  ],
  [
    "a setting in another namespace",
    "  fotogal:immutableTags: true",
    "fotogal:immutableTags: nobody reads it; write fotogal-motando:immutableTags",
  ],
  [
    "a secret in plain text",
    `  fotogal-motando:fotogalCsrfKey: ${"plain".repeat(8)}`,
    "fotogalCsrfKey: found in plain text; set it with `pulumi config set --secret fotogalCsrfKey`",
  ],
])("%s", (_, wrong, message) => {
  beforeAll(() => world.edit(file, (text) => text.replace(PLACE, `${PLACE}${wrong}\n`)));
  afterAll(() => world.restore(file));

  test("is refused by the preview with what to type instead", async () => {
    const { code, output } = await world.pulumi(["preview"]);
    expect(code).not.toBe(0);
    expect(output).toContain(`${file}, the stack's configuration, cannot be used:`);
    expect(output.split("\n").map((line) => line.trim())).toContain(message);
    expect(output).not.toMatch(/plainplain/);
    // No stack trace of JavaScript.
    expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  });

  test("is found in the file without Pulumi, with its line", async () => {
    const { code, stderr } = await env("check", "local");
    expect(code).toBe(1);
    const line = readFileSync(world.path(file), "utf8").split(wrong)[0]?.split("\n").length ?? 0;
    const last = line + wrong.split("\n").length - 1;
    expect(stderr).toBe(`${file}:${last}: ${message}\n`);
  });
});

describe("a new environment", () => {
  afterAll(() => world.command("rm", ["-f", "Pulumi.qa.yaml"]));

  test("is refused with all that is wrong, and nothing is written", async () => {
    const { code, stdout, stderr } = await env("new", "dev", "--suffix", "_x", "--set", "keepLast=0");
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr.trimEnd().split("\n  ").sort()).toEqual([
      '--set keepLast: found "0"; write a whole number from 1 to 99999',
      '--suffix: found "_x"; write a dash, then a-z and 0-9, such as "-dev"',
      "NAME: Pulumi.dev.yaml is there already; choose another name, or edit that file",
      "Nothing is written:",
    ]);
  });

  test("is a stack that previews beside the others, and Pulumi keeps the file's comments", async () => {
    const made = await env("new", "qa", "--no-protect", "--immutable-tags", "--set", "fotogalVersion=1.1.0");
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect((await env("check")).stdout).toMatch(/Pulumi\.qa\.yaml: nothing wrong/);
    const environment = await world.cloudEnvironment();
    const pulumi = (...args: string[]) => world.command("pulumi", [...args, "--stack", "qa"], environment);
    const init = await world.command("pulumi", ["stack", "init", "qa", "--no-select"], environment);
    expect(init).toMatchObject({ code: 0 });
    expect(await pulumi("config", "set", "keepLast", "5")).toMatchObject({ code: 0 });
    const preview = await pulumi("preview");
    expect(preview.output).toMatch(/cmp-fotogal-qa/);
    expect(preview.code).toBe(0);
    const text = readFileSync(world.path("Pulumi.qa.yaml"), "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/configuration\/stack\.schema\.json\n/);
    expect(text).toMatch(
      /# A pushed tag can never be overwritten\.\n {2}fotogal-motando:immutableTags: "true"\n/,
    );
    expect((await env("check")).code).toBe(0);
  });
});
