import { mkdirSync } from "node:fs";
import { startMoto } from "./motoServer";
import { hasPython } from "./pythonTools";
import { stopRegistries } from "./registries";
import { succeeded } from "./stackInWorld";
import {
  noParts,
  type Parts,
  prepareProgram,
  saveParts,
  startStateWorld,
  type StateWorld,
} from "./stateWorld";
import { type CommandResult, World } from "./world";

jest.setTimeout(15 * 60_000);

if (!hasPython)
  console.warn("Skipped: the backend s3://, since moto, which is its server, needs python3 with venv.");

/** A stack's state in a folder, and in a bucket by the S3 API; two clones of the checkout update it at once. */
let started: StateWorld;
let first: World;
let second: World;
let moto: Awaited<ReturnType<typeof startMoto>> | undefined;

beforeAll(async () => {
  [started, second, moto] = await Promise.all([
    startStateWorld(noParts()),
    World.create(),
    hasPython ? startMoto() : undefined,
  ]);
  first = started.world;
  prepareProgram(second, noParts());
});

afterAll(async () => {
  stopRegistries();
  await moto?.stop();
  await Promise.all([first.remove(), second.remove()]);
});

const secretKey = "a-customer-secret-key-of-a-test";

/** Name → the backend's URL; it is made where it is not there yet. */
const backends: Record<string, () => Promise<string>> = {
  "file://": () => {
    mkdirSync(first.path("shared-state"));
    return Promise.resolve(`file://${first.path("shared-state")}`);
  },
  ...(hasPython && {
    // With the options that docs/state.md has for OCI, and those of a server without TLS.
    "s3://": async () => {
      const url = moto?.url ?? "";
      const made = await fetch(`${url}/pulumi-state`, { method: "PUT" });
      if (!made.ok) throw new Error(await made.text());
      const options = new URLSearchParams({
        endpoint: new URL(url).host,
        disableSSL: "true",
        region: "sa-saopaulo-1",
        s3ForcePathStyle: "true",
        request_checksum_calculation: "when_required",
        response_checksum_validation: "when_required",
      });
      return `s3://pulumi-state?${options.toString()}`;
    },
  }),
};

describe.each(Object.keys(backends))("a state behind %s", (name) => {
  const stack = `team-${name.replace(/\W/g, "")}`;
  let environment: Record<string, string>;
  const pulumi = (world: World, ...args: string[]) => world.command("pulumi", args, environment);
  const up = (world: World) => pulumi(world, "up", "--yes", "--skip-preview");
  /** Of this stack alone: the names are the tenancy's. */
  const has = (parts: Partial<Parts>): void => {
    for (const world of [first, second]) saveParts(world, { ...noParts(), ...parts });
  };

  beforeAll(async () => {
    environment = {
      ...started.environment,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: secretKey,
      PULUMI_BACKEND_URL: (await backends[name]?.()) ?? "",
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of a test",
      PULUMI_STACK: stack,
    };
    has({ buckets: [`${stack}-bucket`] });
    succeeded(await pulumi(first, "stack", "init", stack, "--no-select"));
  });

  test("who comes second is told who locks the stack and since when, and may go on after that", async () => {
    const reached = started.front.hold({ method: "POST", path: /\/b$/, when: "before" });
    const update = up(first);
    const release = await Promise.race([reached, update]);
    if (typeof release !== "function") throw new Error(release.output);

    const refused = await up(second);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/currently locked by 1 lock/);
    expect(refused.output).toMatch(/created by \S+@\S+ \(pid \d+\) at \d{4}-\d\d-\d\dT/);
    expect(refused.output).not.toContain(secretKey);

    release();
    succeeded(await update);
    succeeded(await pulumi(second, "preview", "--expect-no-changes"));
  });

  test("of two updates at once, each is done or told of the lock, and the state holds", async () => {
    has({ buckets: [`${stack}-bucket`], logs: [`${stack}-log`] });
    const results = await Promise.all([up(first), up(second)]);
    for (const result of results) expect(describeEnd(result)).toMatch(/^(done|locked)$/);
    succeeded(await up(first));
    succeeded(await pulumi(second, "preview", "--expect-no-changes"));
    const { logging, tenancyId: compartmentId } = started.cloud;
    const groups = (await logging.listLogGroups({ compartmentId })).items;
    expect(groups.filter(({ displayName }) => displayName === `${stack}-log`)).toHaveLength(1);
    succeeded(await pulumi(first, "refresh", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  test("a killed update is repaired, and what it made is not made again", async () => {
    has({ buckets: [`${stack}-bucket`, `${stack}-other`], logs: [`${stack}-log`] });
    const reached = started.front.hold({ method: "POST", path: /\/b$/, when: "after" });
    const update = up(first);
    await Promise.race([reached, update]);
    const { output } = await up(second);
    process.kill(Number(/\(pid (\d+)\)/.exec(output)?.[1]), "SIGKILL");
    await update;
    const repair = ["run", "--silent", "repair", "--", "--stack", stack, "--yes"];
    expect(succeeded(await first.command("npm", repair, environment))).toMatch(
      /locked by \S+@\S+, process[^]*Bucket \S+-other: into the state/,
    );
    succeeded(await up(first));
    succeeded(await pulumi(second, "preview", "--expect-no-changes"));
  });
});

function describeEnd({ code, output }: CommandResult): string {
  if (code === 0) return "done";
  return output.includes("currently locked by") ? "locked" : output;
}
