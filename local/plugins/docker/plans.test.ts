import { chmodSync, mkdirSync, renameSync, symlinkSync, utimesSync } from "node:fs";
import path from "node:path";

import { unknown, type Properties } from "../shared/values";
import { ImageFixture, type Plan } from "./imageFixture";

/**
 * What the engine plans after a change, here and with the official plugin. That one cannot run where no plugin can be
 * downloaded: its plans are from its source (pulumi/pulumi-docker, provider/provider.go and image.go, at 237b789, the
 * last commit before 5.2.0), each with what decides it there. It compares the inputs of `Check`, property by property
 * (Diff), and never names one that replaces.
 */

let fixture: ImageFixture;

beforeEach(async () => (fixture = await ImageFixture.start()));
afterEach(() => fixture.stop());

interface Case {
  /** Changes files before the first deployment; answers what that has instead of, or beside, the usual inputs. */
  before?: () => Properties | undefined;
  /** Changes files; answers what the second deployment has, where it is not what the first had. */
  change: () => Properties | undefined;
  official: Plan;
  /** What in the official source decides it. */
  because: string;
}

const registry = { server: "gru.ocir.io", username: "BEARER_TOKEN", password: "one" };
const given = (): Properties => ({
  imageName: "gru.ocir.io/ns/app:1.0.0",
  build: built({}),
  registry,
});
const built = (more: Properties): Properties => ({ context: fixture.context, args: { MODE: "a" }, ...more });
const file = (name: string) => path.join(fixture.folder, name);
/** A change of files alone. */
const files = (change: () => unknown) => () => {
  change();
  return undefined;
};

const digestDecides = "Check puts hashContext's digest into build.contextDigest";
const inDigest = `${digestDecides}; each file counts with name, mode and content`;
const anyBuildInput = "Diff: build differs, and of nothing but registry are parts left out";
const onlyServer = "diffUpdates: an update of registry counts for its server alone";

