import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { testUnless } from "./builders";
import { docker } from "./dockerCopies";
import { copyBaseImages, missingForSecondEngine, type SecondEngine, startSecondEngine } from "./secondEngine";
import { imageNames, type Outputs, readOutputs, succeeded } from "./stackInWorld";
import { World } from "./world";

/** The stack's images are built and pushed by another engine than the usual one, which is not touched. */

jest.setTimeout(10 * 60_000);

const reason = missingForSecondEngine();
const testWithTwo = testUnless(reason);

let engine: SecondEngine;
let world: World;
let configuration: string;

beforeAll(async () => {
  if (reason !== undefined) return;
  engine = await startSecondEngine();
  copyBaseImages(engine);
  world = await World.create();
  configuration = world.path(".local", "docker-contexts");
  mkdirSync(configuration, { recursive: true });
});

afterAll(async () => {
  if (reason !== undefined) return;
  await world.remove();
  await engine.stop();
});

/** Names of an engine's images for the world's registry. */
function builtBy(list: (...args: string[]) => string): string[] {
  const lines = list("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split("\n");
  const ours = lines.filter((line) => line.startsWith(`127.0.0.1:${world.port}/`));
  return ours.map((line) => line.slice(line.lastIndexOf("/") + 1)).sort();
}

/** Makes a Docker context with the Docker CLI, in a configuration of its own. */
function newContext(name: string, host: string): void {
  docker("--config", configuration, "context", "create", name, "--docker", `host=${host}`);
}

/** Raises FotoGal's version and updates; the new image's outputs. */
async function fotogalUp(version: string, env: NodeJS.ProcessEnv): Promise<Outputs["images"][string]> {
  succeeded(await world.pulumi(["config", "set", "fotogalVersion", version]));
  succeeded(await world.pulumi(["up", "--yes", "--skip-preview", "--non-interactive"], env));
  return (await readOutputs(world)).images.fotogal;
}

testWithTwo("npm start with DOCKER_HOST: all is built there, nothing here", async () => {
  succeeded(await world.start({ DOCKER_HOST: engine.host }));
  const { images } = await readOutputs(world);
  expect(Object.keys(images).sort()).toEqual(imageNames);
  for (const image of Object.values(images)) {
    const digests = engine.docker(
      "image",
      "inspect",
      image?.reference ?? "",
      "--format",
      "{{json .RepoDigests}}",
    );
    expect(JSON.parse(digests)).toEqual([image?.uri]);
  }
  expect(builtBy(engine.docker)).toEqual(expect.arrayContaining(imageNames.map((name) => `${name}:1.0.0`)));
  expect(builtBy(docker)).toEqual([]);
});

testWithTwo("DOCKER_CONTEXT: the engine of a context that the Docker CLI has made", async () => {
  newContext("second", engine.host);
  const built = await fotogalUp("1.0.1", { DOCKER_CONFIG: configuration, DOCKER_CONTEXT: "second" });
  expect(built?.reference).toMatch(/fotogal:1\.0\.1$/);
  expect(builtBy(engine.docker)).toContain("fotogal:1.0.1");
  expect(builtBy(docker)).toEqual([]);
});

testWithTwo("the current context, an engine behind ssh", async () => {
  const folder = world.path(".local", "ssh");
  mkdirSync(folder);
  const ssh = path.join(folder, "ssh");
  // What it is to run there is run here, where the Docker CLI finds the other engine.
  const run = `while [ "$1" != -- ]; do shift; done\n[ "$2" = builder ] || exit 255\nshift 2\nexec sh -c "$*"`;
  writeFileSync(ssh, `#!/bin/sh\necho "$*" >>'${ssh}.runs'\nexport DOCKER_HOST='${engine.host}'\n${run}\n`);
  chmodSync(ssh, 0o755);
  newContext("far", "ssh://me@builder");
  docker("--config", configuration, "context", "use", "far");
  const env = {
    DOCKER_CONFIG: configuration,
    PATH: `${folder}${path.delimiter}${process.env.PATH ?? ""}`,
  };
  const built = await fotogalUp("1.0.2", env);
  expect(existsSync(`${ssh}.runs`)).toBe(true);
  expect(built?.reference).toMatch(/fotogal:1\.0\.2$/);
  expect(builtBy(engine.docker)).toContain("fotogal:1.0.2");
  expect(builtBy(docker)).toEqual([]);
});

testWithTwo("where it was built is no change: the usual engine sees none, and the outputs stay", async () => {
  const outputs = await readOutputs(world);
  succeeded(await world.pulumi(["up", "--yes", "--expect-no-changes", "--non-interactive"]));
  expect(await readOutputs(world)).toEqual(outputs);
  expect(builtBy(docker)).toEqual([]);
});
