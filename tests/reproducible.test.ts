import { chmodSync, cpSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ensureBaseImages } from "../local/baseImages";
import { connectEngine } from "../local/docker/engine";
import { type OpenRegistry, startOpenRegistry } from "../local/registry/openRegistry";
import { ensureGoTool, goTools } from "../local/toolchain/goTools";
import { run } from "../local/toolchain/run";
import { type Builder, buildKitProgram, missing, testUnless } from "./builders";
import { docker } from "./dockerCopies";
import { type BuiltImage, missingOwnBuildKit, OwnBuildKit } from "./ownBuildKit";

interface Inspected {
  RootFS: { Layers: string[] };
  Config: Record<string, unknown>;
  Os: string;
  Architecture: string;
}

/** The same sources in two checkouts, whose files differ in times and permissions, are built without any cache. */

jest.setTimeout(15 * 60_000);

const apps: Record<string, string> = {
  fotogal: "runtime",
  "motando/webapp": "base",
  "motando/worker": "base",
};
const epoch = Date.UTC(2024, 0, 2) / 1000;
const project = resolve(__dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "reproducible-"));
const checkouts = ["one", "two"].map((name) => join(folder, name));
const images: string[] = [];
let baseImages: Record<string, string>;

beforeAll(async () => {
  const { NODE_IMAGE, NODE_RUNTIME_IMAGE } = await ensureBaseImages(await connectEngine());
  baseImages = { NODE_IMAGE, NODE_RUNTIME_IMAGE };
  const listed = await run("git", ["ls-files", "-co", "--exclude-standard", "-z", "app"], { cwd: project });
  for (const [at, checkout] of checkouts.entries()) {
    for (const file of listed.split("\0").filter((name) => name !== "")) {
      const copy = join(checkout, file);
      cpSync(join(project, file), copy);
      chmodSync(copy, at === 0 ? 0o644 : 0o600);
      utimesSync(copy, at, 1e9 + 1e7 * at);
    }
  }
});

afterAll(() => {
  if (images.length > 0) docker("image", "rm", "--force", ...images);
  rmSync(folder, { recursive: true, force: true });
});

describe("the Engine's builders make the same layers, and a configuration that differs in times alone", () => {
  /** Layers by the digests of their tars, so with paths, modes, owners, times and contents. */
  const built = async (builder: Builder, app: string, checkout: string): Promise<unknown> => {
    const image = `reproducible-${process.pid}:${images.length}`;
    images.push(image);
    const given = Object.entries({ ...baseImages, VERSION: "1.2.3", SOURCE_DATE_EPOCH: epoch });
    const options = given.flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
    const target = ["--target", apps[app] ?? ""];
    const buildKit = builder === "buildkit";
    await run(
      buildKit ? buildKitProgram() : "docker",
      ["build", "--no-cache", ...target, "--tag", image, ...options, join(checkout, "app", app)],
      { env: { ...process.env, DOCKER_BUILDKIT: buildKit ? "1" : "0" } },
    );
    const [inspected] = JSON.parse(docker("image", "inspect", image)) as [Inspected];
    // Of the build's last step, not of the image.
    const config = { ...inspected.Config, Image: "", Hostname: "" };
    const history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Size}}", image);
    const platform = [inspected.Os, inspected.Architecture];
    return { layers: inspected.RootFS.Layers, config, platform, history };
  };

  const compare = async (builder: Builder, app: string): Promise<void> => {
    const [one, two] = await Promise.all(checkouts.map((checkout) => built(builder, app, checkout)));
    expect(two).toEqual(one);
  };

  test.each(Object.keys(apps))("%s, by the legacy builder", (app) => compare("legacy", app));

  testUnless(missing("buildkit"))("motando/webapp, by its BuildKit", () =>
    compare("buildkit", "motando/webapp"),
  );
});

describe("a BuildKit that honours SOURCE_DATE_EPOCH", () => {
  let registry: OpenRegistry | undefined;
  let buildKit: OwnBuildKit | undefined;

  const start = async (): Promise<OwnBuildKit> => {
    registry ??= await startOpenRegistry(
      await ensureGoTool(goTools.registry, () => undefined),
      join(folder, "registry"),
    );
    buildKit ??= await OwnBuildKit.start(join(folder, "buildkit"), registry.host);
    return buildKit;
  };

  /** A base image where BuildKit reads it: it does not see the Engine's. */
  const publish = (image: string): string => {
    const copy = `${registry?.host ?? ""}/${image.replace(/^.*\//, "")}`;
    docker("tag", image, copy);
    images.push(copy);
    docker("push", "--quiet", copy);
    return copy;
  };

  afterAll(async () => {
    await buildKit?.stop();
    await registry?.stop();
  });

  testUnless(missingOwnBuildKit())("makes the same digest of all three", async () => {
    const builder = await start();
    const published = Object.entries(baseImages).map(([name, image]) => [name, publish(image)]);
    const bases = Object.fromEntries(published) as Record<string, string>;
    const build = (app: string, checkout: string, VERSION = "1.2.3"): Promise<BuiltImage> =>
      builder.build({
        context: join(checkout, "app", app),
        target: apps[app] ?? "",
        buildArgs: { ...bases, VERSION },
        epoch,
      });
    const [one = "", two = ""] = checkouts;
    for (const app of Object.keys(apps)) {
      const first = await build(app, one);
      expect(await build(app, two)).toEqual(first);
      expect(Date.parse(first.config.created)).toBe(epoch * 1000);
      // Another version makes another configuration, and no other layer.
      if (app !== "motando/webapp") continue;
      const next = await build(app, two, "1.2.4");
      expect(next.layers).toEqual(first.layers);
      expect(next.digest).not.toBe(first.digest);
    }
  });
});
