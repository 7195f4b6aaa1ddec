import semver from "semver";
import type { Match } from "./match";
import { defaultProviderVersion, type Wanted } from "./wanted";

/** A key of the stack's configuration that the program needs to agree with what there is. */
export interface Setting {
  key: string;
  value: string | number | boolean | string[] | Record<string, string | number>;
  /** For people. */
  why: string;
}

export interface Situation {
  matches: readonly Match[];
  wanted: readonly Wanted[];
  /** The stack's configuration as it is, as text. A key that is set there stays as it is. */
  configured: Readonly<Record<string, string | undefined>>;
  /** Versions that are in FotoGal's repository. */
  publishedVersions: readonly string[];
}

/** What is a description only, so that leaving it as it is found harms nothing. */
const keepable = ["freeformTags", "readme", "description"];
const repositoryType = "oci:Artifacts/containerRepository:ContainerRepository";

export function settingsFor(situation: Situation): Setting[] {
  const { configured } = situation;
  const kept = keptProperties(situation);
  const others = [
    compartment(situation),
    ...repository(situation),
    motandoCompartment(situation),
    capacity(situation),
    retention(situation),
    ...leftOut(situation),
    version(situation),
  ].filter((setting) => setting !== undefined && configured[setting.key] === undefined);
  return [...others, kept].filter((setting) => setting !== undefined);
}

/** As arguments of `pulumi config set-all --path`. */
export function settingArguments(settings: readonly Setting[]): string[] {
  const pairs = settings.flatMap(({ key, value }): string[] => {
    if (Array.isArray(value)) return value.map((one, position) => `${key}[${position}]=${one}`);
    if (typeof value !== "object") return [`${key}=${String(value)}`];
    return Object.entries(value).map(([name, one]) => `${key}["${name}"]=${one}`);
  });
  return pairs.flatMap((pair) => ["--plaintext", pair]);
}

/** A compartment of another name or in another place is used, not taken over: it need not change for that. */
function compartment({ matches }: Situation): Setting | undefined {
  const match = matches.find(({ noun, wanted }) => noun === "compartment" && wanted.name === "fotogal");
  if (match?.found === undefined) return undefined;
  const own = defaultProviderVersion(match.wanted.provider) === undefined;
  const managed = match.status === "managed";
  if (match.status !== "unlike" && !managed && !own) return undefined;
  const why = managed
    ? `the compartment is in stack ${match.managedBy}`
    : own
      ? "identity is written in the home region, by a provider that the stack does not have yet"
      : `the compartment is not the program's own ${match.name}`;
  return { key: "fotogalCompartmentId", value: match.found.id, why };
}

function repository({ matches, configured }: Situation): Setting[] {
  const match = matches.find(
    ({ wanted }) => wanted.type === repositoryType && wanted.name === "fotogal-fotogal",
  );
  if (match?.found === undefined) return [];
  const settings: Setting[] = [];
  const { displayName, compartmentId, isImmutable } = match.found.properties;
  const there = String(displayName);
  if (there.endsWith(`/${match.name}`) && configured.repositoryPrefix === undefined) {
    const value = there.slice(0, -match.name.length - 1);
    settings.push({ key: "repositoryPrefix", value, why: `the repository is ${there}` });
  }
  if (match.differences.some(({ property }) => property === "compartmentId")) {
    const why = "the repository stays where its first push made it";
    settings.push({ key: "fotogalRepositoryCompartmentId", value: String(compartmentId), why });
  }
  if (match.differences.some(({ property }) => property === "isImmutable")) {
    settings.push({ key: "immutableTags", value: isImmutable === true, why: "as the repository has it" });
  }
  return settings;
}

