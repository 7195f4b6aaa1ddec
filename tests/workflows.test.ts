import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { ensureGoTool, goTools, goToolPath } from "../local/toolchain/goTools";
import { findOnPath } from "../local/toolchain/pulumiCli";

/** Building actionlint takes a minute, once. */
jest.setTimeout(10 * 60_000);

const checkout = path.resolve(__dirname, "..");
const folder = path.join(checkout, ".github", "workflows");

interface Job {
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  steps: { uses?: string; run?: string; with?: Record<string, unknown>; env?: Record<string, string> }[];
}

interface Workflow {
  on: Record<string, unknown> | string | string[];
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const files = readdirSync(folder).map((name) => {
  const text = readFileSync(path.join(folder, name), "utf8");
  return { name, text, workflow: parse(text) as Workflow };
});

const canLint = existsSync(goToolPath(goTools.actionlint)) || findOnPath("go") !== undefined;
(canLint ? test : test.skip)(
  `actionlint finds nothing${canLint ? "" : " (skipped: it is built with Go, which is not on PATH)"}`,
  async () => {
    const actionlint = await ensureGoTool(goTools.actionlint, () => undefined);
    const { status, stdout, stderr } = spawnSync(actionlint, ["-no-color"], {
      cwd: checkout,
      encoding: "utf8",
    });
    expect({ status, found: stdout + stderr }).toEqual({ status: 0, found: "" });
  },
);

describe.each(files)("$name", ({ text, workflow }) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test("pins each action by commit, with its tag in a comment", () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, value]) => value ?? "");
    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
    for (const value of uses) expect(value).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("has no permission but those that a job names", () => {
    expect(workflow.permissions).toEqual({});
    for (const { permissions } of jobs) expect(permissions).toBeDefined();
  });

  test("gives nobody's text to a shell", () => {
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });

  test("never runs a pull request's code with what it must not have", () => {
    const events = typeof workflow.on === "string" ? [workflow.on] : Object.keys(workflow.on);
    expect(events).not.toContain("pull_request_target");
    if (!events.includes("pull_request")) return;
    for (const { permissions } of jobs) expect(Object.values(permissions ?? {})).not.toContain("write");
  });

  test("gives secrets to the steps that run Pulumi alone, not to what installs packages", () => {
    const secret = /\$\{\{ *secrets\b/;
    for (const { env } of jobs) expect(JSON.stringify(env ?? {})).not.toMatch(secret);
    const having = steps.filter(({ env }) => secret.test(JSON.stringify(env ?? {})));
    expect(having.length > 0).toBe(secret.test(text));
    const runsPulumi =
      /^(pulumi\/actions@|npm run preview:pr -- (--drift )?--stack |\.\/pullRequests\/checkOutDeployed\.sh )/;
    for (const { run, uses } of having) expect(run ?? uses).toMatch(runsPulumi);
  });

  test("leaves no token behind in the checkout", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    for (const step of checkouts) expect(step.with).toMatchObject({ "persist-credentials": false });
  });
});

test("a fork's preview has no secret, and no credentials of any cloud", () => {
  const { text, workflow } = files.find(({ name }) => name === "preview-fork.yml") ?? {
    text: "secrets",
    workflow: undefined,
  };
  expect(text).not.toMatch(/\bsecrets\b\s*[.[]/);
  expect(Object.values(workflow?.jobs ?? {}).map(({ permissions }) => permissions)).toEqual([
    { contents: "read" },
  ]);
});

test("what may comment checks out the default branch, and takes from the run what GitHub says of it", () => {
  const comment = files.find(({ name }) => name === "comment.yml")?.workflow;
  const steps = Object.values(comment?.jobs ?? {}).flatMap((job) => job.steps);
  expect(Object.keys(comment?.on ?? {})).toEqual(["workflow_run"]);
  expect(steps.map(({ uses, run, with: inputs }) => [uses?.split("@")[0] ?? run, inputs])).toEqual([
    ["actions/checkout", { "persist-credentials": false }],
    ["./pullRequests/commentOfRun.sh", undefined],
  ]);
});

test("one update of a stack at a time", () => {
  const deploy = files.find(({ name }) => name === "deploy.yml")?.workflow.jobs.update;
  expect(deploy).toMatchObject({
    environment: "${{ matrix.stack }}",
    concurrency: { group: "stack-${{ matrix.stack }}", "cancel-in-progress": false },
  });
});
