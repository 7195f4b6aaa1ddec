import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseImageReference } from "../formats/imageReference";
import { ensurePlugins, standInFolder } from "../local/toolchain/plugins";
import { ensurePulumiCli } from "../local/toolchain/pulumiCli";
import { removeImages } from "./engineImages";
import { ImageWorld } from "./imageWorld";
import { newFront, pass, serve, stopRegistries } from "./registries";
import { succeeded } from "./stackInWorld";
import { type CommandResult, World } from "./world";

/**
 * Three images that are built and pushed side by side, of which one fails. A tag is there when its manifest is, which a
 * push puts last: the others must be whole, the failing one absent, and the next update must do only what is missing.
 */

jest.setTimeout(5 * 60_000);

/** Milliseconds that a push waits for the failure of another. */
const mostWaiting = 60_000;

const names = ["one", "two", "three"];
const contexts: Record<string, string> = {};
let world: World;
let images: ImageWorld;
let registry: string;
let host: string;
let environment: Record<string, string>;
/** What happens to a push of a repository; answers true when it has answered. */
let onWrite: (repository: string, request: IncomingMessage, response: ServerResponse) => boolean;
/** Repositories that something was written into since the last update began. */
const written = new Set<string>();

beforeAll(async () => {
  const cli = await ensurePulumiCli(() => undefined);
  await ensurePlugins(cli, () => undefined);
  [world, images] = await Promise.all([World.create(), ImageWorld.start()]);
  registry = parseImageReference(images.name("any")).host;
  const front = newFront(
    () => registry,
    (request, response) => {
      const repository = /^\/v2\/tests\/(\w+)\//.exec(request.url ?? "")?.[1];
      if (repository === undefined || request.method === "GET" || request.method === "HEAD") return false;
      written.add(repository);
      return onWrite(repository, request, response);
    },
  );
  host = await serve(front);
  for (const name of names) contexts[name] = images.context();
  environment = {
    PULUMI_BACKEND_URL: `file://${world.path("state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of a test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // For --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    PATH: [standInFolder, cli.folder, process.env.PATH].join(path.delimiter),
  };
  mkdirSync(world.path("state"));
  world.edit("index.ts", () => `require("./tests/imagesProgram");\n`);
  succeeded(await world.command("npm", ["run", "--silent", "build"]));
  succeeded(await world.command("pulumi", ["stack", "init", "images"], environment));
});

afterAll(async () => {
  stopRegistries();
  await removeImages(host);
  await images.stop();
  await world.remove();
});

/** Every image gets a layer of its own from `steps`. */
function describeImages(version: string, steps: Record<string, string>): void {
  const stack = names.map((name) => {
    const context = contexts[name] ?? "";
    const dockerfile = ["FROM scratch", "ADD rootfs.tar /", steps[name] ?? "", ""].join("\n");
    writeFileSync(path.join(context, "Dockerfile"), dockerfile);
    return [name, { imageName: `${host}/tests/${name}:${version}`, build: { context } }];
  });
  writeFileSync(world.path("images.json"), JSON.stringify(Object.fromEntries(stack)));
}

const good = (version: string) =>
  Object.fromEntries(names.map((name) => [name, `RUN echo ${name} ${version} ${host} >/content`]));

/** @param events file that the engine writes its events into as they happen */
async function up(events = "events"): Promise<CommandResult> {
  written.clear();
  const args = ["up", "--yes", "--skip-preview", "--stack", "images", "--event-log", world.path(events)];
  return world.command("pulumi", args, environment);
}

/** Whether the tag is in the registry, with everything that it needs. */
async function pushed(name: string, version: string): Promise<"whole" | "half" | "absent"> {
  const base = `http://${registry}/v2/tests/${name}`;
  const headers = { accept: "application/vnd.docker.distribution.manifest.v2+json" };
  const answer = await fetch(`${base}/manifests/${version}`, { headers });
  if (answer.status === 404) return "absent";
  type Blob = { digest: string };
  const { config, layers } = (await answer.json()) as { config: Blob; layers: Blob[] };
  const blobs = [config, ...layers].map(({ digest }) => fetch(`${base}/blobs/${digest}`, { method: "HEAD" }));
  return (await Promise.all(blobs)).every(({ ok }) => ok) ? "whole" : "half";
}

const allPushed = async (version: string) =>
  Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await pushed(name, version)] as const)),
  );

/** Lets a push go on when the engine has told of a resource that failed. */
const afterTheFailure =
  (events: string): typeof onWrite =>
  (_, request, response) => {
    const failed = () =>
      existsSync(world.path(events)) && readFileSync(world.path(events), "utf8").includes("resOpFailedEvent");
    void (async () => {
      for (const deadline = Date.now() + mostWaiting; !failed() && Date.now() < deadline;) await delay(50);
      pass(request, response, registry);
    })();
    return true;
  };

test("a build fails while the others are being pushed: they are pushed, and its last lines are told", async () => {
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`);
  const broken = `RUN ${lines.map((line) => `echo ${line}`).join("; ")}; exit 7`;
  describeImages("1.0.0", { ...good("1.0.0"), two: broken });
  onWrite = afterTheFailure("first");
  const { code, output } = await up("first");
  expect(code).not.toBe(0);
  expect(output).toContain(
    `Image ${host}/tests/two:1.0.0 could not be built from ${contexts.two ?? ""}/Dockerfile:`,
  );
  expect(output).toMatch(
    /The build's last lines:\s+.*line 25\s+line 26\s+line 27\s+line 28\s+line 29\s+line 30\s/s,
  );
  expect(output).toMatch(/exit code: 7/);
  expect(output).not.toMatch(/\n\s+at .*:\d+:\d+/);
  expect(await allPushed("1.0.0")).toEqual({ one: "whole", two: "absent", three: "whole" });
});

test("the next update makes what is missing, and touches nothing else", async () => {
  onWrite = () => false;
  describeImages("1.0.0", good("1.0.0"));
  // The others' Dockerfiles are as before.
  const output = succeeded(await up());
  expect(output).toMatch(/\+ 1 created/);
  expect(output).toMatch(/3 unchanged/);
  expect([...written]).toEqual(["two"]);
  expect(await allPushed("1.0.0")).toEqual({ one: "whole", two: "whole", three: "whole" });
});

test("the registry refuses an image's last part: its tag is absent, the others' are there", async () => {
  onWrite = (repository, request, response) => {
    if (repository !== "three" || !request.url?.includes("/manifests/")) return false;
    response.writeHead(403, { "content-type": "application/json" });
    response.end(JSON.stringify({ errors: [{ code: "DENIED", message: "over quota" }] }));
    return true;
  };
  describeImages("1.0.1", good("1.0.1"));
  const { code, output } = await up();
  expect(code).not.toBe(0);
  expect(output).toMatch(/Image \S+\/tests\/three:1\.0\.1 could not be pushed: denied: over quota/);
  expect(await allPushed("1.0.1")).toEqual({ one: "whole", two: "whole", three: "absent" });
  // What was there stays.
  expect(await pushed("three", "1.0.0")).toBe("whole");
});

test("the next update pushes that image alone, and the one after it has nothing to do", async () => {
  onWrite = () => false;
  expect(succeeded(await up())).toMatch(/~ 1 updated/);
  expect([...written]).toEqual(["three"]);
  expect(await allPushed("1.0.1")).toEqual({ one: "whole", two: "whole", three: "whole" });
  expect(succeeded(await up())).toMatch(/4 unchanged/);
  expect([...written]).toEqual([]);
});
