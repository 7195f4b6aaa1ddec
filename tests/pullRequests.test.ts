import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRunning } from "../local/toolchain/processes";
import { type StackInWorld, stackInNewWorld, succeeded } from "./stackInWorld";
import type { CommandResult, World } from "./world";

jest.setTimeout(15 * 60_000);

let stack: StackInWorld;

beforeAll(async () => {
  stack = await stackInNewWorld((world) => {
    // The link to the packages is no folder, so that .gitignore lets it pass.
    git(world, "init", "--quiet", "--initial-branch=main");
    writeFileSync(world.path(".git", "info", "exclude"), "node_modules\n");
    commit(world, "as it is");
    return {};
  });
});

afterAll(() => stack.world.remove());

function git(world: World, ...args: string[]): void {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  execFileSync("git", [...identity, ...args], { cwd: world.folder });
}

function commit(world: World, message: string): void {
  git(world, "add", "--all");
  git(world, "commit", "--quiet", "--message", message);
}

function preview(...args: string[]): Promise<CommandResult> {
  return stack.world.command("npm", ["run", "--silent", "preview:pr", "--", ...args]);
}

/** Runs with changes that are taken back afterwards. */
async function withChange<T>(change: (world: World) => void, use: () => Promise<T>): Promise<T> {
  const { world } = stack;
  change(world);
  try {
    return await use();
  } finally {
    git(world, "reset", "--quiet", "--hard", "main");
    git(world, "clean", "--quiet", "--force", "-d");
  }
}

const table = "fotogal_ntable_comments";

function addTable(world: World): void {
  world.edit("index.ts", (text) =>
    text.replace(
      "fotogal_ntable_users: {},",
      `fotogal_ntable_users: {},\n      ${table}: { indexes: { image_id_idx: ["image_id"] } },`,
    ),
  );
  const columns = "id INTEGER, image_id INTEGER, comment STRING, PRIMARY KEY(id)";
  writeFileSync(
    world.path("app/fotogal/tables", `${table}.ddl`),
    `CREATE TABLE IF NOT EXISTS ${table} (${columns})\n`,
  );
}

function changeSource(world: World): void {
  world.edit("app/fotogal/src/main.ts", (text) => `${text}\nconsole.log("started");\n`);
}

function raiseVersion(world: World): void {
  world.edit("Pulumi.local.yaml", (text) =>
    text.replace("config:", "config:\n  fotogal-motando:fotogalVersion: 1.0.1"),
  );
}

function makeBucketPublic(world: World): void {
  world.edit("components/imageBucket.ts", (text) => text.replace("NoPublicAccess", "ObjectRead"));
}

/** What differs from world to world, by what it is. */
function normalised(comment: string): string {
  const { outputs, world } = stack;
  return comment
    .replaceAll(outputs.namespace, "NAMESPACE")
    .replaceAll(`127.0.0.1:${world.port}`, "REGISTRY")
    .replace(/ocid1\.(\w+)\.[\w.-]+/g, "OCID-OF-$1")
    .replace(/\b[0-9a-f]{64}\b/g, "HASH")
    .replace(/\b[0-9a-f]{40}\b/g, "COMMIT")
    .replace(/sha256:[0-9a-f]{12}\b/g, "sha256:DIGEST")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, "TIME")
    .replace(/(SOURCE_DATE_EPOCH: )\d+/g, "$1SECONDS");
}

function golden(name: string): string {
  return readFileSync(path.join(__dirname, "goldens", `${name}.md`), "utf8");
}

