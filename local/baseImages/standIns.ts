import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { type PackOptions, pack } from "tar-fs";
import { run } from "../toolchain/run";
import { downloadDebianPackages } from "./debianPackages";
import { NODE_VERSION, NPM_VERSION, type Recipe } from "./recipes";
import { type Ingredients, layOutRootFilesystem } from "./rootFilesystem";

/** The label by which a stand-in made earlier is known to be the one that would be made now. */
export const RECIPE_LABEL = "fotogal-motando.base-image-recipe";

/** Raised when the way of making the images changes, so that those made before are made again. */
const METHOD = 1;

const architectures: Readonly<Record<string, { debian: string; npm: string }>> = {
  x86_64: { debian: "amd64", npm: "x64" },
  amd64: { debian: "amd64", npm: "x64" },
  aarch64: { debian: "arm64", npm: "arm64" },
  arm64: { debian: "arm64", npm: "arm64" },
};

export function recipeHash(recipe: Recipe, hostCertificates: string): string {
  const trusted = recipe.hostCertificates ? hostCertificates : "";
  const versions = recipe.node ? [NODE_VERSION, NPM_VERSION] : [];
  return createHash("sha256")
    .update(JSON.stringify([METHOD, recipe, versions, trusted]))
    .digest("hex");
}

/** The certificates of `NODE_EXTRA_CA_CERTS` and `SSL_CERT_FILE`, PEM; a host that sets neither needs none in its builds. */
export async function readHostCertificates(env: NodeJS.ProcessEnv): Promise<string> {
  const files = new Set([env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE].filter((file) => file));
  const texts = await Promise.all([...files].map((file) => readFile(file ?? "", "utf8").catch(() => "")));
  return texts.filter((text) => text.includes("BEGIN CERTIFICATE")).join("\n");
}

/** Makes the stand-ins for `recipes`, all at the same time, from Debian's and npm's packages, in the Engine alone. */
export async function makeStandIns(
  engine: Docker,
  recipes: readonly Recipe[],
  hostCertificates: string,
  onProgress: (message: string) => void,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "base-images-"));
  try {
    const ingredients = await gather(engine, recipes, hostCertificates, directory, onProgress);
    const work = recipes.map((recipe, index) => {
      const root = join(directory, `root-${index}`);
      return timed(`${recipe.standIn}: ${recipe.contents}`, onProgress, async () => {
        await layOutRootFilesystem(recipe, ingredients, root);
        await importImage(engine, recipe, recipeHash(recipe, hostCertificates), root);
      });
    });
    const failed = (await Promise.allSettled(work)).find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function gather(
  engine: Docker,
  recipes: readonly Recipe[],
  hostCertificates: string,
  directory: string,
  onProgress: (message: string) => void,
): Promise<Ingredients> {
  const info = (await engine.info()) as { Architecture: string };
  const architecture = architectures[info.Architecture];
  if (!architecture) throw new Error(`There are no stand-in base images for Docker on ${info.Architecture}.`);
  const names = [...new Set(recipes.flatMap((recipe) => recipe.debianPackages))].sort();
  const nodePackage = `node-linux-${architecture.npm}`;
  const apt = join(directory, "apt");
  await mkdir(apt);
  const [debianPackages, npmPackages] = await Promise.all([
    timed(`Debian 12: ${names.length} packages`, onProgress, () =>
      downloadDebianPackages(names, architecture.debian, apt),
    ),
    recipes.some((recipe) => recipe.node)
      ? timed(`npm: Node ${NODE_VERSION} and npm ${NPM_VERSION}`, onProgress, () =>
          downloadNpmPackages({ [nodePackage]: NODE_VERSION, npm: NPM_VERSION }, directory),
        )
      : new Map<string, string>(),
  ]);
  return { debianPackages, npmPackages, nodePackage, hostCertificates };
}

async function downloadNpmPackages(
  wanted: Record<string, string>,
  directory: string,
): Promise<Map<string, string>> {
  const specs = Object.entries(wanted).map(([name, version]) => `${name}@${version}`);
  await run("npm", ["pack", "--silent", "--pack-destination", directory, ...specs], { cwd: directory });
  return new Map(
    Object.entries(wanted).map(([name, version]) => [name, join(directory, `${name}-${version}.tgz`)]),
  );
}

async function importImage(engine: Docker, recipe: Recipe, hash: string, root: string): Promise<void> {
  const home = recipe.account.home.slice(1);
  const options: PackOptions & { sort: boolean; umask: number } = {
    sort: true,
    umask: 0,
    map: (header) => {
      const owner = header.name === home ? recipe.account.id : 0;
      return { ...header, uid: owner, gid: owner, mode: readable(header), mtime: new Date(0) };
    },
  };
  const split = recipe.standIn.lastIndexOf(":");
  const response = await engine.importImage(Readable.from(pack(root, options)), {
    repo: recipe.standIn.slice(0, split),
    tag: recipe.standIn.slice(split + 1),
    changes: [...recipe.instructions, `LABEL ${RECIPE_LABEL}=${hash}`],
  });
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(response, (error) => (error ? reject(error) : resolve()));
  });
}

/** Everybody may read an image's files, whatever this process's umask is. */
function readable({ mode = 0, type }: { mode?: number; type?: string | null }): number {
  const executable = type === "directory" || (mode & 0o100) !== 0;
  return mode | (executable ? 0o555 : 0o444);
}

async function timed<T>(
  step: string,
  onProgress: (message: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  onProgress(`${step} …`);
  const result = await work();
  onProgress(`${step}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}
