import { mkdirSync, writeFileSync } from "node:fs";
import type { ImageConfig } from "../extract/registry/manifest";
import type { ImageRequest } from "./imageRequest";
import {
  dockerIn,
  dockerLogin,
  imageNames,
  readOutputs,
  type StackInWorld,
  stackInNewWorld,
  succeeded,
} from "./stackInWorld";
import type { CommandResult } from "./world";

jest.setTimeout(10 * 60_000);

let stack: StackInWorld;
let firstCommit: string;

const up = ["up", "--yes", "--skip-preview"];

async function git(...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=x", "-c", "user.email=x@localhost"];
  return succeeded(await stack.world.command("git", [...identity, ...args])).trim();
}

async function commitAll(message: string): Promise<string> {
  await git("add", "--all", "app", "Pulumi.yaml");
  await git("commit", "--quiet", "--allow-empty", "--message", message);
  return git("rev-parse", "HEAD");
}

async function labelsOf(uri: string): Promise<Record<string, string>> {
  const docker = dockerIn(stack);
  await dockerLogin(stack);
  succeeded(await docker("pull", "--quiet", uri));
  const [{ Config }] = JSON.parse(succeeded(await docker("inspect", uri))) as [
    { Config: ImageConfig["config"] },
  ];
  return Config?.Labels ?? {};
}

/** One message: the program's error, without a JavaScript stack trace. */
function expectRefusal({ code, output }: CommandResult, message: RegExp): void {
  expect(output).toMatch(message);
  expect(code).not.toBe(0);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
}

const fotogalSource = "app/fotogal/src/main.ts";

beforeAll(async () => {
  stack = await stackInNewWorld((world) => {
    world.edit(
      "Pulumi.local.yaml",
      (text) => `${text}  fotogal-motando:movingTags: '["minor", "major", "latest"]'\n`,
    );
    return {};
  });
});

afterAll(() => stack.world.remove());

describe("an image of a folder that git knows nothing of", () => {
  test("says its version and content, and has the tags that move", async () => {
    const { outputs, world } = stack;
    for (const name of imageNames) {
      expect(outputs.imageReports[name]?.movedTags).toEqual(["1.0", "1", "latest"]);
      const { reference, uri } = outputs.images[name] ?? { reference: "", uri: "" };
      const labels = await labelsOf(uri);
      expect(labels["org.opencontainers.image.version"]).toBe("1.0.0");
      expect(labels["dev.fotogal-motando.content"]).toMatch(/^[0-9a-f]{64}$/);
      const digest = uri.split("@")[1] ?? "";
      const latest = reference.replace(/:[^:]+$/, ":latest");
      await dockerLogin(stack);
      const pulled = succeeded(await dockerIn(stack)("pull", latest));
      expect(pulled).toContain(digest);
    }
    succeeded(await world.pulumi(["preview", "--expect-no-changes"]));
  });

  test("is no change once it is committed", async () => {
    await git("init", "--quiet");
    firstCommit = await commitAll("first");
    succeeded(await stack.world.pulumi(["preview", "--expect-no-changes"]));
  });
});

describe("a published version", () => {
  test("refuses another content in a preview, names the version to raise to, and nothing is changed", async () => {
    const { world } = stack;
    world.edit(fotogalSource, (text) => `${text}\n// changed\n`);
    const taken =
      /AppImage "fotogal": \S+fotogal:1\.0\.0 is published with another content.*raise the version to 1\.0\.1\./;
    expectRefusal(await world.pulumi(["preview"]), taken);
    expectRefusal(await world.pulumi(up), taken);
    expect((await readOutputs(world)).images).toEqual(stack.outputs.images);
  });

  test("is followed by the next, which tells its commit", async () => {
    const { world } = stack;
    const commit = await commitAll("a change");
    expect(commit).not.toBe(firstCommit);
    await world.pulumi(["config", "set", "fotogalVersion", "1.0.1"]);
    const shown = succeeded(await world.pulumi(["preview", "--diff"]));
    expect(shown).toMatch(/fotogal:1\.0\.1/);
    succeeded(await world.pulumi(up));
    const { images, imageReports } = await readOutputs(world);
    expect(images["motando-webapp"]).toEqual(stack.outputs.images["motando-webapp"]);
    const labels = await labelsOf(images.fotogal?.uri ?? "");
    expect(labels).toMatchObject({
      "org.opencontainers.image.version": "1.0.1",
      "org.opencontainers.image.revision": commit,
      "org.opencontainers.image.created": new Date(await git("show", "-s", "--format=%cI", commit))
        .toISOString()
        .replace(".000Z", "Z"),
    });
    expect(imageReports.fotogal?.movedTags).toEqual(["1.0", "1", "latest"]);
  });

  test("is not touched by commits elsewhere, or that leave the content as it was", async () => {
    const { world } = stack;
    writeFileSync(world.path("app/fotogal/NOTES.md"), "The image needs none of this.\n");
    world.edit("Pulumi.yaml", (text) => `${text}\n`);
    await commitAll("documentation and configuration");
    succeeded(await world.pulumi(["preview", "--expect-no-changes"]));
    world.edit(fotogalSource, (text) => `${text}// once more\n`);
    await commitAll("a change that is taken back");
    world.edit(fotogalSource, (text) => text.replace("// once more\n", ""));
    await commitAll("taken back");
    succeeded(await world.pulumi(["preview", "--expect-no-changes"]));
  });

  test("that is older moves no tag back", async () => {
    const { world } = stack;
    world.edit(fotogalSource, (text) => text.replace("\n// changed\n", ""));
    await world.pulumi(["config", "set", "fotogalVersion", "1.0.0"]);
    succeeded(await world.pulumi(up));
    const { images, imageReports } = await readOutputs(world);
    expect(images.fotogal?.reference).toMatch(/:1\.0\.0$/);
    expect(imageReports.fotogal?.movedTags).toEqual([]);
  });
});