describe("the comment of a pull request", () => {
  test("with a new table", async () => {
    const comment = await withChange(addTable, async () => succeeded(await preview("--stack", "local")));
    expect(normalised(comment)).toBe(golden("newTable"));
  });

  test("with a changed image under a new version", async () => {
    const change = (world: World) => [changeSource, raiseVersion].forEach((apply) => apply(world));
    const comment = await withChange(change, async () => succeeded(await preview("--stack", "local")));
    expect(normalised(comment)).toBe(golden("imageBump"));
  });

  const hasPolicy = existsSync(path.join(__dirname, "..", "policy", "PulumiPolicy.yaml"));
  (hasPolicy ? test : test.skip)(
    `that makes a bucket public${hasPolicy ? "" : " (skipped: there is no policy pack in policy/)"}`,
    async () => {
      const out = stack.world.path(".local", "comment.md");
      const { code, stdout } = await withChange(makeBucketPublic, () =>
        preview("--stack", "local", "--out", out),
      );
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(normalised(readFileSync(out, "utf8"))).toBe(golden("publicBucket"));
    },
  );

  test("that changes nothing", async () => {
    expect(succeeded(await preview("--stack", "local"))).toBe(golden("nothing"));
  });

  test("that changes a published version says which to take instead", async () => {
    const { code, stdout, stderr } = await withChange(changeSource, () => preview("--stack", "local"));
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(/^## ❌ `local`: the preview fails$/m);
    expect(stdout).toMatch(/1\.0\.1/);
    expect(stdout).not.toMatch(/^ +at /m);
  });

  test("of a stack that Pulumi does not know says so", async () => {
    const { code, stdout } = await stack.world.command(
      process.execPath,
      ["dist/previewPullRequest.js", "--stack", "nix"],
      stack.environment,
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^## ❌ `nix`: the preview fails\n[^]*```text\nno stack named 'nix' found/m);
  });

  test("holds no secret", async () => {
    const listed = succeeded(await stack.world.pulumi(["config", "--show-secrets", "--json"]));
    const values = Object.values(JSON.parse(listed) as Record<string, { value?: string; secret: boolean }>);
    const secrets = values.flatMap(({ value, secret }) => (secret && value !== undefined ? value : []));
    expect(secrets).toHaveLength(3);
    const change = (world: World) =>
      [addTable, changeSource, raiseVersion, makeBucketPublic].forEach((apply) => apply(world));
    const { stdout, stderr } = await withChange(change, () => preview("--stack", "local", "--debug"));
    expect(stdout).toContain(table);
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  });
});

test("drift is what somebody changed beside the program", async () => {
  const { cloud, outputs } = stack;
  const bucket = { namespaceName: outputs.namespace, bucketName: outputs.bucketName };
  const set = (publicAccessType: "ObjectRead" | "NoPublicAccess") =>
    cloud.objectStorage.updateBucket({ ...bucket, updateBucketDetails: { publicAccessType } as never });
  const none = await preview("--stack", "local", "--drift");
  expect(none.stdout).toMatch(/^## ✅ `local`: no drift$/m);
  expect(none.code).toBe(0);
  await set("ObjectRead");
  const found = await preview("--stack", "local", "--drift");
  await set("NoPublicAccess");
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(/^## ⚠️ `local`: was changed beside the program$/m);
  expect(found.stdout).not.toContain("failed");
  expect(found.stdout).toContain(
    "| update | bucket | `fotogal_bucket_images` | `accessType`: `ObjectRead` → `NoPublicAccess` |",
  );
});

describe("against another commit", () => {
  /** Where the comparison works. */
  const temporary = () => stack.world.path(".local", "tmp");

  beforeEach(() => mkdirSync(temporary(), { recursive: true }));
  afterEach(() => rmSync(temporary(), { recursive: true, force: true }));

  function expectNothingLeft(): void {
    // Others keep caches there.
    expect(readdirSync(temporary()).filter((name) => /^(base|preview)-/.test(name))).toEqual([]);
    const worktrees = execFileSync("git", ["worktree", "list", "--porcelain"], { cwd: stack.world.folder });
    expect(worktrees.toString().match(/^worktree /gm)).toHaveLength(1);
  }

  test("the comment shows the change, and nothing stays of the comparison", async () => {
    const change = (world: World) => {
      git(world, "checkout", "--quiet", "--detach");
      addTable(world);
      commit(world, "a new table");
    };
    const command = ["run", "--silent", "preview:pr", "--", "--base", "main"];
    const compared = await withChange(change, () =>
      stack.world.command("npm", command, { ...stack.environment, TMPDIR: temporary() }),
    );
    git(stack.world, "checkout", "--quiet", "main");
    const comment = succeeded(compared);
    expect(comment).toMatch(
      /compared with `main` \(`[0-9a-f]{7}`\), on a cloud that was made for this comparison only\./,
    );
    const changes = (text: string) => text.slice(text.indexOf("| create"));
    expect(changes(normalised(comment))).toBe(changes(golden("newTable")));
    expect(compared.stderr).toBe("");
    expectNothingLeft();
  });

  test("Ctrl-C ends it and cleans up", async () => {
    const command = spawn(process.execPath, ["dist/previewPullRequest.js", "--base", "main"], {
      cwd: stack.world.folder,
      env: { ...process.env, TMPDIR: temporary() },
      stdio: "ignore",
    });
    const ended = once(command, "close");
    const record = await cloudRecord(temporary());
    command.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
    expect(isRunning(record.pid, "cloudServer")).toBe(false);
    expectNothingLeft();
  });

  /** Of the comparison's local cloud, once it runs. */
  async function cloudRecord(folder: string): Promise<{ pid: number }> {
    for (;;) {
      const [base] = readdirSync(folder).filter((name) => name.startsWith("base-"));
      const file = path.join(folder, base ?? "", "state", "cloud", "server.json");
      if (base !== undefined && existsSync(file)) {
        const text = readFileSync(file, "utf8");
        if (text.endsWith("}")) return JSON.parse(text) as { pid: number };
      }
      await delay(50);
    }
  }

  test("a commit that is not there is named", async () => {
    const { code, stdout, stderr } = await preview("--base", "nowhere");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^--base "nowhere" is no branch, tag or commit of this checkout; fetch it first\.\n$/,
    );
  });
});
