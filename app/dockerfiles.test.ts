import dockerignore from "@balena/dockerignore";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import semver from "semver";

/** hadolint's rules (DL…) and rules of the house, by hand: hadolint itself is a program that may not be there. */

interface Instruction {
  /** In capitals. */
  name: string;
  flags: string[];
  /** The rest, on one line. */
  text: string;
}

interface Stage {
  from: string;
  alias: string;
  instructions: Instruction[];
}

interface Dockerfile {
  /** Before the first FROM. */
  global: Instruction[];
  stages: Stage[];
}

function parse(text: string): Dockerfile {
  const uncommented = text.replace(/^\s*#.*\n/gm, "");
  const lines = uncommented.replace(/\\\s*\n/g, " ").split("\n");
  const result: Dockerfile = { global: [], stages: [] };
  for (const line of lines) {
    const match = /^\s*(\w+)\s+((?:--\S+\s+)*)(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, name = "", flags = "", rest = ""] = match;
    const instruction = { name: name.toUpperCase(), flags: flags.split(/\s+/).filter(Boolean), text: rest };
    if (instruction.name === "FROM") {
      const [from = "", , alias = ""] = rest.split(/\s+/);
      result.stages.push({ from, alias, instructions: [] });
    } else (result.stages.at(-1)?.instructions ?? result.global).push(instruction);
  }
  return result;
}

/** `KEY=value` or `KEY="a value"`, several on a line, as ARG, ENV and LABEL have them. */
function pairs(instructions: Instruction[], name: string): Map<string, string> {
  const texts = instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);
  const found = [...texts.join(" ").matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S*))/g)];
  return new Map(found.map(([, key = "", quoted, plain]) => [key, quoted ?? plain ?? ""]));
}

const execForm = (text: string): boolean => {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === "string");
  } catch {
    return false;
  }
};

const oci = "org.opencontainers.image";

/** Each label that an image has, and what its value must be when no build argument is given. */
const labels: Record<string, (value: string) => boolean> = {
  [`${oci}.title`]: (value) => value !== "",
  [`${oci}.description`]: (value) => value !== "",
  [`${oci}.licenses`]: (value) => value === "Apache-2.0",
  [`${oci}.version`]: (value) => semver.valid(value) === value,
  [`${oci}.source`]: (value) => URL.canParse(value),
  [`${oci}.revision`]: (value) => /^[0-9a-f]{40}$/.test(value),
  [`${oci}.created`]: (value) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && !Number.isNaN(Date.parse(value)),
  "dev.fotogal-motando.content": (value) => value === "",
};

