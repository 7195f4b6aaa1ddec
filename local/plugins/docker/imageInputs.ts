import path from "node:path";

import { BuildContextError, contextDigest } from "../../../images/buildContext";
import { ImageReferenceError, parseImageReference } from "../../../formats/imageReference";
import { differences } from "../shared/compare";
import type { CheckResult, DiffResult, Failure } from "../shared/plugin";
import { isObject, Secret, Unknown, type Properties, type Value } from "../shared/values";

const inputNames = ["build", "buildOnPreview", "imageName", "registry", "skipPush"];
const buildTexts = ["builderVersion", "context", "dockerfile", "network", "platform", "target"];
const buildNames = [...buildTexts, "addHosts", "args", "cacheFrom"];
const registryNames = ["password", "server", "username"];
const builderVersions = ["BuilderV1", "BuilderBuildKit"];

/**
 * Checks an image's inputs and fills in the defaults. The digest of the build context becomes an input of its own,
 * `build.contextDigest`: a changed file is a diff, and nothing else is.
 */
export async function checkImage(news: Properties): Promise<CheckResult> {
  const given = withoutNulls(news);
  const failures = shapeFailures(given);
  if (failures.length > 0) return { inputs: given, failures };

  const build = withBuildDefaults((given.build ?? {}) as Properties);
  const { buildOnPreview = false } = given;
  const inputs: Properties = {
    ...given,
    buildOnPreview: buildOnPreview instanceof Unknown ? false : buildOnPreview,
    build,
  };
  if (isObject(given.registry) && typeof given.registry.password === "string") {
    inputs.registry = { ...given.registry, password: new Secret(given.registry.password) };
  }
  const { context, dockerfile } = build;
  if (typeof context === "string" && typeof dockerfile === "string") {
    try {
      build.contextDigest = await contextDigest(context, dockerfile);
    } catch (error) {
      if (!(error instanceof BuildContextError)) throw error;
      failures.push({ property: "", reason: error.message });
    }
  }
  return { inputs, failures };
}

/** What changed between deployments. As in the official plugin nothing forces a replacement, and new credentials alone are no change. */
export function diffImage(oldInputs: Properties, news: Properties): DiffResult {
  const changes = differences(oldInputs, news).filter(
    // A login that has or had no server takes it from the image's name.
    ({ path: changed, kind }) =>
      !changed.startsWith("registry.") || (changed === "registry.server" && kind === "update"),
  );
  return { changes: changes.map((change) => ({ ...change, replace: false })) };
}

function withBuildDefaults(build: Properties): Properties {
  const context = build.context ?? ".";
  const dockerfile =
    build.dockerfile ?? (typeof context === "string" ? path.join(context, "Dockerfile") : context);
  return { ...build, context, dockerfile, platform: build.platform ?? hostPlatform() };
}

/** The engine's machine is taken for this one, and its system for Linux, as the official plugin does. */
function hostPlatform(): string {
  const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", ia32: "386" };
  return `linux/${architectures[process.arch] ?? process.arch}`;
}

function shapeFailures(inputs: Properties): Failure[] {
  const build = inputs.build ?? {};
  const registry = inputs.registry ?? {};
  const failures = [
    ...unknownNames(inputs, inputNames, ""),
    ...wrongTypes(inputs, ["imageName"], "string", ""),
    ...wrongTypes(inputs, ["buildOnPreview", "skipPush"], "boolean", ""),
  ];
  if (inputs.imageName === undefined) {
    failures.push({ property: "imageName", reason: "is missing: give it as host/repository:tag" });
  } else if (typeof inputs.imageName === "string") {
    failures.push(...nameFailures(inputs.imageName, inputs.skipPush === true));
  }
  if (isObject(build)) {
    if (build.cacheFrom !== undefined) {
      failures.push({
        property: "build.cacheFrom",
        reason: `is not served by the local docker plugin, which builds with the engine's own cache: leave it out, or ${officialPlugin}`,
      });
    }
    failures.push(
      ...unknownNames(build, buildNames, "build."),
      ...wrongTypes(build, buildTexts, "string", "build."),
    );
    failures.push(...buildFailures(build));
  } else if (!(build instanceof Unknown)) {
    failures.push({ property: "build", reason: "is not an object with context, dockerfile, args, …" });
  }
  if (isObject(registry)) {
    failures.push(...unknownNames(registry, registryNames, "registry."));
    failures.push(...wrongTypes(registry, registryNames, "string", "registry."));
  } else if (!(registry instanceof Unknown)) {
    failures.push({ property: "registry", reason: "is not an object with server, username and password" });
  }
  return failures;
}

export const officialPlugin = "get the official one with `pulumi plugin install resource docker 5.2.0`";

function buildFailures({ args, addHosts, builderVersion }: Properties): Failure[] {
  const failures: Failure[] = [];
  if (args !== undefined && !(args instanceof Unknown)) {
    if (isObject(args)) failures.push(...wrongTypes(args, Object.keys(args), "string", "build.args."));
    else failures.push({ property: "build.args", reason: "is not an object of names and texts" });
  }
  if (addHosts !== undefined && !(addHosts instanceof Unknown)) {
    const texts = Array.isArray(addHosts) && addHosts.every((host) => isText(host));
    if (!texts)
      failures.push({ property: "build.addHosts", reason: 'is not a list of "name:address" texts' });
  }
  if (typeof builderVersion === "string" && !builderVersions.includes(builderVersion)) {
    failures.push({
      property: "build.builderVersion",
      reason: `is "${builderVersion}": use ${builderVersions.join(" or ")}`,
    });
  }
  return failures;
}

/** A name without registry host would go to Docker Hub unasked: to push, it must be written out. */
function nameFailures(imageName: string, skipPush: boolean): Failure[] {
  try {
    const { host, digest } = parseImageReference(imageName);
    if (digest !== undefined) {
      return [
        { property: "imageName", reason: `"${imageName}" has a digest: name a tag, the digest is an output` },
      ];
    }
    if (skipPush || imageName.startsWith(`${host}/`)) return [];
    return [
      {
        property: "imageName",
        reason: `"${imageName}" names no registry: write it as host/repository:tag (docker.io/… for Docker Hub), or set skipPush`,
      },
    ];
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) throw error;
    return [{ property: "imageName", reason: `is no image name: ${error.message}` }];
  }
}

function unknownNames(object: Properties, known: string[], prefix: string): Failure[] {
  const strange = Object.keys(object).filter((name) => !known.includes(name));
  return strange.map((name) => ({
    property: `${prefix}${name}`,
    reason: `is no input of docker.Image; there are ${known.join(", ")}`,
  }));
}

function wrongTypes(
  object: Properties,
  names: string[],
  type: "string" | "boolean",
  prefix: string,
): Failure[] {
  const wrong = names.filter((name) => {
    const value = object[name];
    return value !== undefined && !(value instanceof Unknown) && typeof value !== type;
  });
  const expected = type === "string" ? "a text" : "true or false";
  return wrong.map((name) => ({ property: `${prefix}${name}`, reason: `is not ${expected}` }));
}

function isText(value: Value): boolean {
  return typeof value === "string" || value instanceof Unknown;
}

function withoutNulls(object: Properties): Properties {
  const kept = Object.entries(object).filter(([, value]) => value !== null);
  return Object.fromEntries(
    kept.map(([name, value]) => [name, isObject(value) ? withoutNulls(value) : value]),
  );
}