describe("what must not go to the builder", () => {
  test("a secret, and too much, are refused together before anything is made", async () => {
    const { world } = stack;
    const ignoreFiles = ["app/fotogal/.dockerignore", "app/motando/worker/.dockerignore"];
    for (const file of ignoreFiles) world.edit(file, (text) => `${text}\n!src/.env\n!src/video.bin\n`);
    writeFileSync(world.path("app/fotogal/src/.env"), "KEY=x\n");
    writeFileSync(world.path("app/motando/worker/src/video.bin"), Buffer.alloc(2 * 1024 ** 2));
    await world.pulumi(["config", "set", "maximumContextMiB", "1"]);
    const result = await world.pulumi(up);
    await world.command("rm", ["app/fotogal/src/.env", "app/motando/worker/src/video.bin"]);
    for (const file of ignoreFiles) world.restore(file);
    await world.pulumi(["config", "rm", "maximumContextMiB"]);
    expectRefusal(result, /fotogal: app\/fotogal\/src\/\.env looks like a secret/);
    expect(result.output).toMatch(
      /dramatiq-classifiedad: the build context.*more than its limit of 1\.0 MiB.*src\/ 2\.0 MiB/,
    );
    succeeded(await world.pulumi(["preview", "--expect-no-changes"]));
  });
});

describe("an image by itself", () => {
  let request: ImageRequest;

  beforeAll(async () => {
    const { world, outputs } = stack;
    const { registryHost, namespace } = outputs;
    mkdirSync(world.path("image"));
    writeFileSync(world.path("image", "Dockerfile"), "FROM scratch AS only\nCOPY hello.txt /\n");
    writeFileSync(world.path("image", "hello.txt"), "hello\n");
    world.edit("index.ts", () => `export = require("./tests/imageProgram");\n`);
    request = {
      repository: `${registryHost}/${namespace}/never-made`,
      login: { registryHost, namespace, mode: "session" },
      build: { context: "image", version: "1.0.0" },
    };
    const { cloud } = stack;
    await cloud.artifacts.updateContainerConfiguration({
      compartmentId: cloud.tenancyId,
      updateContainerConfigurationDetails: { isRepositoryCreatedOnFirstPush: false },
    });
    succeeded(await pulumi("stack", "init", "image"));
  });

  const pulumi = (...args: string[]) =>
    stack.world.command("pulumi", args, {
      ...stack.environment,
      PULUMI_STACK: "image",
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of a test",
    });
  const upWith = async (changes: Partial<ImageRequest>) => {
    const value = JSON.stringify({ ...request, ...changes });
    succeeded(await pulumi("config", "set", "image:request", value));
    return pulumi(...up);
  };

  test("is refused where its repository is missing and no push makes it", async () => {
    expectRefusal(await upWith({}), /The repository "\S*never-made" does not exist.*create it first/s);
  });

  test("is refused with a wrong password, and told which user names there are", async () => {
    const login = {
      ...request.login,
      mode: "existing" as const,
      username: "jane",
      password: "not-the-password",
    };
    const result = await upWith({ login });
    expectRefusal(
      result,
      /AppImage "app": Registry \S+ gives no access.*NAMESPACE\/oracleidentitycloudservice\/USER/,
    );
    expect(result.output).not.toContain("not-the-password");
  });

  test("is refused where nobody answers, by name", async () => {
    const login = {
      ...request.login,
      mode: "existing" as const,
      username: "jane",
      password: "pw",
      registryHost: "127.0.0.1:9",
    };
    expectRefusal(
      await upWith({ login, repository: "127.0.0.1:9/ns/app" }),
      /AppImage "app": .*127\.0\.0\.1:9/,
    );
  });

  test("is refused with every problem of its build", async () => {
    const build = { context: "image", version: "1", target: "nothing", platform: "vax" };
    const result = await upWith({ build });
    expectRefusal(
      result,
      /app: version "1" .*\n.*app: platform "vax".*\n.*target "nothing" is no stage of image\/Dockerfile, which has only/,
    );
    expectRefusal(
      await upWith({ build: { ...request.build, dockerfile: "image/Other" } }),
      /"image\/Other".*does not exist/,
    );
  });
});