/** What a Dockerfile does wrong, a rule's name first. */
function problems(text: string): string[] {
  const { global, stages } = parse(text);
  const all = stages.flatMap(({ instructions }) => instructions);
  const last = stages.at(-1)?.instructions ?? [];
  const found: string[] = [];
  const check = (good: boolean, problem: string): void => {
    if (!good) found.push(problem);
  };
  const named = (name: string, of = all) => of.filter((instruction) => instruction.name === name);

  const bases = pairs(global, "ARG");
  const aliases = stages.map(({ alias }) => alias);
  for (const [at, { from, alias }] of stages.entries()) {
    const base = bases.get(/^\$\{(\w+)\}$/.exec(from)?.[1] ?? "");
    check(
      base !== undefined || aliases.slice(0, at).includes(from),
      `base: ${from} is no argument with a default`,
    );
    check(base === undefined || /[^/]:[^/]+$|@sha256:/.test(base), `DL3006: ${base} has no tag`);
    check(!/:latest$/.test(base ?? from), `DL3007: ${base ?? from}`);
    check(alias !== "" && aliases.indexOf(alias) === at, `DL3024: stage ${at} has no name of its own`);
  }
  check(stages.length > 1, "stages: one alone");

  check(named("MAINTAINER").length === 0, "DL4000: MAINTAINER");
  check(named("ADD").length === 0, "DL3020: ADD");
  for (const { text } of named("WORKDIR")) check(text.startsWith("/"), `DL3000: WORKDIR ${text}`);
  for (const { instructions } of stages) {
    for (const [at, { name, flags, text }] of instructions.entries()) {
      const directory = instructions.slice(0, at).some((before) => before.name === "WORKDIR");
      if (name === "COPY") {
        check(directory || /\s\/\S*$/.test(text), `DL3045: COPY ${text} has no WORKDIR before it`);
        const source = flags.find((flag) => flag.startsWith("--from="))?.slice("--from=".length);
        check(source === undefined || aliases.includes(source), `DL3022: COPY --from=${source ?? ""}`);
      }
      if (name === "RUN") check(instructions[at - 1]?.name !== "RUN", `DL3059: RUN ${text} after a RUN`);
    }
  }
  for (const { text } of named("RUN")) {
    check(!/\bsudo\b/.test(text), "DL3004: sudo");
    check(!/(^|&&)\s*cd\s/.test(text), "DL3003: cd");
    check(!/[^|]\|[^|]/.test(text), `DL4006: a pipe without pipefail, ${text}`);
    check(!/npm (install|i)\b/.test(text), "lockfile: npm install may take other versions than npm ci");
  }
  for (const name of ["CMD", "ENTRYPOINT", "HEALTHCHECK"]) {
    for (const { text } of named(name))
      check(execForm(text.replace(/^CMD\s+/, "")), `DL3025: ${name} ${text}`);
  }
  for (const name of ["ENTRYPOINT", "HEALTHCHECK"])
    check(named(name, last).length === 1, `DL3012, DL4004: not one ${name} in the last stage`);
  check(named("CMD").length <= 1, "DL4003: more than one CMD");
  for (const { text } of named("EXPOSE"))
    check(Number(text) > 1023 && Number(text) < 65536, `DL3011: EXPOSE ${text}`);
  const user = named("USER", last).at(-1)?.text ?? "";
  check(/^[1-9]\d*:[1-9]\d*$/.test(user), `DL3002: USER "${user}" is no number, or root`);

  for (const name of ["ARG", "ENV"]) {
    for (const key of pairs([...global, ...all], name).keys())
      check(!/PASSWORD|SECRET|TOKEN|_KEY$|CREDENTIAL/i.test(key), `secret: ${name} ${key}`);
  }

  const order = (name: string, pattern: RegExp): number =>
    all.findIndex((instruction) => instruction.name === name && pattern.test(instruction.text));
  const steps = [order("COPY", /package-lock\.json/), order("RUN", /^npm ci\b/), order("COPY", /^src /)];
  check(
    steps.every((step, at) => step >= 0 && step > (steps[at - 1] ?? -1)),
    "order: not the lockfile, npm ci, then the sources",
  );
  const firstArgument = last.findIndex(({ name }) => name === "ARG");
  check(
    firstArgument < 0 ||
      last.slice(firstArgument).every(({ name }) => ["ARG", "ENV", "LABEL"].includes(name)),
    "order: an argument of the last stage comes before what it must not make anew",
  );

  const given = pairs(last, "LABEL");
  const defaults = pairs(last, "ARG");
  for (const [label, good] of Object.entries(labels)) {
    const value = given.get(label)?.replace(/\$\{(\w+)\}/g, (_, name: string) => defaults.get(name) ?? "?");
    check(value !== undefined, `DL3049: no label ${label}`);
    check(value === undefined || good(value), `DL3051 to DL3056: ${label}="${value ?? ""}"`);
  }
  return found;
}

const files = readdirSync(__dirname, { recursive: true, withFileTypes: true })
  .filter(({ name, parentPath }) => name === "Dockerfile" && !parentPath.includes("node_modules"))
  .map(({ parentPath, name }) => join(parentPath, name).slice(__dirname.length + 1))
  .sort();
const read = (...names: string[]): string => readFileSync(join(__dirname, ...names), "utf8");

test("all three applications have one", () => {
  expect(files).toEqual(["fotogal/Dockerfile", "motando/webapp/Dockerfile", "motando/worker/Dockerfile"]);
});

