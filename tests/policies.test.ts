import { writeFileSync } from "node:fs";
import { type StackInWorld, stackInNewWorld, succeeded } from "./stackInWorld";
import type { CommandResult } from "./world";

jest.setTimeout(10 * 60_000);

let stack: StackInWorld;

beforeAll(async () => {
  stack = await stackInNewWorld();
  const { world, environment } = stack;
  succeeded(await world.command("pulumi", ["stack", "init", "prod", "--no-select"], environment));
});

afterAll(() => stack.world.remove());

/** `preview --policy-pack policy`, of stack `local` unless the arguments say otherwise. */
function preview(...args: string[]): Promise<CommandResult> {
  return stack.world.pulumi(["preview", "--policy-pack", "policy", ...args]);
}

interface Edit {
  file: string;
  from: string | RegExp;
  to: string;
}

/** Does something while files of the world's checkout are other than they were. */
async function edited<T>(edits: Edit[], action: () => Promise<T>): Promise<T> {
  const { world } = stack;
  try {
    for (const { file, from, to } of edits) {
      world.edit(file, (text) => {
        const changed = text.replace(from, to);
        if (changed === text) throw new Error(`${file} has no ${String(from)}.`);
        return changed;
      });
    }
    return await action();
  } finally {
    for (const { file } of edits) world.restore(file);
  }
}

/** A value among a stack's configuration. */
const configured = (name: string, line: string): Edit => ({
  file: `Pulumi.${name}.yaml`,
  from: "config:\n",
  to: `config:\n  ${line}\n`,
});

const publicBucket = {
  file: "components/imageBucket.ts",
  from: 'accessType: "NoPublicAccess"',
  to: 'accessType: "ObjectRead"',
};
const manyReadUnits = configured("local", "fotogal-motando:tableCapacity: {readUnits: 50}");

describe("a stack as it should be passes", () => {
  test.each(["local", "dev"])("%s, by npm run pulumi", async (name) => {
    const { code, output } = await preview("--stack", name);
    expect(output).toContain("✅ fotogal-motando@v");
    expect(output).not.toContain("can't run policy");
    expect(code).toBe(0);
  });

  test("prod, by plain pulumi", async () => {
    const { world, environment } = stack;
    const args = ["preview", "--policy-pack", "policy", "--stack", "prod"];
    const { code, output } = await world.command("pulumi", args, environment);
    expect(output).toContain("✅ fotogal-motando@v");
    expect(code).toBe(0);
  });
});

describe("each rule refuses what it is for", () => {
  test.each<[rule: string, stack: string, edit: Edit, sentence: string]>([
    [
      "private-access",
      "local",
      publicBucket,
      'Bucket "fotogal-images" lets everybody on the internet read it',
    ],
    [
      "private-access",
      "local",
      { file: "components/containerRepositories.ts", from: "isPublic: false", to: "isPublic: true" },
      'ContainerRepository "fotogal-fotogal" lets everybody on the internet pull its images',
    ],
    [
      "immutable-tags",
      "prod",
      { file: "Pulumi.prod.yaml", from: /immutableTags: "?true"?/, to: "immutableTags: false" },
      "type `pulumi config set fotogal-motando:immutableTags true -s prod`",
    ],
    [
      "image-versions",
      "local",
      {
        file: "components/appImage.ts",
        from: "${args.repository}:${version}`",
        to: "${args.repository}:v${version}`",
      },
      'Image "fotogal" has a wrong tag: "v1.0.0" starts with a letter; write "1.0.0".',
    ],
    [
      "no-plain-secrets",
      "local",
      configured("local", "mailer:apiToken: not-so-secret"),
      "type `pulumi config set --secret mailer:apiToken -s local`",
    ],
    [
      "protected-data",
      "dev",
      { file: "Pulumi.dev.yaml", from: /protect: "?true"?/, to: "protect: false" },
      'Table "fotogal-fotogal_ntable_users" holds data and could be deleted by mistake: type `pulumi config set fotogal-motando:protect true -s dev`',
    ],
    [
      "known-regions",
      "local",
      configured("local", "oci:region: sa-saopaolo-1"),
      'Stack "local" is in region "sa-saopaolo-1", which is not among the known ones: type `pulumi config set oci:region',
    ],
    [
      "stack-tags",
      "local",
      { file: "components/imageBucket.ts", from: "freeformTags: args.freeformTags,", to: "" },
      'Bucket "fotogal-images" lacks the tags environment, project, stack',
    ],
    [
      "budget",
      "local",
      manyReadUnits,
      "have 150 read units, and the budget is 100: lower each table's, type `pulumi config set --path fotogal-motando:tableCapacity.readUnits NUMBER -s local`",
    ],
  ])("%s, in %s", async (rule, name, edit, sentence) => {
    const { code, output } = await edited([edit], () => preview("--stack", name));
    expect(code).not.toBe(0);
    expect(output).toContain("❌ fotogal-motando@v");
    expect(output).toMatch(new RegExp(`\\[mandatory\\] +${rule} `));
    expect(output).toContain(sentence);
    expect(output).not.toContain("not-so-secret");
    // The other rules have nothing to say.
    const rules = [...output.matchAll(/\[mandatory\] +(\S+) /g)].map(([, found]) => found);
    expect(new Set(rules)).toEqual(new Set([rule]));
  });
});

test("an update without a preview leaves a refused resource as it was", async () => {
  const { world } = stack;
  const args = ["up", "--yes", "--skip-preview", "--policy-pack", "policy"];
  const { code, output } = await edited([publicBucket], () => world.pulumi(args));
  expect(output).toContain('Bucket "fotogal-images" lets everybody');
  expect(code).not.toBe(0);
  expect(succeeded(await world.pulumi(["stack", "export"]))).not.toContain('"ObjectRead"');
});

test("a file softens a rule and sets a budget", async () => {
  const file = stack.world.path("softer.json");
  writeFileSync(file, JSON.stringify({ "private-access": "advisory", budget: { readUnits: 150 } }));
  const { code, output } = await edited([publicBucket, manyReadUnits], () =>
    preview("--policy-pack-config", file),
  );
  expect(output).toMatch(/\[advisory\] +private-access /);
  expect(output).not.toContain("[mandatory]");
  expect(code).toBe(0);
});
