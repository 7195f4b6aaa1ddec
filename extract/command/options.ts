import { parseArgs } from "node:util";
import { ExtractError } from "../errors";

/** What the command line asks for. */
export interface Options {
  /** The image's reference, or the function's OCID. */
  source?: string;
  application?: string;
  function?: string;
  compartment?: string;
  out?: string;
  archive?: string;
  path?: string;
  platform?: string;
  json?: boolean;
  evidence?: boolean;
  replace?: boolean;
  exhaustive?: boolean;
  debug?: boolean;
  help?: boolean;
}

/** Each option: the name of its value, if it takes one, and what it does. */
const table: Record<Exclude<keyof Options, "source">, readonly [value: string, text: string]> = {
  application: ["NAME", "the function's application, by its exact name, instead of IMAGE"],
  function: ["NAME", "the function in that application, by its exact name"],
  compartment: ["NAME", "the application's compartment, or its OCID (default: anywhere in the tenancy)"],
  out: ["DIR", "write the source there, and DIR.function.json beside it; DIR must not exist, or be empty"],
  archive: ["FILE", "write both into a .zip or .tar.gz"],
  json: ["", "print one JSON document: a summary, or everything when neither --out nor --archive is given"],
  path: ["PATH", "directory or file in the image (default: /function)"],
  platform: ["PLATFORM", "of a multi-platform image (default: the function's; linux/amd64; the only one)"],
  evidence: ["", "print which layers were read, and why"],
  exhaustive: ["", "read every layer, whatever the image's history says"],
  replace: ["", "replace what is there"],
  debug: ["", "show where in this program an error comes from"],
  help: ["", "print this"],
};

/** @throws ExtractError for the first thing that is wrong */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  for (const [name, value] of Object.entries(values)) {
    if (value === "") throw new ExtractError(`--${name} is empty; give it a value.`);
  }
  const [source, extra] = positionals;
  const options: Options = { ...values, ...(source !== undefined && { source }) };
  if (options.help === true) return options;
  if (extra !== undefined) {
    throw new ExtractError(`One image or function at a time: "${extra}" is one argument too many.`);
  }
  const byName = options.application ?? options.function ?? options.compartment;
  if (byName !== undefined && (options.application === undefined || options.function === undefined)) {
    throw new ExtractError("A function is named by both --application NAME and --function NAME.");
  }
  if (byName !== undefined && source !== undefined) {
    throw new ExtractError(`Give either "${source}" or the function's names, not both.`);
  }
  if (byName === undefined && source === undefined) {
    throw new ExtractError(
      "Say what to extract: an image, a function's OCID, or --application and --function; --help tells more.",
    );
  }
  if (!options.out && !options.archive && options.json !== true && options.evidence !== true) {
    throw new ExtractError(
      "Say where the source goes: --out DIRECTORY, --archive FILE, or --json for standard output.",
    );
  }
  return options;
}

/** The help as the command prints it. */
export function helpText(): string {
  const rows = Object.entries(table).map(
    ([name, [value, text]]) => [`  --${name}${value && ` ${value}`}`, text] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    "extract IMAGE|FUNCTION_OCID --out DIR",
    "extract --application NAME --function NAME --out DIR",
    "",
    "Recovers a deployed function's source from its image, straight from the registry.",
    "IMAGE is host/repository:tag, host/repository@sha256:digest, or both.",
    "",
    ...rows.map(([left, text]) => left.padEnd(width) + text),
    "",
  ].join("\n");
}

function parse(args: readonly string[]): { values: Omit<Options, "source">; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, [value]]) => [name, { type: value ? "string" : "boolean" } as const]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const { message } = error as Error;
    const unknown = /^Unknown option '([^']*)'/.exec(message)?.[1];
    throw new ExtractError(
      unknown === undefined
        ? `${(message.split("\n")[0] ?? "").replace(/\.$/, "")}; --help tells more.`
        : `There is no option ${unknown}; --help lists them.`,
    );
  }
}
