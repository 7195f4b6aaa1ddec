import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { docker } from "./dockerCopies";
import { describeImages, largeContent, writeFiles } from "./imageCases";
import { ImageWorld } from "./imageWorld";
import { rawEntry, rawTar } from "./rawTar";

let world: ImageWorld;
jest.setTimeout(120_000);
beforeAll(async () => {
  world = await ImageWorld.start();
});
afterAll(() => world.stop());

const folder = { type: "5", mode: 0o755 };

describe("Docker's own builder", () => {
  describeImages("legacy", () => world);

  test("a large file and 20,000 small ones, some of them replaced and deleted", async () => {
    const context = world.context();
    const folders = Array.from({ length: 100 }, (_, index) =>
      rawEntry(`function/many/${index}/`, "", folder),
    );
    const files = Array.from({ length: 20_000 }, (_, index) =>
      rawEntry(`function/many/${index % 100}/file-${index}`, `file ${index}`),
    );
    const top = [rawEntry("function/", "", folder), rawEntry("function/many/", "", folder)];
    const large = rawEntry("function/large", Buffer.alloc(5_000_000, "large"));
    writeFiles(context, {
      "many.tar": rawTar(...top, ...folders, ...files, large),
      "more/many/7/file-7": "new",
    });
    const base = world.name("many-base");
    // The engine unpacks these much sooner than its builder copies them.
    docker("import", join(context, "many.tar"), base);
    const image = world.build("legacy", "many", context, [
      `FROM ${base}`,
      "ADD rootfs.tar /",
      "RUN rm -r /function/many/1* && echo 2 > /function/many/2/file-2",
      "COPY more /function",
    ]);
    const { tree } = await world.compare(image, { exhaustive: true });
    expect(tree.size).toBe(89 + 89 * 200 + 2);
  });

  test("triggers of a base image, and a volume at the path", async () => {
    const context = world.context();
    writeFiles(context, { "function/func.py": "code" });
    const base = world.build("legacy", "trigger", context, [
      "WORKDIR /function",
      "ONBUILD COPY function .",
      "ONBUILD RUN chmod 750 /function/func.py && touch /function/made",
    ]);
    const triggered = world.build("legacy", "triggered", context, [`FROM ${base}`, "LABEL a=b"]);
    await world.compare(triggered);
    // A container's volume is a copy of what the image has there, except for the directory's own time.
    const volume = world.build("legacy", "volume", context, [`FROM ${triggered}`, "VOLUME /function"]);
    await world.compare(volume, { dockerImage: triggered });
  });
});

describe("images without a Dockerfile", () => {
  test("a committed container", async () => {
    const context = world.context();
    writeFiles(context, { "function/func.py": "code", "function/deep/old": "old", large: largeContent() });
    const base = world.build("legacy", "base", context, [
      "COPY function /function",
      "COPY large /elsewhere/",
    ]);
    const image = world.name("committed");
    const change =
      "rm -r /function/deep && mkdir /function/deep && echo 1 > /function/deep/new && ln -s . /function/l";
    const container = docker("create", base, "/bin/sh", "-c", change).trim();
    docker("start", "--attach", container);
    docker("commit", "--message", "changed by hand", container, image);
    docker("rm", container);
    docker("push", "--quiet", image);
    await world.compare(image);
  });

  test("an imported file system, which has one layer and no history", async () => {
    const context = world.context();
    const root = join(context, "root");
    writeFiles(root, { "function/func.py": "code", "function/sub/x": "x", "etc/large": largeContent() });
    mkdirSync(join(root, "function/empty"));
    execFileSync("tar", ["-C", root, "-cf", join(context, "root.tar"), "."]);
    const image = world.name("imported");
    docker("import", join(context, "root.tar"), image);
    docker("push", "--quiet", image);
    await world.compare(image);
  });

  test("an index of platforms and attestations", async () => {
    const context = world.context();
    writeFiles(context, { "function/func.py": "code" });
    world.build("legacy", "platforms", context, ["COPY function /function"]);
    const { descriptor } = await world.manifest("platforms");
    const type = "application/vnd.oci.image.manifest.v1+json";
    const statement = await world.putBlob("platforms", Buffer.from("{}"));
    const attestation = await world.putManifest("platforms", "attestation", type, {
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...statement },
      layers: [{ mediaType: "application/vnd.in-toto+json", ...statement }],
    });
    await world.putManifest("platforms", "index", "application/vnd.oci.image.index.v1+json", {
      manifests: [
        { ...attestation, platform: { os: "unknown", architecture: "unknown" } },
        { ...descriptor, platform: { os: "linux", architecture: "s390x" } },
        { ...descriptor, platform: { os: "linux", architecture: "amd64" } },
      ],
    });
    await world.compare(world.name("platforms", "index"));
  });
});
