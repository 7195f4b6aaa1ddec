import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { zipSync } from "fflate";
import { findOnPath } from "../local/toolchain/pulumiCli";

const missing = ["bash", "unzip", "jq", "iconv"].filter((program) => findOnPath(program) === undefined);
const testWithPrograms = missing.length === 0 ? test : test.skip;
const skipped = missing.length === 0 ? "" : ` (skipped: ${missing.join(", ")} not on PATH)`;

/** Answers from files, as GitHub would; what is changed is written down. */
const fakeGh = `#!/bin/bash
shift
while [ $# -gt 0 ]; do
  case "$1" in
    --jq) filter=$2; shift ;;
    --method) method=$2; shift ;;
    -F) case "$2" in body=@*) cp "\${2#body=@}" "$ANSWERS/written" ;; esac; shift ;;
    -f) fields="$fields $2"; shift ;;
    --paginate | --silent) ;;
    *) url=$1 ;;
  esac
  shift
done
if [ -n "$method" ]; then echo "$method $url$fields" >>"$ANSWERS/calls"; exit 0; fi
answer="$ANSWERS/$(echo "\${url%%\\?*}" | tr / _)"
[ -f "$answer" ] || { echo "404 $url" >&2; exit 1; }
if [ -n "$filter" ]; then jq -r "$filter" "$answer"; else cat "$answer"; fi
`;

const HEAD = "a".repeat(40);
const marker = "<!-- preview of stack local -->";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "gh-"));
  mkdirSync(path.join(folder, "bin"));
  writeFileSync(path.join(folder, "bin", "gh"), fakeGh, { mode: 0o755 });
});

afterEach(() => rmSync(folder, { recursive: true }));

function answer(url: string, content: unknown): void {
  const isData = content instanceof Uint8Array;
  writeFileSync(path.join(folder, url.replaceAll("/", "_")), isData ? content : JSON.stringify(content));
}

interface Given {
  /** In the artifact. */
  files?: Record<string, string | Uint8Array>;
  name?: string;
  size?: number;
  state?: string;
  sha?: string;
  repository?: string;
  comments?: object[];
}

const mine = { user: { login: "github-actions[bot]" } };

function runScript(script: string, args: string[], more: object = {}) {
  const environment = {
    ...process.env,
    PATH: `${path.join(folder, "bin")}:${process.env.PATH ?? ""}`,
    ANSWERS: folder,
    GH_TOKEN: "t",
    GITHUB_REPOSITORY: "our/repo",
    ...more,
  };
  const file = path.join(__dirname, script);
  const { status, stderr } = spawnSync(file, args, { env: environment, encoding: "utf8" });
  return { status, stderr, calls: written("calls"), body: written("written") };
}

/** Runs the script over a run with one artifact. */
function comment(given: Given = {}) {
  const { files = { number: "7\n", "comment.md": `${marker}\n\nA change by @someone.\n` } } = given;
  const data = Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]);
  const artifact = zipSync(Object.fromEntries(data) as Record<string, Uint8Array>);
  const entry = { id: 5, name: given.name ?? "preview-local", size_in_bytes: given.size ?? artifact.length };
  answer("repos/our/repo/actions/runs/3/artifacts", { artifacts: [entry] });
  answer("repos/our/repo/actions/artifacts/5/zip", artifact);
  const head = { sha: given.sha ?? HEAD, repo: { full_name: given.repository ?? "a/fork" } };
  answer("repos/our/repo/pulls/7", { state: given.state ?? "open", head });
  answer("repos/our/repo/issues/7/comments", given.comments ?? []);
  const run = { RUN_ID: "3", HEAD_SHA: HEAD, HEAD_REPOSITORY: given.repository ?? "a/fork" };
  return runScript("commentOfRun.sh", [], run);
}

function written(name: string): string {
  try {
    return readFileSync(path.join(folder, name), "utf8");
  } catch {
    return "";
  }
}

