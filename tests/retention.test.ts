import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { models } from "oci-artifacts";
import { ScratchImages } from "./scratchImages";
import { type StackInWorld, stackInNewWorld, succeeded } from "./stackInWorld";

jest.setTimeout(10 * 60_000);

interface Document {
  dryRun: boolean;
  keepLast: number;
  repositories: {
    name: string;
    images: {
      digest: string;
      action: string;
      why: string;
      removedTags: string[];
      tags: { name: string }[];
    }[];
  }[];
  failures: { digest: string; message: string }[];
}

let stack: StackInWorld;
let fotogal: ScratchImages;
let motando: ScratchImages;
/** What was pushed, by what the tests call it → digest. */
const pushed: Record<string, string> = {};

beforeAll(async () => {
  stack = await stackInNewWorld();
  const { environment, outputs } = stack;
  fotogal = new ScratchImages(outputs.repositories.fotogal ?? "", environment);
  motando = new ScratchImages(outputs.repositories["motando-webapp"] ?? "", environment);
  for (const version of ["0.0.1", "0.0.2", "0.1.0", "0.3.0", "0.9.0", "0.10.0", "1.1.0", "1.2.0-rc.1"]) {
    pushed[version] = await fotogal.push(version, version);
  }
  pushed["0.2.0"] = await fotogal.push("0.2.0", "0.2.0", "0.2");
  pushed.untagged = await fotogal.push("nothing names it");
  pushed.bill = await fotogal.attach(pushed["0.1.0"] ?? "", "what 0.1.0 is made of");
  pushed.stayingBill = await fotogal.attach(pushed["1.1.0"] ?? "", "what 1.1.0 is made of");
  await deployFunction("0.3.0");
  const repository = outputs.repositories.fotogal ?? "";
  const running = `${repository}@${pushed["0.0.1"] ?? ""}`;
  const settings = `pulumi.secret({ image: "${repository}:0.0.2" })`;
  await bringUp("dev", `{ running: "${running}", settings: ${settings} }`);
});

afterAll(async () => {
  fotogal.close();
  motando.close();
  await stack.world.remove();
});

/** `npm run images -- prune …`, with the environment of `cloud env`. */
function prune(args: string[], env: NodeJS.ProcessEnv = {}) {
  const command = ["run", "--silent", "images", "--", "prune", ...args];
  return stack.world.command("npm", command, { ...stack.environment, ...env });
}

const pruneLocal = (...args: string[]) => prune(["--stack", "local", ...args]);

/** The images of FotoGal's repository as the official SDK lists them: digest → versions. */
async function listed(): Promise<Map<string, string[]>> {
  const { artifacts } = stack.cloud;
  const everywhere = { compartmentId: stack.cloud.tenancyId, compartmentIdInSubtree: true };
  const found = new Map<string, string[]>();
  for (let page: string | undefined; ;) {
    const request = { ...everywhere, repositoryName: "fotogal", limit: 3, ...(page && { page }) };
    const { containerImageCollection, opcNextPage } = await artifacts.listContainerImages(request);
    for (const { id } of containerImageCollection.items) {
      const { containerImage } = await artifacts.getContainerImage({ imageId: id });
      const versions = containerImage.versions.map(({ version }: models.ContainerVersion) => version);
      found.set(containerImage.digest, versions.sort());
    }
    page = opcNextPage;
    if (!page) return found;
  }
}

/** Deploys a function with an image of FotoGal's repository, outside the stack. */
async function deployFunction(version: string): Promise<void> {
  const { cloud, outputs } = stack;
  const { application } = await cloud.functions.createApplication({
    createApplicationDetails: {
      compartmentId: outputs.compartmentId,
      displayName: "a test's",
      subnetIds: ["ocid1.subnet.oc1..test"],
    },
  });
  await cloud.functions.createFunction({
    createFunctionDetails: {
      displayName: "old but running",
      applicationId: application.id,
      image: `${outputs.repositories.fotogal ?? ""}:${version}`,
      memoryInMBs: 128,
    },
  });
}

