// The first thing every npm command runs, in plain JavaScript because nothing is installed yet: it installs the
// npm packages, bundles the sources that changed, and hands over to dist/COMMAND.js in this same process.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const installedLock = path.join(root, "node_modules", ".installed-lock");
const minimumNode = [20, 18, 1];

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function checkNode() {
  const found = process.versions.node.split(".").map(Number);
  const firstDifference = minimumNode.findIndex((part, index) => part !== found[index]);
  if (firstDifference >= 0 && found[firstDifference] < minimumNode[firstDifference]) {
    fail(
      `Node ${minimumNode.join(".")} or newer is needed, this is ${process.versions.node}: install Node 20 or a later LTS.`,
    );
  }
}

/** Installs the packages of package-lock.json unless that very lockfile is installed already. */
function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(installedLock) && readFileSync(installedLock, "utf8") === lock) return;
  const started = Date.now();
  process.stderr.write("Installing npm packages…\n");
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  if (result.status !== 0) {
    fail(
      "The npm packages could not be installed (npm's message is above): check the npm registry is reachable, then run `npm ci`.",
    );
  }
  writeFileSync(installedLock, lock);
  process.stderr.write(`✔ npm packages (${seconds(started)})\n`);
}

/** Rebuilds dist/ when a source is newer than the last build. */
async function buildIfStale() {
  const { build, newestSource, stamp } = await import("./build.mjs");
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newestSource()) return;
  await build();
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

checkNode();
const command = process.argv[2];
installPackages();
await buildIfStale();
const entry = path.join(root, "dist", `${command}.js`);
if (!existsSync(entry)) fail(`There is no command "${command}": see the commands in README.md.`);
process.argv.splice(1, 2, entry);
createRequire(import.meta.url)(entry);
