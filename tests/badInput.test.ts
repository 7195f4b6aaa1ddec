import { createServer } from "node:net";
import { World } from "./world";

jest.setTimeout(10 * 60_000);

let world: World;

beforeAll(async () => {
  world = await World.create();
  const { code, output } = await world.start();
  if (code !== 0) throw new Error(output);
});

afterAll(() => world.remove());

/** The stack's state as text: what bad input must not change. */
async function state(): Promise<string> {
  return (await world.pulumi(["stack", "export"])).stdout;
}

/** `up` with a configuration value set; the value is taken back afterwards. */
async function upWith(key: string, value: string, restore = "Pulumi.local.yaml") {
  const set = key.includes(".") ? ["config", "set", "--path", key, value] : ["config", "set", key, value];
  await world.pulumi(set);
  const before = await state();
  const result = await world.pulumi(["up", "--yes", "--skip-preview"]);
  const after = await state();
  world.restore(restore);
  return { ...result, unchanged: resources(before) === resources(after) };
}

/** What the state says of each resource, but for what every save makes anew. */
function resources(exported: string): string {
  const { deployment } = JSON.parse(exported) as { deployment: { resources: unknown } };
  return JSON.stringify(deployment.resources, (key, value: unknown) =>
    key === "ciphertext" || key === "modified" ? undefined : value,
  );
}

/** One message: the program's error, without a JavaScript stack trace. */
function expectOneMessage(output: string): void {
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
}

test("an unknown function name is refused with those that exist", async () => {
  const result = await upWith("functionSource.function", "no such function");
  expect(result.code).not.toBe(0);
  expect(result.output).toMatch(/no such function.*fn sample 001/s);
  expectOneMessage(result.output);
  expect(result.unchanged).toBe(true);
});

// configurations.test.ts has a case for each kind of wrong value.
test("all wrong values are reported together, and nothing is changed", async () => {
  await world.pulumi(["config", "set", "fotogalVersion", "v1"]);
  await world.pulumi(["config", "set", "noSuchKey", "1"]);
  const result = await upWith("logRetentionDays", "45");
  expect(result.code).not.toBe(0);
  expect(result.output).toMatch(/fotogalVersion/);
  expect(result.output).toMatch(/noSuchKey/);
  expect(result.output).toMatch(/logRetentionDays/);
  expectOneMessage(result.output);
  expect(result.unchanged).toBe(true);
});

describe("DDL", () => {
  const file = "app/fotogal/tables/fotogal_ntable_images.ddl";

  test("without a primary key is refused", async () => {
    world.edit(file, (ddl) => ddl.replace(/,\s*PRIMARY KEY\s*\(id\)/i, ""));
    const result = await world.pulumi(["up", "--yes", "--skip-preview"]);
    world.restore(file);
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(/fotogal_ntable_images.*PRIMARY KEY/s);
    expectOneMessage(result.output);
  });

  test("without an indexed column is refused", async () => {
    world.edit(file, (ddl) => ddl.replace("user_id INTEGER,", ""));
    const result = await world.pulumi(["up", "--yes", "--skip-preview"]);
    world.restore(file);
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(/user_id_idx.*user_id/s);
    expectOneMessage(result.output);
  });

  test("reformatted is no change", async () => {
    world.edit(file, (ddl) => `-- pictures\n${ddl.toLowerCase().replace(/\s+/g, "\n  ")}`);
    const result = await world.pulumi(["preview", "--expect-no-changes"]);
    world.restore(file);
    expect(result.code).toBe(0);
  });
});

test("where there is no stack yet, nothing is made of one that cannot be finished", async () => {
  const file = "app/fotogal/tables/fotogal_ntable_images.ddl";
  await world.pulumi(["destroy", "--yes", "--skip-preview"]);
  const up = ["up", "--yes", "--skip-preview"];
  world.edit(file, (ddl) => ddl.replace("user_id INTEGER,", ""));
  const badDdl = await world.pulumi(up);
  world.restore(file);
  const noDocker = await world.pulumi(up, { DOCKER_HOST: "unix:///nowhere/docker.sock" });
  const made = [...(await state()).matchAll(/"urn": "[^"]+::([^":]+:[^":]+:[^":]+)::/g)].map(
    ([, type]) => type,
  );
  expect(badDdl.code).not.toBe(0);
  expect(noDocker.code).not.toBe(0);
  expect(noDocker.output).toMatch(/Docker is not reachable/);
  expect(made).toEqual(["pulumi:pulumi:Stack"]);
  expect((await world.start()).code).toBe(0);
});

test("a wrong passphrase is one clear message", async () => {
  const result = await world.pulumi(["preview"], { PULUMI_CONFIG_PASSPHRASE: "wrong" });
  expect(result.code).not.toBe(0);
  expect(result.output).toMatch(/passphrase/);
});

test("an API key that OCI does not know is one clear message", async () => {
  const environment = { ...(await world.cloudEnvironment()), TF_VAR_fingerprint: "aa:bb" };
  const result = await world.command("pulumi", ["preview", "--stack", "dev"], environment);
  world.restore("Pulumi.dev.yaml");
  expect(result.code).not.toBe(0);
  expect(result.output).toMatch(/401 NotAuthenticated/);
  expectOneMessage(result.output);
});

test("Docker not reachable is one clear message", async () => {
  const result = await world.start({ DOCKER_HOST: "unix:///nowhere/docker.sock" });
  expect(result.code).not.toBe(0);
  expect(result.output).toMatch(/Docker is not reachable.*unix:\/\/\/nowhere\/docker\.sock/s);
  expectOneMessage(result.output);
});

test("a port already taken is one clear message", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  const result = await world.start({
    LOCAL_CLOUD_PORT: String(port),
    LOCAL_STATE_DIR: world.path("other-state"),
  });
  server.close();
  expect(result.code).not.toBe(0);
  expect(result.output).toMatch(new RegExp(`${port}.*LOCAL_CLOUD_PORT`, "s"));
  expectOneMessage(result.output);
});