/** Brings another stack of the project up, whose program has only outputs: a JavaScript expression. */
async function bringUp(name: string, outputs: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const { world, environment } = stack;
  const folder = world.path("others");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: fotogal-motando\nruntime: nodejs\nmain: index.js\n");
  writeFileSync(path.join(folder, "package.json"), "{}");
  const program = `const pulumi = require("@pulumi/pulumi");\nmodule.exports = ${outputs};\n`;
  writeFileSync(path.join(folder, "index.js"), program);
  const args = ["up", "--yes", "--skip-preview", "--stack", name, "--cwd", folder];
  succeeded(await world.command("pulumi", args, { ...environment, ...env }));
}

async function faults(list: object[]): Promise<void> {
  await fetch(`${stack.environment.OCI_CLI_ENDPOINT ?? ""}/_local/faults`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ faults: list }),
  });
}

describe("refuses, and deletes nothing,", () => {
  test.each<[string, string[], RegExp]>([
    [
      "without a number of versions",
      ["--stack", "local"],
      /--keep N, or `pulumi config set keepLast N --stack local`/,
    ],
    [
      "a number that is none",
      ["--stack", "local", "--keep", "0"],
      /^--keep is "0"; write a whole number, at least 1\.\n$/,
    ],
    [
      "an unknown stack",
      ["--stack", "nix", "--keep", "2"],
      /^There is no stack "nix"; name one with --stack \(.*local.*\)\.\n$/,
    ],
    [
      "a stack that is not up",
      ["--stack", "dev", "--keep", "2"],
      /^Stack dev has no outputs .*bring it up first/,
    ],
    ["an unknown option", ["--kep", "2"], /Unknown option '--kep'/],
  ])("%s", async (_, args, message) => {
    const before = await listed();
    const { code, stdout, stderr } = await prune([...args, "--yes"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await listed()).toEqual(before);
  });

  test("while a stack of the project cannot be read, since its passphrase is another", async () => {
    const before = await listed();
    const other = { PULUMI_CONFIG_PASSPHRASE: "of somebody else", PULUMI_CONFIG_PASSPHRASE_FILE: "" };
    const { world, environment } = stack;
    const pulumi = (...args: string[]) => world.command("pulumi", args, { ...environment, ...other });
    const folder = ["--cwd", world.path("others")];
    succeeded(await pulumi("stack", "init", "other", "--no-select", ...folder));
    await bringUp("other", `{ settings: pulumi.secret("hidden") }`, other);
    const refused = await pruneLocal("--keep", "2", "--yes");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^Nothing is deleted: what these stacks use cannot be read;.*\n {2}other: /,
    );
    expect(await listed()).toEqual(before);
    succeeded(await pulumi("stack", "rm", "other", "--yes", "--force", ...folder));
  });

  test("where the CLI is not on PATH", async () => {
    const { code, stderr } = await stack.world.command(process.execPath, ["dist/images.js", "prune"], {
      ...stack.environment,
      PATH: "/nowhere",
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The Pulumi CLI cannot be run/);
  });
});

test("shows what would go, and why, and changes nothing", async () => {
  const before = await listed();
  const shown = succeeded(await pruneLocal("--keep", "2"));
  expect(shown).toMatch(/^REPOSITORY +VERSION +DIGEST +PUSHED +SIZE +WHY\n/);
  const row = (version: string, rest: string) =>
    expect(shown).toMatch(
      new RegExp(`^fotogal +${version.replaceAll(".", "\\.")} +[0-9a-f]{12} +\\S+ \\S+ .*  ${rest}`, "m"),
    );
  row("1.2.0-rc.1", "keep +one of the newest 2 versions$");
  row("1.0.0", "keep +used by stack local$");
  row("0.10.0", "delete +older than the newest 2 versions$");
  row("0.3.0", "keep +used by function old but running$");
  row("0.2.0", "untag +an old version; the image stays: has tag 0\\.2$");
  row("0.0.1", "keep +used by stack dev$");
  row("0.0.2", "keep +used by stack dev$");
  expect(shown).toMatch(
    /To be deleted: 3 images, 2 manifests that referred to them, 1 old version of images that stay;/,
  );
  expect(shown).toMatch(/--yes deletes\.\n$/);
  const document = JSON.parse(succeeded(await pruneLocal("--keep", "2", "--json"))) as Document;
  expect(document).toMatchObject({ dryRun: true, keepLast: 2, failures: [] });
  const images = document.repositories.find(({ name }) => name === "fotogal")?.images ?? [];
  const going = images.filter(({ action }) => action === "delete").map(({ digest }) => digest);
  expect(going).toEqual(
    expect.arrayContaining([pushed["0.1.0"], pushed["0.9.0"], pushed["0.10.0"], pushed.bill]),
  );
  expect(going).toHaveLength(5);
  expect(await listed()).toEqual(before);
});

test("deletes just that, by the stack's keepLast; the stack does not notice", async () => {
  const { world } = stack;
  const digest = (version: string) => pushed[version] ?? "";
  pushed.platform = await motando.push("for one platform", "0.5.0-amd64");
  pushed.index = await motando.pushIndex([pushed.platform], "latest");
  const before = await listed();
  const gone = [...["0.1.0", "0.9.0", "0.10.0"].map(digest), digest("bill")];
  const list = (subject: string) => digest(subject).replace(":", "-");

  world.edit("Pulumi.local.yaml", (text) => `${text}  fotogal-motando:keepLast: 2\n`);
  const configuration = readFileSync(world.path("Pulumi.local.yaml"), "utf8");
  const done = succeeded(await pruneLocal("--yes"));
  expect(done).toMatch(
    /\nDeleted: 3 images, 2 manifests that referred to them, 1 old version of images that stay;/,
  );
  expect(readFileSync(world.path("Pulumi.local.yaml"), "utf8")).toBe(configuration);

  const after = new Map(before);
  for (const [key, versions] of before) {
    if (gone.includes(key) || versions.includes(list("0.1.0"))) after.delete(key);
  }
  after.set(digest("0.2.0"), ["0.2"]);
  expect(await listed()).toEqual(after);
  expect(after.size).toBe(before.size - 5);
  for (const reference of [...gone, "0.1.0", "0.9.0", "0.10.0", "0.2.0", list("0.1.0")]) {
    expect([reference, await fotogal.status(reference)]).toEqual([reference, 404]);
  }
  for (const reference of ["0.0.1", "0.0.2", "0.2", "0.3.0", "1.0.0", "1.1.0", "1.2.0-rc.1", list("1.1.0")]) {
    expect([reference, await fotogal.status(reference)]).toEqual([reference, 200]);
  }
  for (const reference of [digest("untagged"), digest("stayingBill")]) {
    expect(await fotogal.status(reference)).toBe(200);
  }
  expect(await motando.status("0.5.0-amd64")).toBe(200);

  expect(succeeded(await pruneLocal("--yes"))).toMatch(/\nNothing to do: /);
  expect(await listed()).toEqual(after);
  world.restore("Pulumi.local.yaml");
  succeeded(await world.pulumi(["preview", "--refresh", "--expect-no-changes"]));
});

test("a deletion that fails is told in one line; the others are done, and the next run does the rest", async () => {
  const { "1.1.0": failing = "", stayingBill = "" } = pushed;
  const one = await motando.push("one", "0.0.1");
  const bill = await motando.attach(one, "what one is made of");
  // As many requests as one deletion tries.
  await faults([{ kind: "error", operation: "DeleteContainerImage", times: 5 }]);
  const { code, stderr } = await pruneLocal("--keep", "1", "--yes");
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^fotogal@${failing} is not deleted: .*status 500.*\\n$`));
  for (const digest of [failing, stayingBill]) expect(await fotogal.status(digest)).toBe(200);
  for (const digest of [one, bill]) expect(await motando.status(digest)).toBe(404);

  succeeded(await pruneLocal("--keep", "1", "--yes"));
  for (const digest of [failing, stayingBill]) expect(await fotogal.status(digest)).toBe(404);
});
