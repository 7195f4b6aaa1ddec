import { mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../toolchain/run";
import type { Recipe } from "./recipes";

export interface Ingredients {
  /** Debian package name → .deb file. */
  debianPackages: ReadonlyMap<string, string>;
  /** npm package name → .tgz file. */
  npmPackages: ReadonlyMap<string, string>;
  /** npm's name of the package with Node's binary. */
  nodePackage: string;
  /** Certificates that the host trusts beside Debian's, PEM; empty for none. */
  hostCertificates: string;
}

const unneeded = [
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
  "usr/share/lintian",
  "usr/share/info",
];

/** Lays out a recipe's files under `root`. Owners are set later, when the files are packed, so this needs no root user. */
export async function layOutRootFilesystem(recipe: Recipe, from: Ingredients, root: string): Promise<void> {
  await mergedUsr(root);
  for (const name of recipe.debianPackages) await unpackDebian(required(from.debianPackages, name), root);
  for (const path of unneeded) await rm(join(root, path), { recursive: true, force: true });
  await rm(join(root, "usr/lib/python3.11/EXTERNALLY-MANAGED"), { force: true });
  if (recipe.node) await unpackNode(recipe.node, from, root);
  for (const [path, target] of Object.entries(recipe.links)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await symlink(target, join(root, path));
  }
  await writeCertificates(root, recipe.hostCertificates ? from.hostCertificates : "");
  await writeAccounts(root, recipe.account);
}

/** `/bin` and the like are links into `/usr` in Debian 12, but its packages still name the old paths. */
async function mergedUsr(root: string): Promise<void> {
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    await mkdir(join(root, "usr", name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
}

async function unpackDebian(file: string, root: string): Promise<void> {
  // `dpkg-deb --extract` would put directories in the place of the links above.
  const script =
    'dpkg-deb --fsys-tarfile "$1" | tar --extract --keep-directory-symlink --preserve-permissions --no-same-owner --directory "$2"';
  await run("sh", ["-c", script, "unpack", file, root]);
}

async function unpackNode(node: NonNullable<Recipe["node"]>, from: Ingredients, root: string): Promise<void> {
  const prefix = join(root, node.prefix);
  await untar(required(from.npmPackages, from.nodePackage), prefix, ["package/bin/node", "package/LICENSE"]);
  if (node.npm) await untar(required(from.npmPackages, "npm"), join(prefix, "lib/node_modules/npm"), []);
}

async function untar(file: string, directory: string, members: string[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  const options = ["--extract", "--gzip", "--strip-components=1", "--no-same-owner"];
  await run("tar", [...options, "--file", file, "--directory", directory, ...members]);
}

/** What `update-ca-certificates` would write: Debian's package has the certificates one by one. */
async function writeCertificates(root: string, hostCertificates: string): Promise<void> {
  const directory = join(root, "usr/share/ca-certificates/mozilla");
  const names = (await readdir(directory)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  await mkdir(join(root, "etc/ssl/certs"), { recursive: true });
  await writeFile(join(root, "etc/ssl/certs/ca-certificates.crt"), texts.join("") + hostCertificates);
}

async function writeAccounts(root: string, { name, id, home }: Recipe["account"]): Promise<void> {
  const noLogin = "/usr/sbin/nologin";
  const users = [
    "root:x:0:0:root:/root:/bin/sh",
    `${name}:x:${id}:${id}:${name}:${home}:${noLogin}`,
    `nobody:x:65534:65534:nobody:/nonexistent:${noLogin}`,
  ];
  const groups = ["root:x:0:", "tty:x:5:", `${name}:x:${id}:`, "nogroup:x:65534:"];
  await writeFile(join(root, "etc/passwd"), users.join("\n") + "\n");
  await writeFile(join(root, "etc/group"), groups.join("\n") + "\n");
  await writeFile(join(root, "etc/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
  await mkdir(join(root, home), { recursive: true });
}

function required(files: ReadonlyMap<string, string>, name: string): string {
  const file = files.get(name);
  if (file === undefined) throw new Error(`The package ${name} was not downloaded.`);
  return file;
}
