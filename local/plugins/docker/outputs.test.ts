import { Secret, unknown, type Properties } from "../shared/values";
import { ImageFixture } from "./imageFixture";

/**
 * What an image's outputs are, and what the engine (Docker's) has to do for them, beside the official plugin's
 * (provider/provider.go and image.go of pulumi/pulumi-docker, as in plans.test.ts). `official` tells what its source
 * does; where ours does otherwise, `ours` tells why.
 */

let fixture: ImageFixture;

beforeEach(async () => (fixture = await ImageFixture.start()));
afterEach(() => fixture.stop());

const { digest, imageId } = ImageFixture;
const repository = "gru.ocir.io/ns/app";
const imageName = `${repository}:1.0.0`;
const registry = { server: "gru.ocir.io", username: "BEARER_TOKEN", password: "one" };
const platform = process.arch === "arm64" ? "linux/arm64" : "linux/amd64";

const given = (more: Properties = {}): Properties => ({
  imageName,
  build: { context: fixture.context },
  registry,
  ...more,
});
/** The outputs after a push, with what is otherwise. */
const outputs = (more: Properties = {}): Properties => ({
  baseImageName: imageName,
  context: fixture.context,
  dockerfile: "Dockerfile",
  imageName,
  platform,
  registryServer: "gru.ocir.io",
  repoDigest: `${repository}@${digest}`,
  ...more,
});

interface Case {
  inputs: () => Properties;
  preview?: true;
  outputs: () => Properties;
  work: { builds: number; pushes: number };
  official: string;
  ours?: string;
  warning?: RegExp;
}

const pushed = { builds: 1, pushes: 1 };
const builtOnly = { builds: 1, pushes: 0 };
const nothing = { builds: 0, pushes: 0 };

const cases: Record<string, Case> = {
  "an image": {
    inputs: () => given(),
    outputs: () => outputs(),
    work: pushed,
    official:
      "the same: dockerBuild's outputs; repoDigest is the name without tag and the digest that the push reports",
  },
  "a Dockerfile outside the context": {
    inputs: () => {
      fixture.write("other.Dockerfile", "FROM scratch\n");
      return given({ build: { context: fixture.context, dockerfile: `${fixture.folder}/other.Dockerfile` } });
    },
    outputs: () => outputs({ dockerfile: "../other.Dockerfile" }),
    work: pushed,
    official: "the same: the Dockerfile's path relative to the context",
  },
  "no registry given": {
    inputs: () => given({ registry: null }),
    outputs: () => outputs({ registryServer: "" }),
    work: pushed,
    official: "the same outputs; it pushes with the login of Docker's config.json",
    ours: "pushes without one, so that a stack depends on nobody's docker login",
  },
  "a password without username": {
    inputs: () => given({ registry: { server: "gru.ocir.io", password: "one" } }),
    outputs: () => outputs(),
    work: pushed,
    official: "the same outputs and a warning; it pushes with the login of Docker's config.json",
    ours: "pushes without one, as above",
    warning: /a password but no username; pushing without credentials/,
  },
  "a platform given": {
    inputs: () => given({ build: { context: fixture.context, platform: "linux/s390x" } }),
    outputs: () => outputs({ platform: "linux/s390x" }),
    work: pushed,
    official: "the same: as in the inputs",
  },
  skipPush: {
    inputs: () => given({ skipPush: true }),
    outputs: () => outputs({ repoDigest: imageId }),
    work: builtOnly,
    official: "the same: repoDigest is the image's ID in the engine",
  },

  "a preview": {
    inputs: () => given(),
    preview: true,
    outputs: () => outputs({ repoDigest: unknown }),
    work: nothing,
    official: "no build either; answers the inputs alone, so that all outputs but imageName are unknown",
    ours: "tells what is already known, so that a preview shows more",
  },
  "a preview with buildOnPreview": {
    inputs: () => given({ buildOnPreview: true }),
    preview: true,
    outputs: () => outputs({ repoDigest: unknown }),
    work: builtOnly,
    official: "builds without pushing too; repoDigest is the image's ID",
    ours: "leaves repoDigest unknown: what depends on it would be shown with an ID that no registry has",
  },
  "a preview with buildOnPreview and skipPush": {
    inputs: () => given({ buildOnPreview: true, skipPush: true }),
    preview: true,
    outputs: () => outputs({ repoDigest: imageId }),
    work: builtOnly,
    official: "the same: the image's ID",
  },
  "a preview with buildOnPreview whose name is not known": {
    inputs: () => given({ buildOnPreview: true, imageName: unknown }),
    preview: true,
    outputs: () => outputs({ imageName: unknown, baseImageName: unknown, repoDigest: unknown }),
    work: nothing,
    official: "no build either, with a warning (ensureMinimumBuildInputs)",
    warning: /buildOnPreview: not built/,
  },
  "a preview with buildOnPreview whose argument is not known": {
    inputs: () => given({ buildOnPreview: true, build: { context: fixture.context, args: { A: unknown } } }),
    preview: true,
    outputs: () => outputs({ repoDigest: unknown }),
    work: nothing,
    official: "no build either, with a warning (ensureMinimumBuildInputs)",
    warning: /buildOnPreview: not built/,
  },
  "a preview with buildOnPreview whose target is not known": {
    inputs: () => given({ buildOnPreview: true, build: { context: fixture.context, target: unknown } }),
    preview: true,
    outputs: () => outputs({ repoDigest: unknown }),
    work: nothing,
    official: "builds the last stage, as if no target were given",
    ours: "does not build what will not be",
    warning: /buildOnPreview: not built/,
  },
  "a preview whose context is not known": {
    inputs: () => given({ build: { context: unknown } }),
    preview: true,
    outputs: () => outputs({ context: unknown, dockerfile: unknown, repoDigest: unknown }),
    work: nothing,
    official:
      "looks for Dockerfile in the working directory (Check joins it to an empty context), and fails without",
    ours: "waits for the context",
  },
};