describe(`comments${skipped}`, () => {
  testWithPrograms("on the pull request, saying who made it, and mentioning nobody", () => {
    expect(comment()).toEqual({
      status: 0,
      stderr: "",
      calls: "POST repos/our/repo/issues/7/comments\n",
      body: `${marker}\n\n_Made by the code of a/fork on a local cloud, without any secret. Read it as what that code says of itself._\n\nA change by @\u200bsomeone.\n`,
    });
  });

  testWithPrograms("mentioning nobody by HTML's other spellings either", () => {
    const text = "&#64;one &#0064;two &#x40;three &commat;four &#64five &#640; &amp;";
    const { body } = comment({ files: { number: "7", "comment.md": `${marker}\n${text}\n` } });
    expect(body).toContain(
      "&#64;\u200bone &#0064;\u200btwo &#x40;\u200bthree &commat;\u200bfour &#64\u200bfive",
    );
    expect(body).toContain("&amp;\n");
  });

  testWithPrograms("in the place of the last one for the stack, and of no person's", () => {
    const comments = [
      { id: 1, user: { login: "somebody" }, body: `${marker}\nmine` },
      { id: 2, ...mine, body: "<!-- preview of stack prod -->\n" },
      { id: 3, ...mine, body: `${marker}\nold` },
      { id: 4, ...mine, body: `${marker}\nolder` },
    ];
    const { status, calls, body } = comment({ comments, repository: "our/repo" });
    expect([status, calls]).toEqual([0, "PATCH repos/our/repo/issues/comments/3\n"]);
    expect(body).toBe(`${marker}\n\nA change by @someone.\n`);
  });

  testWithPrograms("not with artifacts that are none of previews", () => {
    expect(comment({ name: "preview-x; rm" })).toMatchObject({ status: 0, calls: "" });
  });

  const comments = (text: string | Uint8Array, number = "7") => ({ files: { number, "comment.md": text } });
  testWithPrograms.each<[string, Given, RegExp]>([
    [
      "of another commit",
      { sha: "b".repeat(40) },
      /^Pull request 7 is not open at the commit that run 3 was of/,
    ],
    ["of a closed pull request", { state: "closed" }, /^Pull request 7 is not open/],
    ["whose number is none", comments(marker, "7/../8"), /holds no pull request's number/],
    ["without a number", { files: { "comment.md": marker } }, /holds no pull request's number/],
    ["without a comment", { files: { number: "7" } }, /does not begin as a preview's comment does/],
    ["with another first line", comments("<!-- preview of stack $(id) -->"), /does not begin as a preview's/],
    ["that is too large", { size: 1_000_000 }, /^Artifact preview-local has 1000000 bytes/],
    [
      "that grows when it is unpacked",
      comments(`${marker}\n${"a".repeat(9_000_000)}`),
      /is too long, or no text/,
    ],
    ["with more than GitHub takes", comments(`${marker}\n${"a".repeat(65_530)}`), /longer than GitHub takes/],
    [
      "that is no text",
      comments(Buffer.concat([Buffer.from(`${marker}\n`), Buffer.from([0xff, 0xfe])])),
      /no text/,
    ],
  ])("not with one %s", (_, given, reason) => {
    const { status, stderr, calls } = comment(given);
    expect({ status, calls }).toEqual({ status: 1, calls: "" });
    expect(stderr).toMatch(reason);
  });
});

describe(`the issue about drift${skipped}`, () => {
  const drift = (outcome: string, open: object[]) => {
    answer("repos/our/repo/issues", open);
    writeFileSync(path.join(folder, "report.md"), "differs\n");
    return runScript("driftIssue.sh", ["prod", outcome, path.join(folder, "report.md")]);
  };
  const issues = [
    { number: 4, title: "Drift of stack dev" },
    { number: 9, title: "Drift of stack prod" },
  ];

  testWithPrograms("is opened", () => {
    const calls = "POST repos/our/repo/issues title=Drift of stack prod\n";
    expect(drift("failure", issues.slice(0, 1))).toMatchObject({ status: 1, calls, body: "differs\n" });
  });

  testWithPrograms("is kept up to date", () => {
    const calls = "PATCH repos/our/repo/issues/9\n";
    expect(drift("failure", issues)).toMatchObject({ status: 1, calls, body: "differs\n" });
  });

  testWithPrograms("is closed when there is none any more", () => {
    const calls = "PATCH repos/our/repo/issues/9 state=closed state_reason=completed\n";
    expect(drift("success", issues)).toMatchObject({ status: 0, calls });
    expect(drift("success", [])).toMatchObject({ status: 0, calls });
  });
});
