import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type BuildRequest, planBuilds } from "./buildPlan";
import { checkoutRevision } from "./sourceRevision";

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "plan-"));
  write("app/Dockerfile", "FROM scratch AS build\nFROM scratch AS Runtime\n");
  write("app/.dockerignore", "*.md\n");
  write("app/a.txt", "one");
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content: string): void {
  const full = path.join(root, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content, { mode: 0o644 });
}

const plan = async (more: Partial<BuildRequest> = {}) =>
  (await planBuilds({ app: { context: path.join(root, "app"), version: "1.0.0", ...more } })).app;

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@localhost", ...args], {
    cwd: root,
    env: { ...process.env, GIT_COMMITTER_DATE: "2024-05-06T07:08:09Z" },
    encoding: "utf8",
  }).trim();

function commit(message: string): string {
  git("add", ".");
  git("commit", "-m", message);
  return git("rev-parse", "HEAD");
}

describe("the content", () => {
  it("is of context, target, platform and arguments, and not of the version, the place, the commit or a umask", async () => {
    const { content } = await plan();
    expect(content).toMatch(/^[0-9a-f]{64}$/);
    expect((await plan({ version: "2.0.0", source: "https://example.com/" })).content).toBe(content);
    chmodSync(path.join(root, "app/a.txt"), 0o664);
    write("app/README.md", "ignored");
    expect((await plan()).content).toBe(content);
    const others = [
      await plan({ target: "build" }),
      await plan({ platform: "linux/arm64" }),
      await plan({ args: { A: "1" } }),
      await plan({ baseImages: { BASE: "host.example/node:20" } }),
    ];
    write("app/a.txt", "two");
    const contents = [...others, await plan()].map((each) => each.content);
    expect(new Set([content, ...contents]).size).toBe(contents.length + 1);
  });

  it("does not depend on the host that base images come from", async () => {
    const from = (image: string) => plan({ baseImages: { BASE: image } }).then(({ content }) => content);
    expect(await from("127.0.0.1:1/a/node:20")).toBe(await from("mirror.example/a/node:20"));
    expect(await from("127.0.0.1:1/a/node:20")).not.toBe(await from("127.0.0.1:1/a/node:22"));
  });
});

describe("the arguments", () => {
  it("tell version and content, and nothing of a commit outside a repository", async () => {
    const { args, content } = await plan({ args: { A: "1" }, baseImages: { BASE: "node:20" } });
    expect(args).toEqual({ A: "1", BASE: "node:20", VERSION: "1.0.0", CONTENT: content });
  });

  it("tell of the last commit that touched what the image is built of", async () => {
    git("init", "--quiet");
    write("app/old.txt", "to be deleted");
    commit("first");
    rmSync(path.join(root, "app/old.txt"));
    const last = commit("a deletion counts");
    write("app/README.md", "ignored by .dockerignore");
    commit("documentation");
    write("elsewhere.txt", "another folder");
    commit("elsewhere");
    expect((await plan()).args).toMatchObject({
      REVISION: last,
      CREATED: "2024-05-06T07:08:09Z",
      SOURCE_DATE_EPOCH: "1714979289",
    });
    write("app/notes.md", "not committed, but ignored too");
    expect((await plan()).args.REVISION).toBe(last);
    write("app/a.txt", "two");
    expect((await plan()).args.REVISION).toBe(`${last}-dirty`);
    expect((await plan()).args.CREATED).toBe("2024-05-06T07:08:09Z");
  });

  it("count a change of the Dockerfile, although it is ignored", async () => {
    git("init", "--quiet");
    write("app/.dockerignore", "*\n!a.txt\n");
    commit("first");
    write("app/Dockerfile", "FROM scratch\n");
    const last = commit("second");
    expect((await plan()).args.REVISION).toBe(last);
  });
});

describe("refused, all together, are", () => {
  it("wrong arguments of several images", async () => {
    const context = path.join(root, "app");
    const failing = planBuilds({
      one: { context, version: "v1.0.0", platform: "amd64", target: "run", args: { CONTENT: "x" } },
      two: { context: path.join(root, "nowhere"), version: "1.0.0", source: "not a URL" },
    });
    const message = await failing.catch((error: unknown) => (error as Error).message);
    expect(message).toMatch(/^Not all images can be built:\n {2}one: version "v1\.0\.0".*write "1\.0\.0"/);
    expect(message).toMatch(/one: platform "amd64"/);
    expect(message).toMatch(/one: args\.CONTENT is set by itself/);
    expect(message).toMatch(/one: target "run" is no stage of .*Dockerfile, which has build, runtime/);
    expect(message).toMatch(/two: source "not a URL"/);
    expect(message).toMatch(/two: ".*nowhere", which the image build needs, does not exist/);
  });

  it("a Dockerfile that is not there", async () => {
    const dockerfile = path.join(root, "app/Nope");
    for (const target of [undefined, "runtime"]) {
      const failing = plan({ dockerfile, target, platform: "amd64" });
      await expect(failing).rejects.toThrow(/platform "amd64".*\n.*Nope".*does not exist/);
    }
  });

  it("a context over its limit, with the largest entries", async () => {
    for (const name of ["a", "b", "c", "d", "e", "f"]) {
      write(`app/${name}.bin`, "");
      truncateSync(path.join(root, `app/${name}.bin`), 1024 ** 2);
    }
    write("app/node_modules/x/index.js", "x".repeat(2 * 1024 ** 2));
    write("app/node_modules/y/index.js", "x".repeat(1024 ** 2));
    const failing = plan({ maximumContextBytes: 5 * 1024 ** 2 });
    await expect(failing).rejects.toThrow(
      /has 9\.0 MiB, more than its limit of 5\.0 MiB.* The largest: node_modules\/ 3\.0 MiB(, [a-f]\.bin 1\.0 MiB){4}$/,
    );
    expect((await plan({ maximumContextBytes: 10 * 1024 ** 2 })).content).toBeTruthy();
  });

  it("files that look like secrets, unless they are said to be none", async () => {
    write("app/.env", "PASSWORD=x");
    write("app/config/notes.txt", ["-----BEGIN RSA", "PRIVATE KEY-----"].join(" "));
    await expect(plan()).rejects.toThrow(/app\/\.env, .*config\/notes\.txt look like secrets/);
    await expect(plan({ notSecret: [".env"] })).rejects.toThrow(
      /app\/config\/notes\.txt looks like a secret/,
    );
    write("app/.dockerignore", "**/notes.txt\n");
    expect((await plan({ notSecret: [".env"] })).content).toBeTruthy();
  });
});

it("knows the checkout's commit, merges too, and that files have changed", async () => {
  expect(await checkoutRevision(root)).toBeUndefined();
  git("init", "--quiet");
  const first = commit("first");
  expect(await checkoutRevision(root)).toBe(first);
  git("checkout", "--quiet", "-b", "side");
  write("side.txt", "");
  commit("side");
  git("checkout", "--quiet", "-");
  git("merge", "--no-ff", "--no-edit", "side");
  expect(await checkoutRevision(root)).toBe(git("rev-parse", "HEAD"));
  write("side.txt", "changed");
  expect(await checkoutRevision(root)).toBe(`${git("rev-parse", "HEAD")}-dirty`);
});

it("takes a stage by its number, as Docker does", async () => {
  expect((await plan({ target: "1" })).target).toBe("1");
  await expect(plan({ target: "2" })).rejects.toThrow(/is no stage/);
});
