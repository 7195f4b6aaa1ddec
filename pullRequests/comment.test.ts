import type { Change, PreviewResult } from "./changes";
import { COMMENT_LIMIT, commentOf, type CommentRequest } from "./comment";

const nothing: PreviewResult = { changes: [], images: [], findings: [], errors: [], warnings: [] };

function change(more: Partial<Change> = {}): Change {
  const named = { kind: "bucket", name: "pictures", holdsData: true, isStep: false };
  return { ...named, action: "update", protected: false, retained: false, properties: [], ...more };
}

function comment(result: Partial<PreviewResult>, more: Partial<CommentRequest> = {}): string {
  return commentOf({ stack: "dev", succeeded: true, ...more, result: { ...nothing, ...result } });
}

test("begins with the line by which the next one finds it", () => {
  expect(comment({}, { stack: "org/project/a-b" })).toMatch(
    /^<!-- preview of stack org\/project\/a_b -->\n\n## /,
  );
});

test("tells of data that would be lost before anything else", () => {
  const name = [{ path: "name", before: "a", after: "b", forcesReplacement: true }];
  const text = comment({
    changes: [
      change({ action: "delete", kind: "NoSQL table", name: "users", protected: true }),
      change({ action: "delete", kind: "compartment", name: "cmp", retained: true }),
      change({ action: "replace", properties: name }),
    ],
    images: [{ name: "fotogal", after: { version: "1.0.0" } }],
  });
  expect(text).toContain(
    "> **Data would be lost** with what is in these:\n" +
      "> - NoSQL table `users` would be deleted. It is protected: the update refuses that.\n" +
      "> - Bucket `pictures` would be deleted and made anew, empty, because of `name`.\n\n| create",
  );
  expect(text.indexOf("Data would be lost")).toBeLessThan(text.indexOf("### Images"));
  expect(text).toContain("| **delete** | compartment | `cmp` | stays in the cloud, no longer managed |");
});

test("advice stops nothing", () => {
  const text = comment({ findings: [{ rule: "tags", message: "Add one.", mandatory: false }] });
  expect(text).toContain("## ✅ `dev`: no changes");
  expect(text).toContain(
    "**Advice of the policy**, which stops nothing:\n\nThe configuration breaks the rule `tags`:\n\n```text\nAdd one.\n```",
  );
});

test("a failure is told, also beside a policy's", () => {
  const failed = { succeeded: false };
  expect(comment({ errors: ["version 1.0.0 is taken"] }, failed)).toMatch(
    /^## ❌ `dev`: the preview fails\n[^]*\*\*It failed\.\*\* This must be mended first:\n\n```text\nversion 1\.0\.0 is taken\n```/m,
  );
  expect(comment({}, failed)).toContain("It failed** without a reason");
  const both = comment(
    { errors: ["wrong"], findings: [{ rule: "r", message: "m", mandatory: true }] },
    failed,
  );
  expect(both).toMatch(/## ⛔ `dev`: stopped by policy\n[^]*breaks the rule `r`[^]*```text\nwrong\n```/);
});

test("drift is told as what the next update would do, and is no failure", () => {
  const drift = { drift: true, succeeded: false };
  const found = comment({ changes: [change()] }, drift);
  expect(found).toContain("## ⚠️ `dev`: was changed beside the program");
  expect(found).not.toContain("failed");
  expect(comment({}, { drift: true })).toContain("## ✅ `dev`: no drift");
  const failed = comment({ changes: [change()], errors: ["not reached"] }, drift);
  expect(failed).toMatch(/## ❌ `dev`: the drift check fails\n[^]*not reached/);
});

test.each([
  ["many changes", 5_000, 10],
  ["long values", 100, 5_000],
  ["hostile values", 500, "|`<@&".repeat(200)],
])("stays below GitHub's limit with %s, and says what it leaves out", (_, count, value) => {
  const text = typeof value === "string" ? value : "x".repeat(value);
  const property = { path: text, before: text, after: `${text}2`, forcesReplacement: true };
  const changes = Array.from({ length: count }, (_, index) =>
    change({
      action: "replace",
      name: `${index}${text}`,
      properties: Array.from({ length: 9 }, () => property),
    }),
  );
  const findings = changes.map((_, index) => ({
    rule: `r${index}`,
    message: text.repeat(50),
    mandatory: true,
  }));
  const messages = changes.map((_, index) => `${index} ${text.repeat(50)}`);
  const written = comment({ changes, findings, errors: messages, warnings: messages }, { succeeded: false });
  expect(written.length).toBeLessThanOrEqual(COMMENT_LIMIT);
  expect(written).toMatch(/and \d+ more/);
  expect(written).toMatch(
    /The other \d+ lines do not fit into a comment; `pulumi preview --diff --stack dev` shows all\./,
  );
  expect(written.match(/<details>/g)?.length).toBe(written.match(/<\/details>/g)?.length);
});