/** Repositories that were made by hand lie where their maker wanted them. */
function motandoCompartment({ matches }: Situation): Setting | undefined {
  const ofMotando = matches.filter(
    ({ wanted: { type, name } }) => type === repositoryType && name.startsWith("motando-"),
  );
  const apart = ofMotando.filter(({ differences }) =>
    differences.some(({ property }) => property === "compartmentId"),
  );
  const places = new Set(apart.map(({ found }) => String(found?.properties.compartmentId)));
  const [place, ...others] = places;
  if (place === undefined || others.length > 0) return undefined;
  return { key: "motandoCompartmentId", value: place, why: "Motando's repositories are there" };
}

/** Only where all tables have the same: the program has one capacity for all. */
function capacity({ matches }: Situation): Setting | undefined {
  const tables = matches.filter(({ noun, found }) => noun === "table" && found !== undefined);
  const limits = tables.map(({ found }) => found?.properties.tableLimits as Limits);
  const [first] = limits;
  const differ = tables.some(({ differences }) =>
    differences.some(({ property }) => property.startsWith("tableLimits")),
  );
  if (first === undefined || !differ) return undefined;
  if (limits.some((one) => JSON.stringify(one) !== JSON.stringify(first))) return undefined;
  const { capacityMode, maxReadUnits, maxWriteUnits, maxStorageInGbs: storageGBs } = first;
  const value: Record<string, string | number> =
    capacityMode === "ON_DEMAND"
      ? { mode: "onDemand", storageGBs }
      : { mode: "provisioned", readUnits: maxReadUnits, writeUnits: maxWriteUnits, storageGBs };
  return { key: "tableCapacity", value, why: "as the tables have it" };
}

interface Limits {
  capacityMode: string;
  maxReadUnits: number;
  maxWriteUnits: number;
  maxStorageInGbs: number;
}

function retention({ matches }: Situation): Setting | undefined {
  const log = matches.find(({ noun }) => noun === "log");
  const differs = log?.differences.some(({ property }) => property === "retentionDuration");
  const days = log?.found?.properties.retentionDuration;
  if (!differs || typeof days !== "number") return undefined;
  return { key: "logRetentionDays", value: days, why: "as the log has it" };
}

/** What is not there is left out of the stack, until its owner wants it. */
function leftOut({ matches, wanted }: Situation): Setting[] {
  const ofMotando = matches.filter(({ wanted: { name } }) => name.split("-")[0] === "motando");
  const noMotando = ofMotando.length > 0 && ofMotando.every(({ status }) => status === "missing");
  const creates = (type: RegExp) => wanted.some(({ op, type: one }) => op === "create" && type.test(one));
  return [
    ...(noMotando ? [{ key: "motando", value: false, why: "nothing of Motando is there" }] : []),
    ...(creates(/^oci:VulnerabilityScanning\//)
      ? [{ key: "vulnerabilityScanning", value: false, why: "nothing is scanned yet" }]
      : []),
    ...(creates(/^docker:/)
      ? [{ key: "publishImages", value: false, why: "the image was pushed by hand" }]
      : []),
  ];
}

/** So that publishing, once it is on, overwrites nothing that was pushed by hand. */
function version({ publishedVersions, configured }: Situation): Setting | undefined {
  const versions = publishedVersions.filter((one) => semver.valid(one) === one);
  const planned = configured.fotogalVersion ?? "1.0.0";
  if (!versions.includes(planned)) return undefined;
  const [greatest = planned] = versions.sort(semver.rcompare);
  const value = semver.inc(greatest, "patch") ?? planned;
  return { key: "fotogalVersion", value, why: `${planned} was pushed by hand: the next one to publish` };
}

function keptProperties({ matches, configured }: Situation): Setting | undefined {
  const before = parsed(configured.keepAsFound, [] as string[]);
  const differing = matches.flatMap(({ differences }) => differences.map(({ property }) => property));
  const added = keepable.filter((property) => differing.includes(property) && !before.includes(property));
  if (added.length === 0) return undefined;
  const why = "made by hand without what the program would write";
  return { key: "keepAsFound", value: [...before, ...added], why };
}

function parsed<T>(text: string | undefined, byDefault: T): T {
  return text === undefined ? byDefault : (JSON.parse(text) as T);
}
