import { LOCAL_STACK } from "../stacks/localStack";
import {
  type Action,
  type Change,
  type Finding,
  type ImageChange,
  losesData,
  type PreviewResult,
} from "./changes";
import { code, codeBlock, cut, folded, oneLine, table } from "./markdown";
import type { PropertyChange } from "./properties";

export interface CommentRequest {
  stack: string;
  result: PreviewResult;
  /** The engine's exit code was 0. */
  succeeded: boolean;
  /** What it is compared with; default: what was last applied to the stack. */
  base?: { ref: string; commit: string };
  /** The program is what was last applied: what differs was changed beside it. */
  drift?: boolean;
}

/** GitHub takes 65,536 characters. */
export const COMMENT_LIMIT = 65_000;
const longestMessage = 2_000;

/** Counted even where there are none. */
const always = ["create", "update", "replace", "delete"];

/** The first line of a stack's comment, by which the next one takes its place. */
export function markerOf(stack: string): string {
  return `<!-- preview of stack ${stack.replace(/[^\w./]/g, "_")} -->`;
}

/** What a preview found, as Markdown for people who do not know Pulumi; at most `COMMENT_LIMIT` characters. */
export function commentOf(request: CommentRequest): string {
  // A step's values say how it is run, not what it does.
  const diff = request.result.changes.filter(({ isStep }) => !isStep).flatMap(diffLines);
  const withDiff = (rows: number, text: string) => `${allButDiff(request, rows).join("\n\n")}${text}\n`;
  const room = (rows: number) => COMMENT_LIMIT - withDiff(rows, "").length;
  // Only a change of very many resources, or one with very long names, needs less than the first.
  const rows = [100, 25].find((count) => room(count) > 1_000) ?? 5;
  return withDiff(rows, diffPart(diff, room(rows), request.stack));
}

function allButDiff(request: CommentRequest, rows: number): string[] {
  const { stack, result, succeeded } = request;
  const { changes, findings, errors, warnings, images } = result;
  const stopping = findings.filter(({ mandatory }) => mandatory);
  const advice = findings.filter(({ mandatory }) => !mandatory);
  const stopped = !succeeded && stopping.length > 0;
  return [
    markerOf(stack),
    `## ${titleOf(request, stopped)}`,
    introduction(request),
    ...(succeeded || stopped || isOnlyDrift(request) ? [] : [failure(errors, rows)]),
    ...findingsPart("**Stopped by policy.** Nothing can be applied until this is changed:", stopping, rows),
    ...dataLoss(changes.filter(losesData), rows),
    ...(changes.length === 0 ? [] : [counts(changes)]),
    ...(images.length === 0 ? [] : [imagesPart(images, rows)]),
    ...(changes.length === 0 ? [] : [changesPart(changes, rows)]),
    ...findingsPart("**Advice of the policy**, which stops nothing:", advice, rows),
    ...(stopped && errors.length > 0 ? [failure(errors, rows)] : []),
    ...(warnings.length === 0 ? [] : [folded(`Warnings (${warnings.length})`, blocks(warnings, rows))]),
  ];
}

/** What differs is no failure, though the engine's exit code says so. */
function isOnlyDrift({ drift, result }: CommentRequest): boolean {
  return drift === true && result.changes.length > 0 && result.errors.length === 0;
}

function titleOf(request: CommentRequest, stopped: boolean): string {
  const { stack, result, succeeded, drift } = request;
  const name = code(stack);
  if (stopped) return `⛔ ${name}: stopped by policy`;
  if (isOnlyDrift(request)) return `⚠️ ${name}: was changed beside the program`;
  if (!succeeded) return `❌ ${name}: the ${drift ? "drift check" : "preview"} fails`;
  if (result.changes.length === 0) return `✅ ${name}: no ${drift ? "drift" : "changes"}`;
  return `${result.changes.some(losesData) ? "⚠️" : "✅"} ${name}: ${plural(result.changes.length, "change")}`;
}

function introduction({ base, drift, succeeded, result }: CommentRequest): string {
  if (drift) {
    return "What is in the cloud is compared with the program as it was last applied. Below is what the next update would do to make both the same again.";
  }
  const against =
    base === undefined
      ? "what was last applied"
      : `${code(base.ref)} (${code(base.commit.slice(0, 7))}), on a cloud that was made for this comparison only`;
  if (!succeeded && result.findings.every(({ mandatory }) => !mandatory)) {
    return `The planned changes could not be worked out. They are compared with ${against}.`;
  }
  return result.changes.length === 0
    ? `Merging this changes nothing in the cloud, compared with ${against}.`
    : `What merging this would change in the cloud, compared with ${against}. Nothing has been changed yet.`;
}

function failure(errors: readonly string[], rows: number): string {
  return errors.length === 0
    ? "**It failed** without a reason; the job's log may have more."
    : `**It failed.** This must be mended first:\n\n${blocks(errors, rows)}`;
}

function blocks(texts: readonly string[], rows: number): string {
  const shown = texts
    .slice(0, Math.ceil(rows / 5))
    .map((text) => codeBlock(cut(text, longestMessage), "text"));
  return [...shown, ...more(texts.length - shown.length)].join("\n\n");
}

function findingsPart(title: string, findings: readonly Finding[], rows: number): string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, Math.ceil(rows / 5)).map(({ rule, resource, message }) => {
    const about = resource === undefined ? "The configuration" : capital(called(resource));
    return `${about} breaks the rule ${code(rule)}:\n\n${codeBlock(cut(message, longestMessage), "text")}`;
  });
  return [[title, ...shown, ...more(findings.length - shown.length)].join("\n\n")];
}

