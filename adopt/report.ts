import { alignColumns } from "../formats/table";
import { importFileName, type Outlook, type Plan } from "./adopt";
import { isAdopted, type Match, type Status } from "./match";

const header = ["", "WHAT", "NAME", "THERE", "THE PROGRAM"];

const verdicts: Record<Status, string> = {
  matches: "matches",
  differs: "differs",
  unlike: "unlike",
  managed: "managed",
  missing: "missing",
  ambiguous: "ambiguous",
  present: "in the stack",
};

/** A row for each resource, and one for each further difference. */
export function planTable({ matches }: Plan): string {
  return `${alignColumns([header, ...matches.flatMap(rowsOf)]).join("\n")}\n`;
}

function rowsOf(match: Match): string[][] {
  const { noun, name, status, managedBy, found, candidates, differences, kept } = match;
  const first = [verdicts[status], noun, name];
  if (status === "missing") return [[...first, "-", "an update would make it"]];
  if (status === "present") return [[...first, "", ""]];
  if (status === "managed") return [[...first, found?.id ?? "", `is in stack ${managedBy}`]];
  if (status === "ambiguous") {
    return candidates.map(({ id }, position) => [...(position === 0 ? first : ["", "", ""]), id, ""]);
  }
  const left = kept.length === 0 ? "" : `leaves ${kept.map(({ property }) => property).join(", ")} as found`;
  const rows = differences.map(({ property, there, program }) => [`${property}: ${there}`, program]);
  return [[found?.id ?? "", left], ...rows].map((cells, position) => [
    ...(position === 0 ? first : ["", "", ""]),
    ...cells,
  ]);
}

/** The configuration that would be set, a line a key. */
export function settingsText({ settings, stack }: Plan): string {
  if (settings.length === 0) return "";
  const lines = settings.map(({ key, value, why }) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return [`  ${key}`, text, why];
  });
  return `\nConfiguration of stack ${stack} that goes with it:\n${alignColumns(lines).join("\n")}\n`;
}

/** What is, or would be, done, and what stands against it. */
export function summaryOf({ matches, stack }: Plan, outlook?: Outlook): string {
  const count = (status: Status) => matches.filter((match) => match.status === status).length;
  const adopted = matches.filter(isAdopted).length;
  const notes = [
    count("differs") > 0 && "What differs, the next update would change in place.",
    count("unlike") > 0 &&
      "What is unlike is left alone: an update would have to move it, or to make another one. Change the configuration to what is there.",
    count("managed") > 0 &&
      "What another stack manages is left alone: give this one other names (nameSuffix), or take it out of that stack first (pulumi state delete).",
    count("ambiguous") > 0 &&
      "What is ambiguous is left alone: choose with --compartment OCID, or with repositoryPrefix in the configuration.",
    count("missing") > 0 && "What is missing, or may not be seen, the next update would make.",
    count("present") > 0 && `In the stack already, and left alone: ${counted(count("present"))}.`,
  ].filter((note) => note !== false);
  const text = [...notes, ...(adopted === 0 ? ["Nothing is adopted."] : [])]
    .map((note) => `${note}\n`)
    .join("");
  if (outlook === undefined) return text;
  return `${text}Adopted: ${counted(adopted)}; the import file is ${importFileName(stack)}.\n${outlookText(outlook)}`;
}

function outlookText({ changes, ofAdopted }: Outlook): string {
  if (changes.length === 0) return "A preview shows no changes.\n";
  const lines = changes.map(({ urn, op }) => `\n  ${op} ${urn.split("::").slice(2).join("::")}`).join("");
  const head =
    ofAdopted.length === 0 ? "A preview leaves what was adopted as it is" : "A preview shows changes";
  return `${head}; an update would do this:${lines}\n`;
}

function counted(count: number): string {
  return `${count} resource${count === 1 ? "" : "s"}`;
}

/** The whole as one JSON document. */
export function documentOf({ stack, matches, settings, file }: Plan, outlook?: Outlook): object {
  return {
    stack,
    dryRun: outlook === undefined,
    resources: matches.map(
      ({ wanted: { urn, type }, noun, name, status, managedBy, found, candidates, differences, kept }) => ({
        ...{ urn, type, noun, name, status },
        ...(managedBy !== undefined && { managedBy }),
        ...(found && { id: found.id, importId: found.importId }),
        ...(status === "ambiguous" && { candidates: candidates.map(({ id }) => id) }),
        ...{ differences, kept },
      }),
    ),
    settings,
    importFile: file,
    ...(outlook && { preview: outlook }),
  };
}
