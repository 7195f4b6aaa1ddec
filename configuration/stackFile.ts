import { isMap, isScalar, LineCounter, parseDocument, type Document, type YAMLMap } from "yaml";
import { checkSettings, type Problem, type RawConfiguration } from "./problems";
import { PROJECT } from "./settings";
import { STACK_FILE_KEYS } from "./stackSchema";

/** First line of each stack file: YAML editors check the file and complete its keys. */
export const SCHEMA_COMMENT = " yaml-language-server: $schema=./configuration/stack.schema.json";

/** The name that Pulumi gives the file of a stack. */
export function stackFileName(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/** The stack that a file is of; undefined where it is no stack's. */
export function stackOfFile(fileName: string): string | undefined {
  return /^Pulumi\.(.+)\.yaml$/.exec(fileName)?.[1];
}

/** Why Pulumi would not take the text as a stack's name, as a clause that also says what is right; undefined when it would. */
export function stackNameProblem(name: string): string | undefined {
  const right = 'write up to 100 of a-z, A-Z, 0-9, "-", "_" and ".", and begin with a letter or a digit';
  return /^[a-zA-Z0-9][\w.-]{0,99}$/.test(name) ? undefined : `"${name}" is no stack's name; ${right}`;
}

/** A problem and its line, from 1: of the setting, or of what the missing one belongs under. */
export interface FileProblem extends Problem {
  line?: number;
}

/**
 * Everything that is wrong with the text of a stack file, without Pulumi and without its passphrase: encrypted values count as set and
 * are not looked into.
 */
export function checkStackFile(text: string): FileProblem[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return document.errors.map(({ message, pos: [start] }) => ({
      key: "YAML",
      text: `${message}; mend the file's syntax`,
      line: lines.linePos(start).line,
    }));
  }
  const root = document.contents;
  if (root === null) return [];
  if (!isMap(root))
    return [{ key: "YAML", text: "found no keys at the top; write config: and the settings under it" }];
  const lineOf = (path: readonly string[]) => {
    const start = keyStart(document, path);
    return start === undefined ? {} : { line: lines.linePos(start).line };
  };
  const strangers = keysOf(root)
    .filter((key) => !STACK_FILE_KEYS.includes(key))
    .map((key) => ({
      key,
      text: `no such key at the top; the keys are ${STACK_FILE_KEYS.join(", ")}`,
      ...lineOf([key]),
    }));
  const config = root.get("config", true) ?? null;
  if (isScalar(config) && config.value === null) return strangers;
  if (config !== null && !isMap(config)) {
    return [
      ...strangers,
      {
        key: "config",
        text: "found no settings; write one KEY: VALUE a line under it",
        ...lineOf(["config"]),
      },
    ];
  }
  const { raw, written, isHidden } = rawConfigurationOf(config === null ? {} : valuesOf(config, document));
  const problems = checkSettings(raw)
    .problems.filter(({ key }) => !isHidden(key))
    .map((problem) => {
      const [setting = "", ...inner] = problem.key.split(".");
      return { ...problem, ...lineOf(["config", written.get(setting) ?? setting, ...inner]) };
    });
  return [...strangers, ...problems].sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
}

/** Key → value; a number as it is written, since 1.0 is none of a version. */
function valuesOf(config: YAMLMap, document: Document): Record<string, unknown> {
  const numbers = config.items.flatMap(({ key, value }) =>
    isScalar(key) && isScalar(value) && typeof value.value === "number" && value.source !== undefined
      ? [[String(key.value), value.source] as const]
      : [],
  );
  return { ...(config.toJS(document) as Record<string, unknown>), ...Object.fromEntries(numbers) };
}

/** What Pulumi would make of the file's `config`. A key without namespace is the project's. */
function rawConfigurationOf(config: Record<string, unknown>): {
  raw: RawConfiguration;
  /** Setting → key as written. */
  written: Map<string, string>;
  /** Whether what is at a setting's path is encrypted. */
  isHidden: (path: string) => boolean;
} {
  const isOwn = (key: string) => !key.includes(":") || key.startsWith(`${PROJECT}:`);
  const own = Object.entries(config).filter(([key]) => isOwn(key));
  const nameOf = (key: string) => key.slice(key.indexOf(":") + 1);
  const values = Object.fromEntries(own.map(([key, value]) => [nameOf(key), value]));
  const open = Object.entries(values).filter(([, value]) => !isEncrypted(value));
  return {
    raw: {
      settings: Object.fromEntries(open.map(([key, value]) => [key, textOf(value)])),
      encrypted: new Set(Object.keys(values).filter((key) => isEncrypted(values[key]))),
      others: Object.keys(config).filter((key) => !isOwn(key)),
    },
    written: new Map(own.map(([key]) => [nameOf(key), key])),
    isHidden: (path) => {
      const [setting = "", ...inner] = path.split(".");
      const at = inner.reduce<unknown>(
        (value, part) => (value as Record<string, unknown> | undefined)?.[part],
        values[setting],
      );
      return inner.length > 0 && isEncrypted(at);
    },
  };
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** As Pulumi hands a value to the program. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

function keysOf(map: YAMLMap): string[] {
  return map.items.map(({ key }) => String(isScalar(key) ? key.value : key));
}

/** Where the key at the end of a path begins, or the last of its parents that is there. */
function keyStart(document: Document, path: readonly string[]): number | undefined {
  let start: number | undefined;
  let node: unknown = document.contents;
  for (const part of path) {
    if (!isMap(node)) break;
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
    if (!isScalar(pair?.key)) break;
    start = pair.key.range?.[0];
    node = pair.value;
  }
  return start;
}
