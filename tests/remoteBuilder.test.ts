import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { testUnless } from "./builders";
import { docker } from "./dockerCopies";
import { copyImages, missingForSecondEngine, type SecondEngine, startSecondEngine } from "./secondEngine";
import { type Image, readOutputs, type StackInWorld, stackInNewWorld, succeeded } from "./stackInWorld";

/** The stack's images are built and pushed by another engine than the usual one, which is not touched. */

jest.setTimeout(10 * 60_000);

const reason = missingForSecondEngine();
const testWithTwo = testUnless(reason);

let engine: SecondEngine;
let stack: StackInWorld;
let configuration: string;
const cleanups: (() => Promise<void>)[] = [];
/** What the usual engine had built for the stack before. */
let builtHere: string[];

beforeAll(async () => {
  if (reason !== undefined) return;
  stack = await stackInNewWorld();
  cleanups.push(() => stack.world.remove());
  engine = await startSecondEngine();
  cleanups.push(() => engine.stop());
  const { NODE_IMAGE = "", NODE_RUNTIME_IMAGE = "" } = stack.environment;
  copyImages(engine, [NODE_IMAGE, NODE_RUNTIME_IMAGE]);
  configuration = stack.world.path(".local", "docker-contexts");
  mkdirSync(configuration, { recursive: true });
  builtHere = builtBy(docker);
});

afterAll(async () => {
  for (const cleanUp of cleanups) await cleanUp();
});

/** Names of an engine's images for the world's registry. */
function builtBy(list: (...args: string[]) => string): string[] {
  const lines = list("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split("\n");
  const ours = lines.filter((line) => line.startsWith(`127.0.0.1:${stack.world.port}/`));
  return ours.map((line) => line.slice(line.lastIndexOf("/") + 1)).sort();
}

/** Makes a Docker context with the Docker CLI, in a configuration of its own. */
function newContext(name: string, host: string): void {
  docker("--config", configuration, "context", "create", name, "--docker", `host=${host}`);
}

/** Raises FotoGal's version and updates; its image must have been built by the second engine, and by it alone. */
async function expectBuiltThere(version: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { world } = stack;
  succeeded(await world.pulumi(["config", "set", "fotogalVersion", version]));
  succeeded(await world.pulumi(["up", "--yes", "--skip-preview", "--non-interactive"], env));
  const { reference, uri } = (await readOutputs(world)).images.fotogal as Image;
  expect(reference).toMatch(new RegExp(`fotogal:${version}$`));
  const digests = engine.docker("image", "inspect", reference, "--format", "{{json .RepoDigests}}");
  expect(JSON.parse(digests)).toContain(uri);
  expect(builtBy(docker)).toEqual(builtHere);
}

testWithTwo("DOCKER_HOST", async () => {
  await expectBuiltThere("1.0.1", { DOCKER_HOST: engine.host });
});

testWithTwo("DOCKER_CONTEXT: a context that the Docker CLI has made", async () => {
  newContext("second", engine.host);
  await expectBuiltThere("1.0.2", { DOCKER_CONFIG: configuration, DOCKER_CONTEXT: "second" });
});

testWithTwo("the current context, an engine behind ssh", async () => {
  const folder = stack.world.path(".local", "ssh");
  mkdirSync(folder);
  const ssh = path.join(folder, "ssh");
  // What it is to run there is run here, where the Docker CLI finds the other engine.
  const run = `while [ "$1" != -- ]; do shift; done\n[ "$2" = builder ] || exit 255\nshift 2\nexec sh -c "$*"`;
  writeFileSync(ssh, `#!/bin/sh\necho "$*" >>'${ssh}.runs'\nexport DOCKER_HOST='${engine.host}'\n${run}\n`);
  chmodSync(ssh, 0o755);
  newContext("far", "ssh://me@builder");
  docker("--config", configuration, "context", "use", "far");
  const PATH = `${folder}${path.delimiter}${process.env.PATH ?? ""}`;
  await expectBuiltThere("1.0.3", { DOCKER_CONFIG: configuration, PATH });
  expect(existsSync(`${ssh}.runs`)).toBe(true);
});

testWithTwo("where it was built is no change: the usual engine sees none, and the outputs stay", async () => {
  const { world } = stack;
  const outputs = await readOutputs(world);
  succeeded(await world.pulumi(["up", "--yes", "--expect-no-changes", "--non-interactive"]));
  expect(await readOutputs(world)).toEqual(outputs);
  expect(builtBy(docker)).toEqual(builtHere);
});