const cases: Record<string, Case> = {
  "nothing changed": { change: () => undefined, official: "none", because: "Diff: no difference" },

  "the tag changed": {
    change: () => ({ imageName: "gru.ocir.io/ns/app:1.0.1" }),
    official: "update",
    because: "Diff: imageName differs; no response has Replaces",
  },
  "the repository changed": {
    change: () => ({ imageName: "gru.ocir.io/ns/other:1.0.0" }),
    official: "update",
    because: "Diff: imageName differs; no response has Replaces",
  },
  "the name is not known yet": {
    change: () => ({ imageName: unknown }),
    official: "update",
    because: "Diff: an unknown differs from every text",
  },

  "a file's content changed": {
    change: files(() => fixture.write("app/main.txt", "two")),
    official: "update",
    because: inDigest,
  },
  "a file is new": {
    change: files(() => fixture.write("app/new.txt", "")),
    official: "update",
    because: inDigest,
  },
  "a file's mode changed": {
    change: files(() => chmodSync(file("app/main.txt"), 0o755)),
    official: "update",
    because: inDigest,
  },
  "a file's name changed": {
    change: files(() => renameSync(file("app/main.txt"), file("app/moved.txt"))),
    official: "update",
    because: inDigest,
  },
  "a file's time changed": {
    change: files(() => utimesSync(file("app/main.txt"), 1, 1)),
    official: "none",
    because: inDigest,
  },
  "an empty folder is new": {
    change: files(() => mkdirSync(file("app/empty"))),
    official: "none",
    because: "hashContext skips directories",
  },
  "a file that .dockerignore excludes changed": {
    change: files(() => fixture.write("app/x.log", "line")),
    official: "none",
    because: "hashContext walks with the ignore file's patterns",
  },
  ".dockerignore itself changed": {
    change: files(() => fixture.write("app/.dockerignore", "*.log\n*.tmp\n")),
    official: "update",
    because: "it is a file of the context, if it does not exclude itself",
  },
  "the Dockerfile's own ignore file is new": {
    change: files(() => fixture.write("app/Dockerfile.dockerignore", "main.txt\n")),
    official: "update",
    because: "getIgnorePatterns prefers it: main.txt goes, and the file itself comes",
  },
  "the Dockerfile changed": {
    change: files(() => fixture.write("app/Dockerfile", "FROM scratch\n")),
    official: "update",
    because: "hashContext begins with the Dockerfile",
  },
  "a Dockerfile that .dockerignore excludes changed": {
    before: files(() => fixture.write("app/.dockerignore", "Dockerfile\n")),
    change: files(() => fixture.write("app/Dockerfile", "FROM scratch\n")),
    official: "update",
    because: "hashContext begins with the Dockerfile, ignored or not",
  },
  "a symbolic link is new": {
    change: files(() => symlinkSync("main.txt", file("app/link"))),
    official: "update",
    because: "hashPath counts a link with where it leads",
  },

  "the Dockerfile is spelled out as its default": {
    change: () => ({ build: built({ dockerfile: path.join(fixture.context, "Dockerfile") }) }),
    official: "none",
    because: "Check writes the default into the inputs",
  },
  "the platform is spelled out as its default": {
    change: () => ({ build: built({ platform: process.arch === "arm64" ? "linux/arm64" : "linux/amd64" }) }),
    official: "none",
    because: "Check writes linux/ and its own architecture into the inputs",
  },
  "the platform changed": {
    change: () => ({ build: built({ platform: "linux/s390x" }) }),
    official: "update",
    because: anyBuildInput,
  },
  "the target changed": {
    before: () => ({ build: built({ target: "one" }) }),
    change: () => ({ build: built({ target: "two" }) }),
    official: "update",
    because: anyBuildInput,
  },
  "a build argument changed": {
    change: () => ({ build: built({ args: { MODE: "b" } }) }),
    official: "update",
    because: anyBuildInput,
  },
  "a build argument is not known yet": {
    change: () => ({ build: built({ args: { MODE: unknown } }) }),
    official: "update",
    because: "Diff: an unknown differs from every text",
  },
  "the build arguments are gone": {
    change: () => ({ build: { context: fixture.context } }),
    official: "update",
    because: anyBuildInput,
  },
  "the network of RUN steps changed": {
    change: () => ({ build: built({ network: "host" }) }),
    official: "update",
    because: anyBuildInput,
  },
  "the builder is spelled out": {
    change: () => ({ build: built({ builderVersion: "BuilderBuildKit" }) }),
    official: "update",
    because: "Check does not write this default into the inputs",
  },

  "the password was rotated": {
    change: () => ({ registry: { ...registry, password: "two" } }),
    official: "none",
    because: onlyServer,
  },
  "the password is not known yet": {
    change: () => ({ registry: { ...registry, password: unknown } }),
    official: "none",
    because: onlyServer,
  },
  "the username was rotated": {
    change: () => ({ registry: { ...registry, username: "ns/user", password: "two" } }),
    official: "none",
    because: onlyServer,
  },
  "the registry's server changed": {
    change: () => ({ registry: { ...registry, server: "vcp.ocir.io" } }),
    official: "update",
    because: onlyServer,
  },
  "the registry's server is new": {
    before: () => ({ registry: { username: "BEARER_TOKEN", password: "one" } }),
    change: () => ({ registry }),
    official: "none",
    because: "diffUpdates looks among the updated parts, where a new one is not",
  },
  "the registry is new": {
    before: () => ({ registry: null }),
    change: () => ({ registry }),
    official: "update",
    because: "Diff: a new property always counts",
  },
  "the registry is gone": {
    change: () => ({ registry: null }),
    official: "update",
    because: "Diff: a lost property always counts",
  },
  "the registry is not known yet": {
    change: () => ({ registry: unknown }),
    official: "update",
    because: "diffUpdates: the difference is not one of parts",
  },

  "skipPush turned on": {
    change: () => ({ skipPush: true }),
    official: "update",
    because: "Diff: a new property",
  },
  "skipPush turned off": {
    before: () => ({ skipPush: true }),
    change: () => ({ skipPush: false }),
    official: "update",
    because: "Diff: skipPush differs",
  },
  "buildOnPreview turned on": {
    change: () => ({ buildOnPreview: true }),
    official: "update",
    because: "Check writes false into the inputs, and Diff sees the difference",
  },
  "buildOnPreview is spelled out as its default": {
    change: () => ({ buildOnPreview: false }),
    official: "none",
    because: "Check writes false into the inputs",
  },
  "buildOnPreview is not known yet": {
    change: () => ({ buildOnPreview: unknown }),
    official: "none",
    because: "marshalBuildOnPreview takes it for false",
  },
};

test.each(Object.entries(cases))("%s", async (_, { before, change, official }) => {
  const first = { ...given(), ...before?.() };
  const state = await fixture.create(first);
  const changed = change();
  expect(await fixture.plan(state, { ...first, ...changed })).toBe(official);
});