describe.each(files)("%s", (file) => {
  test("breaks no rule", () => {
    expect(problems(read(file))).toEqual([]);
  });

  test("gets only what it copies from the context", () => {
    const ignore = dockerignore().add(read(dirname(file), ".dockerignore"));
    const secret = [
      ".env",
      ".env.local",
      "oci.conf",
      "key.pem",
      "src/key.pem",
      "src/.env",
      ".npmrc.local",
      ".git/config",
    ];
    const needless = [
      "node_modules/a/index.js",
      "dist/main.js",
      "Dockerfile",
      "README.md",
      "src/server.test.ts",
    ];
    const through = [...secret, ...needless].filter((name) => !ignore.ignores(name));
    expect(through).toEqual([]);
    const copied = parse(read(file))
      .stages.flatMap(({ instructions }) => instructions)
      .filter(({ name, flags }) => name === "COPY" && !flags.some((flag) => flag.startsWith("--from=")))
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
    const named = read(dirname(file), ".dockerignore").match(/(?<=^!).+$/gm) ?? [];
    expect(named.sort()).toEqual(copied.map((name) => (name === "src" ? "src/**/*.ts" : name)).sort());
    const sources = readdirSync(join(__dirname, dirname(file), "src")).map((name) => `src/${name}`);
    const missing = sources.filter((name) => ignore.ignores(name) && !name.endsWith(".test.ts"));
    expect(missing).toEqual([]);
  });
});

describe("the rules find", () => {
  const good = read("fotogal/Dockerfile");
  test.each<[string, string | RegExp, string]>([
    ["base:", "FROM ${NODE_IMAGE}", "FROM node:20"],
    ["DL3006", "ARG NODE_IMAGE=node:20-bookworm-slim", "ARG NODE_IMAGE=node"],
    ["DL3007", "ARG NODE_IMAGE=node:20-bookworm-slim", "ARG NODE_IMAGE=node:latest"],
    ["DL3024", "AS runtime", "AS build"],
    ["DL3020", "COPY src ./src", "ADD src ./src"],
    ["DL3000", "WORKDIR /src", "WORKDIR src"],
    ["DL3045", "WORKDIR /src\n", ""],
    ["DL3022", "--from=build", "--from=other"],
    ["DL3059", "npm ci --ignore-scripts", "npm ci\nRUN true"],
    ["DL3004", "npm ci", "sudo npm ci"],
    ["DL3003", "npm run build", "cd /src && npm run build"],
    ["DL4006", "npm run build", "npm run build | cat"],
    ["lockfile:", "npm ci --ignore-scripts", "npm install"],
    ["DL3025: ENTRYPOINT", /^ENTRYPOINT .*/m, "ENTRYPOINT node main.js"],
    ["DL3025: HEALTHCHECK", /CMD \[.*/, "CMD node /app/healthCheck.js"],
    ["DL3012", /^ENTRYPOINT .*/m, '$&\nENTRYPOINT ["/other"]'],
    ["DL3012", /^HEALTHCHECK .*\n/m, ""],
    ["DL3011", "EXPOSE 8080", "EXPOSE 80"],
    ["DL3002", "USER 65532:65532", "USER nonroot"],
    ["DL3002", "USER 65532:65532", "USER 0:0"],
    ["secret:", "ARG CONTENT=", "ARG SESSION_KEY=x\nARG CONTENT="],
    ["order: not", "COPY package.json package-lock.json .npmrc ./", "COPY . ."],
    ["order: an", "USER 65532", "ARG EARLY=1\nUSER 65532"],
    ["DL3049", /org\.opencontainers\.image\.title="fotogal" \\\n\s+/, ""],
    ["DL3051", "ARG CREATED=1970-01-01T00:00:00Z", "ARG CREATED=now"],
    ["DL3051", "ARG SOURCE=about:blank", "ARG SOURCE=app/fotogal"],
    ["DL3051", "ARG VERSION=0.0.0-dev", "ARG VERSION=v1"],
    ["DL4000", "EXPOSE", "MAINTAINER somebody\nEXPOSE"],
  ])("%s (%#)", (rule, from, to) => {
    const bad = good.replace(from, to);
    expect(bad).not.toBe(good);
    expect(problems(bad)).toContainEqual(expect.stringContaining(rule));
  });
});