test.each(Object.entries(cases))("%s", async (_, row) => {
  const { id, outputs: found } = await fixture.create(row.inputs(), row.preview);
  expect(found).toEqual(row.outputs());
  expect(id).toBe(row.preview ? "" : imageName);
  expect(fixture.work()).toEqual(row.work);
  expect(fixture.warnings).toEqual(row.warning ? [expect.stringMatching(row.warning)] : []);
});

test("an update builds and pushes again, and leaves the ID as it was made: as the official one, whose Update answers none", async () => {
  const state = await fixture.create(given());
  const news = given({ imageName: `${repository}:1.0.1` });
  const moved = { imageName: `${repository}:1.0.1`, baseImageName: `${repository}:1.0.1` };
  fixture.work();
  expect(await fixture.update(state, news, true)).toEqual(outputs({ ...moved, repoDigest: unknown }));
  expect(fixture.work()).toEqual(nothing);
  expect(await fixture.update(state, news)).toEqual(outputs(moved));
  expect(fixture.work()).toEqual(pushed);
});

test("a refresh asks nobody and changes nothing: as the official one, whose Read answers what it was given", async () => {
  const state = await fixture.create(given());
  fixture.work();
  expect(await fixture.read(state)).toEqual({
    ...state,
    inputs: { ...state.inputs, registry: { ...registry, password: new Secret("one") } },
  });
  expect(fixture.work()).toEqual(nothing);
});

test("an import is refused; the official one answers with nothing but the ID", async () => {
  const nothingKnown = { id: imageName, inputs: {}, outputs: {} };
  await expect(fixture.read(nothingKnown)).rejects.toThrow("cannot be imported");
});

test("a deletion leaves the image in engine and registry: as the official one, whose Delete does nothing", async () => {
  const state = await fixture.create(given());
  fixture.work();
  await fixture.delete(state);
  expect(fixture.work()).toEqual(nothing);
});

describe("failures", () => {
  test("a push that reports no digest is an error; the official one takes a digest from the engine, or <none>@<none>", async () => {
    fixture.engine.answers[`/images/${repository}/push`] = { lines: [{ status: "Pushed" }] };
    await expect(fixture.create(given())).rejects.toThrow("Docker reported no digest");
  });

  test.each<[string, Properties, string]>([
    // Both refuse these in Check, before anything is done.
    ["a Dockerfile that is not there", { build: { context: ".", dockerfile: "nope" } }, '"nope"'],
    ["a name without registry", { imageName: "app:1.0.0", registry: null }, "names no registry"],
    // The official one asks for no registry in the name when registry.server is given, and pushes to Docker Hub.
    ["a name without registry, beside a server", { imageName: "app:1.0.0" }, "names no registry"],
    // The official one pulls these images before the build.
    ["build.cacheFrom", { build: { context: ".", cacheFrom: { images: [] } } }, "is not served by the local"],
    // The official one drops what it does not know.
    ["an input that does not exist", { tag: "1.0.0" }, "is no input of docker.Image"],
  ])("%s is refused by Check", async (_, more, message) => {
    await expect(fixture.check(given(more))).rejects.toThrow(message);
    expect(fixture.work()).toEqual(nothing);
  });

  test("a failed build leaves nothing in the state, and is not pushed: as the official one", async () => {
    fixture.engine.answers["/build"] = { lines: [{ stream: "boom\n" }, { error: "step failed" }] };
    await expect(fixture.create(given())).rejects.toThrow(/step failed\nThe build's last lines:\nboom$/);
    expect(fixture.work()).toEqual(builtOnly);
  });
});

test("the password is secret in the state although it came as plain text; with the official one only if the program made it so", async () => {
  const { inputs } = await fixture.create(given());
  expect(inputs.registry).toEqual({ ...registry, password: new Secret("one") });
});
