import { z } from "zod";
import { PublishError } from "./errors";

export interface LockedPackage {
  /** Place below the lockfile's folder, `node_modules/a/node_modules/b`; empty for the root. */
  path: string;
  /** With its scope. */
  name: string;
  version: string;
  license?: string;
  /** Subresource integrity: one or more `algorithm-base64`. */
  integrity?: string;
  optional: boolean;
  /** Names of what it needs in production. */
  dependencies: string[];
}

export interface Lockfile {
  root: LockedPackage;
  /** All that are installed for production, in the lockfile's order. */
  packages: LockedPackage[];
}

const names = z.record(z.string(), z.unknown()).default({});

const lockedSchema = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional().catch(undefined),
  integrity: z.string().optional(),
  link: z.boolean().default(false),
  dev: z.boolean().default(false),
  /** Needed by development, and optional in production. */
  devOptional: z.boolean().default(false),
  optional: z.boolean().default(false),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
});

const lockfileSchema = z.looseObject({
  lockfileVersion: z.union([z.literal(2), z.literal(3)]),
  packages: z.record(z.string(), lockedSchema),
});

/**
 * Reads a package-lock.json of version 2 or 3.
 * @param place for messages
 * @throws PublishError
 */
export function readLockfile(text: string, place: string): Lockfile {
  const { packages } = parse(text, place);
  const { "": root = lockedSchema.parse({}), ...others } = packages;
  return {
    root: locked("", root),
    packages: Object.entries(others)
      .filter(([, { dev, link }]) => !dev && !link)
      .map(([path, each]) => locked(path, each)),
  };
}

/** Where Node finds a package that the one at `from` asks for: in its own folder first, then further up. */
export function resolveDependency(
  from: string,
  name: string,
  places: { has: (path: string) => boolean },
): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (places.has(path)) return path;
    if (folder === "") return undefined;
  }
}

function locked(path: string, each: z.output<typeof lockedSchema>): LockedPackage {
  const { license, integrity } = each;
  return {
    path,
    name: each.name ?? path.split("node_modules/").at(-1) ?? path,
    version: each.version ?? "",
    optional: each.optional || each.devOptional,
    ...(license !== undefined && { license }),
    ...(integrity !== undefined && { integrity }),
    dependencies: [
      ...new Set(
        [each.dependencies, each.optionalDependencies, each.peerDependencies].flatMap((list) =>
          Object.keys(list),
        ),
      ),
    ],
  };
}

function parse(text: string, place: string): z.output<typeof lockfileSchema> {
  try {
    return lockfileSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? error.issues[0]?.message : (error as Error).message;
    throw new PublishError(
      `${place} is not a package-lock.json of version 2 or 3 (${reason ?? ""}); write one with a current npm.`,
    );
  }
}