function dataLoss(changes: readonly Change[], rows: number): string[] {
  if (changes.length === 0) return [];
  const lines = changes.slice(0, rows).map((change) => {
    const because = change.properties.filter(({ forcesReplacement }) => forcesReplacement);
    const how =
      change.action === "delete"
        ? "would be deleted"
        : `would be deleted and made anew, empty${because.length > 0 ? `, because of ${properties(because)}` : ""}`;
    const guard = change.protected ? " It is protected: the update refuses that." : "";
    return `> - ${capital(called(change))} ${how}.${guard}`;
  });
  const rest = more(changes.length - lines.length).map((text) => `> - ${text}`);
  return [["> [!CAUTION]", "> **Data would be lost** with what is in these:", ...lines, ...rest].join("\n")];
}

function counts(changes: readonly Change[]): string {
  const verbs = changes.map(plainVerb);
  const number = (verb: string) => verbs.filter((other) => other === verb).length;
  const shown = [...always, ...["adopt", "run"].filter((verb) => number(verb) > 0)];
  return table(shown, [shown.map((verb) => String(number(verb)))]);
}

function imagesPart(images: readonly ImageChange[], rows: number): string {
  const cells = images.slice(0, rows).map(({ name, before, after, sourceChanged }) => {
    const digest = before?.digest === undefined ? "" : ` (${code(before.digest.slice(0, 19))})`;
    const source = sourceChanged === undefined ? "" : sourceChanged ? "changed" : "the same";
    return [
      code(name),
      before === undefined ? "none" : `${code(before.version)}${digest}`,
      after === undefined ? "none" : code(after.version),
      source,
    ];
  });
  const note = "An image's new digest is known when it is built, at the update.";
  return [
    "### Images",
    table(["image", "version now", "version after", "source"], cells),
    ...more(images.length - cells.length),
    note,
  ].join("\n\n");
}

function changesPart(changes: readonly Change[], rows: number): string {
  const cells = changes
    .slice(0, rows)
    .map((change) => [verbOf(change), change.kind, code(change.name), summaryOf(change)]);
  const rest = more(changes.length - cells.length);
  return ["### Changes", table(["", "what", "name", "how"], cells), ...rest].join("\n\n");
}

function summaryOf({ action, kind, properties: changed, retained, isStep }: Change): string {
  if (action === "delete") return retained ? "stays in the cloud, no longer managed" : "";
  if (isStep && action !== "create") return "again, as what it is made from changes";
  if (kind === "image" && action === "update") return "see Images";
  if (action === "create" || action === "adopt") return "";
  const short = ({ before = "", after = "" }: PropertyChange) => before.length <= 40 && after.length <= 40;
  const [only] = changed;
  if (only !== undefined && changed.length === 1 && short(only)) {
    return `${code(only.path)}: ${shownValue(only.before)} → ${shownValue(only.after)}`;
  }
  return properties(changed);
}

/** Steps of the update that run again look like replacements to the engine. */
function plainVerb({ action, isStep }: Change): Action | "run" {
  return isStep && action !== "delete" ? "run" : action;
}

function verbOf(change: Change): string {
  const verb = plainVerb(change);
  return !change.isStep && (verb === "delete" || verb === "replace") ? `**${verb}**` : verb;
}

function shownValue(value: string | undefined): string {
  return value === undefined ? "not set" : code(value);
}

function properties(changed: readonly PropertyChange[]): string {
  const shown = changed.slice(0, 4).map(({ path }) => code(path));
  return [...shown, ...more(changed.length - shown.length)].join(", ");
}

const longestValue = 300;

/** A change in the form of a diff: what it is about, then a line for each value that goes and that comes. */
function diffLines(change: Change): string[] {
  const { action, properties: changed } = change;
  const line = (sign: string, path: string, value: string | undefined, forces: boolean) =>
    value === undefined
      ? []
      : [
          `${sign}   ${oneLine(path)}: ${cut(oneLine(value), longestValue)}${forces ? "  (the reason to replace it)" : ""}`,
        ];
  return [
    `  ${action} ${change.kind} ${oneLine(change.name)}`,
    ...changed.flatMap(({ path, before, after, forcesReplacement }) => [
      ...line("-", path, before, false),
      ...line("+", path, after, forcesReplacement),
    ]),
    "",
  ];
}

/** The lines of the diff that fit into so many characters, with a word about the others. */
function diffPart(lines: readonly string[], room: number, stack: string): string {
  if (lines.length === 0) return "";
  const part = (count: number) => {
    const left = lines.length - count;
    const command =
      stack === LOCAL_STACK ? "npm run pulumi -- preview --diff" : `pulumi preview --diff --stack ${stack}`;
    const note = `\n\nThe other ${plural(left, "line")} do not fit into a comment; ${code(command)} shows all.`;
    const content = `${codeBlock(lines.slice(0, count).join("\n"), "diff")}${left > 0 ? note : ""}`;
    return `\n\n${folded("Details: the values before (−) and after (+)", content)}`;
  };
  let [count, used] = [0, 0];
  for (const line of lines) {
    used += line.length + 1;
    if (used > room) break;
    count++;
  }
  // What stands around the lines takes room as well.
  while (count > 0 && part(count).length > room) count--;
  return count === 0 ? "" : part(count);
}

function called({ kind, name }: { kind: string; name: string }): string {
  return `${kind} ${code(name)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function more(count: number): string[] {
  return count > 0 ? [`and ${count} more`] : [];
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
