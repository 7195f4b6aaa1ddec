// Bundles every entry point into dist/, so that commands and plugins start fast and need no TypeScript at run time.
import { readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const dist = path.join(root, "dist");

/** dist/NAME.js ← source */
const entryPoints = {
  start: "local/toolchain/start.ts",
  pulumi: "local/toolchain/pulumi.ts",
  cloud: "local/toolchain/cloud.ts",
  test: "local/toolchain/test.ts",
  bench: "bench/main.ts",
  extract: "extract/command/cli.ts",
  env: "configuration/command/env.ts",
  publish: "publish/cli.ts",
  adopt: "adopt/cli.ts",
  images: "retention/cli.ts",
  graph: "graph/cli.ts",
  docs: "docs/generate/main.ts",
  previewPullRequest: "pullRequests/cli.ts",
  repair: "repair/cli.ts",
  account: "account/index.ts",
  ecr: "ecr/index.ts",
  cloudServer: "local/cloud/server.ts",
  "pulumi-language-nodejs": "local/plugins/languageHost/main.ts",
  "pulumi-resource-oci": "local/plugins/oci/main.ts",
  "pulumi-resource-docker": "local/plugins/docker/main.ts",
  "pulumi-resource-command": "local/plugins/command/main.ts",
};

/** Native code, what reads files beside its own source, and what only unused features reach stay in node_modules. */
const external = [
  "@pulumi/pulumi/automation",
  "dockerode",
  "libsql",
  "cpu-features",
  // What the bill of materials would be validated and written as XML with.
  "ajv-formats-draft2019",
  "libxmljs2",
  "xmlbuilder2",
  "typescript",
  "ts-node",
];

const sourceFolders = [
  "account",
  "adopt",
  "bench",
  "commandLine",
  "configuration",
  "docs",
  "ecr",
  "extract",
  "formats",
  "graph",
  "images",
  "local",
  "publish",
  "pullRequests",
  "repair",
  "retention",
  "stacks",
];

/** Touched after each build; older than a source means stale. */
export const stamp = path.join(dist, ".built");

/** Modification time (ms) of the newest bundled source. */
export function newestSource() {
  let newest = statSync(path.join(root, "package-lock.json")).mtimeMs;
  for (const folder of sourceFolders) {
    for (const entry of readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(ts|mjs)$/.test(entry.name) || entry.name.endsWith(".test.ts")) continue;
      newest = Math.max(newest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return newest;
}

/** A dynamic import of an entry point stays one, so that what few runs need does not slow the start of all. */
const lazyEntryPoints = {
  name: "lazy entry points",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, async ({ path: wanted, kind, pluginData, ...importer }) => {
      if (kind !== "dynamic-import" || pluginData === lazyEntryPoints) return undefined;
      const resolved = await build.resolve(wanted, { ...importer, kind, pluginData: lazyEntryPoints });
      const source = path.relative(root, resolved.path).replaceAll(path.sep, "/");
      const name = Object.keys(entryPoints).find((entry) => entryPoints[entry] === source);
      return name === undefined ? resolved : { path: `./${name}.js`, external: true };
    });
  },
};

export async function build() {
  const { build: bundle } = await import("esbuild");
  const started = newestSource();
  await bundle({
    absWorkingDir: root,
    entryPoints,
    outdir: dist,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    keepNames: true,
    external,
    plugins: [lazyEntryPoints],
    // require() instead: Node's loader for import() takes longer than all the rest of a small command.
    supported: { "dynamic-import": false },
    loader: { ".node": "copy" },
    logLevel: "error",
  });
  writeFileSync(stamp, String(started));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
