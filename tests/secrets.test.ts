import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { succeeded } from "./stackInWorld";
import { World } from "./world";

jest.setTimeout(15 * 60_000);

let world: World;
/** What the commands printed. */
const printed: Record<string, string> = {};
/** What it is → the secret. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  world = await World.create();
  printed.start = succeeded(await told("start", world.start()));
  await collectSecrets("session");
  succeeded(await world.pulumi(["config", "set", "registryCredentials", "authToken"]));
  await told("up", world.pulumi(["up", "--yes", "--diff"]));
  await collectSecrets("authToken");
  await told("output", world.pulumi(["stack", "output", "--json"]));
  await told("preview", world.pulumi(["preview", "--diff", "--refresh"]));
  await told("preview --json", world.pulumi(["preview", "--json"]));
  await told("history", world.pulumi(["stack", "history", "--json"]));
  const environment = await world.cloudEnvironment();
  for (const [command, ...args] of ownCommands) {
    const line = ["run", "--silent", command, "--", ...args];
    await told(command, world.command("npm", line, environment));
  }
});

/** Those that look at a stack. */
const ownCommands: [string, ...string[]][] = [
  ["env", "check", "local"],
  ["graph", "--stack", "local", "--out", ".local/stack.svg"],
  ["images", "prune", "--stack", "local", "--keep", "1"],
  ["preview:pr", "--stack", "local"],
  ["repair", "--stack", "local"],
];

afterAll(() => world.remove());

async function told(name: string, command: ReturnType<World["command"]>) {
  const result = await command;
  succeeded(result);
  printed[name] = result.output;
  return result;
}

/** Every secret of the configuration and of the state, as this mode of logging in to the registry has them. */
async function collectSecrets(mode: string): Promise<void> {
  const config = await world.pulumi(["config", "--show-secrets", "--json"]);
  const values = JSON.parse(succeeded(config)) as Record<string, { value?: string; secret: boolean }>;
  for (const [key, { value = "", secret }] of Object.entries(values)) if (secret) secrets.set(key, value);
  const state = succeeded(await world.pulumi(["stack", "export", "--show-secrets"]));
  const { resources } = (JSON.parse(state) as { deployment: { resources: { urn: string }[] } }).deployment;
  for (const resource of resources) {
    for (const [place, value] of secretsIn(resource)) {
      secrets.set(`${mode}: ${resource.urn.split("::").slice(2).join(" ")} ${place}`, value);
    }
  }
}

/** Pulumi writes an open secret as an object with this mark and the JSON of what it is. */
function secretsIn(value: unknown, place = "", open = false): [string, string][] {
  if (typeof value === "string") return open && isTelling(place) ? [[place, value]] : [];
  if (typeof value !== "object" || value === null) return [];
  const { plaintext } = value as { plaintext?: string };
  if (plaintext !== undefined) return secretsIn(JSON.parse(plaintext), place, true);
  return Object.entries(value).flatMap(([key, below]) => secretsIn(below, `${place}.${key}`, open));
}

/** Whole objects are marked as secret, with names of buckets and digests in them. */
function isTelling(place: string): boolean {
  return /(password|token|key|secret)$/i.test(place);
}

/** The text, and what of its Base64 stays the same wherever it begins in what is encoded. */
function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    return text.slice(before === 0 ? 0 : 4, -1);
  });
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
    ...encoded,
  ];
  return [...new Set([...forms, ...encoded.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))])];
}

/** The files of the world with what is in them; not the checkout's own. */
function filesWithContent(): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(world.path(".local"), { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path.relative(world.folder, file), readFileSync(file));
  }
  for (const name of readdirSync(world.folder)) {
    if (/^Pulumi.*yaml$/.test(name)) files.set(name, readFileSync(world.path(name)));
  }
  return files;
}

/** Who keeps a secret: of those, nobody else may have it. */
const keepers = [/^\.local\/passphrase$/, /^\.local\/oci\/[^/]+\.pem$/];

test("a full run uses FotoGal's keys, the registry's session token, an auth token and the API key", () => {
  const names = [...secrets.keys()].join("\n");
  for (const key of ["fotogalSessionKey", "fotogalCsrfKey", "fotogalAuthCookieKey"])
    expect(names).toContain(key);
  expect(names).toMatch(/session: .*docker:index\/image:Image .*password/);
  expect(names).toMatch(/authToken: .*AuthToken\S* .*token/i);
});

test("none of them is in the state, the logs or what was printed, plain or encoded", () => {
  const files = filesWithContent();
  const kept = [...files].filter(([file]) => keepers.some((keeper) => keeper.test(file)));
  expect(kept).toHaveLength(keepers.length);
  for (const [file, content] of kept) {
    const text = content.toString();
    // Of the private key, lines of its middle: the key as a whole may be laid out in other ways.
    const lines = text.includes("PRIVATE KEY") ? text.split("\n").slice(2, -3) : [text.trim()];
    for (const [number, line] of lines.entries()) secrets.set(`${file}, line ${number}`, line);
    files.delete(file);
  }
  for (const name of ["stacks", "history", "cloud/server.log"]) {
    expect([...files.keys()].some((file) => file.includes(name))).toBe(true);
  }
  const found: string[] = [];
  for (const [name, secret] of secrets) {
    for (const form of encodings(secret)) {
      for (const [file, content] of files) if (content.includes(form)) found.push(`${name}: in ${file}`);
      for (const [command, text] of Object.entries(printed)) {
        if (text.includes(form)) found.push(`${name}: printed by ${command}`);
      }
    }
  }
  expect(found).toEqual([]);
});
