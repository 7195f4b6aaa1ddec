import { join } from "node:path";
import { missing, testUnless } from "./builders";
import { docker } from "./dockerCopies";
import { describeImages, largeContent, writeFiles } from "./imageCases";
import { ImageWorld } from "./imageWorld";

let world: ImageWorld;
jest.setTimeout(120_000);
beforeAll(async () => {
  world = await ImageWorld.start();
});
afterAll(() => world.stop());

describe("buildah", () => {
  describeImages("buildah", () => world, ["--layers"]);
  const testHere = testUnless(missing("buildah"));

  function context(): string {
    const folder = world.context();
    writeFiles(folder, { "one/a": "1", "one/sub/b": "2", "two/sub/c": "3", large: largeContent() });
    return folder;
  }

  testHere("one layer of many steps, of which its history names only the last", async () => {
    const base = world.build("buildah", "one-layer-base", context(), ["COPY one /function"]);
    const steps = [
      `FROM ${base}`,
      "COPY two /function/",
      "RUN rm /function/a",
      "COPY large /elsewhere/large",
    ];
    const image = world.build("buildah", "one-layer", context(), steps);
    await world.compare(image);
    const flat = world.build("buildah", "squashed", context(), steps, ["--squash"]);
    await world.compare(flat);
  });

  testHere("Docker's formats", async () => {
    const image = world.build(
      "buildah",
      "docker-format",
      context(),
      ["WORKDIR /function", "COPY one ."],
      ["--layers", "--format", "docker"],
    );
    const { layers } = await world.manifest("docker-format");
    expect(layers[0]?.mediaType).toBe("application/vnd.docker.image.rootfs.diff.tar.gzip");
    await world.compare(image);
  });

  testHere("layers compressed with zstd", async () => {
    const steps = ["COPY one /function", "RUN rm /function/a && ln /function/sub/b /function/b"];
    const image = world.build(
      "buildah",
      "zstd",
      context(),
      steps,
      ["--layers"],
      ["--compression-format", "zstd"],
    );
    const { layers } = await world.manifest("zstd");
    expect(layers.at(-1)?.mediaType).toBe("application/vnd.oci.image.layer.v1.tar+zstd");
    // The older engines cannot read zstd themselves.
    const dockerImage = world.name("unpacked");
    const archive = join(world.folder, "unpacked.tar");
    world.buildah("push", "--quiet", image, `docker-archive:${archive}:${dockerImage}`);
    docker("load", "--input", archive);
    await world.compare(image, { dockerImage });
  });
});
