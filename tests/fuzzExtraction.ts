import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { makeDocument } from "../extract/results/document";
import { ExtractError } from "../extract/errors";
import { extractSource } from "../extract/extractSource";
import { functionFactsOf } from "../extract/results/functionFacts";
import { blobOf, descriptor, imageOf, tarOf, type TestImage } from "../extract/layers/layerTesting";
import { TestRegistry } from "../extract/registry/registryTesting";
import { writeArchive } from "../extract/results/writeArchive";
import { writeDirectory } from "../extract/results/writeDirectory";
import { listing } from "./listing";
import { Random, mutateBytes, mutateJson, mutateTar } from "./mutations";
import { rawEntry, rawLong, rawPax, rawTar } from "./rawTar";

/**
 * Extracts broken images until the time is over: `fuzzExtraction SEED SECONDS`, or one seed's image alone without SECONDS. Prints each
 * seed before it is tried; ends with code 1 and the reason when an extraction fails with anything but an ExtractError, hangs, or
 * touches something beside its target.
 */

const patience = 20_000;
const indexType = "application/vnd.oci.image.index.v1+json";

/** A small layer by the reference implementation of zstd. */
const zstdLayer = Buffer.from(
  "KLUv/WQAJz0CANJCChGgqwNA3XwoV6kK1vZJUb/pKZ9s73ZWsrkL7hhC9I4dkfQX1EpplEMBCyCw2R34hVfSqQDPYKQDkoejGDhg0ACzKcwBR6LbRA==",
  "base64",
);

async function main(seed: number, seconds: number): Promise<void> {
  const registry = new TestRegistry();
  await registry.start();
  const layers = await goodLayers();
  const end = Date.now() + seconds * 1000;
  let runs = 0;
  for (let current = seed; ; current++) {
    console.log(current);
    registry.blobs.clear();
    registry.manifests.clear();
    await tryImage(addBroken(registry, layers, new Random(current)));
    runs++;
    if (Date.now() >= end) break;
  }
  await registry.stop();
  console.log(JSON.stringify({ runs, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) }));
}

async function tryImage(image: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  try {
    mkdirSync(join(folder, "beside", "other"), { recursive: true });
    const before = names(folder);
    const timer = setTimeout(() => fail("it hangs"), patience);
    const out = join(folder, "beside", "out");
    const archive = join(folder, "beside", "out.zip");
    try {
      const registry = { retryDelay: () => 0, findCredential: () => Promise.resolve({}) };
      const extraction = await extractSource(image, { registry, maximumBytes: 5e6 });
      try {
        const facts = functionFactsOf(extraction);
        await makeDocument(extraction, facts);
        await writeArchive(extraction, facts, archive);
        await writeDirectory(extraction, out);
      } finally {
        await extraction.close();
      }
    } catch (error) {
      if (!(error instanceof ExtractError)) fail((error as Error).stack ?? String(error));
      else if (!/^[^\n]+\.$/.test(error.message)) fail(`no single sentence: ${error.message}`);
    }
    clearTimeout(timer);
    for (const place of [out, archive]) rmSync(place, { recursive: true, force: true });
    if (names(folder) !== before) fail(`it left ${names(folder)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function names(folder: string): string {
  return [...listing(folder).keys()].join(", ");
}

function fail(reason: string): void {
  console.error(reason);
  process.exit(1);
}

async function goodLayers(): Promise<Buffer[]> {
  return [
    await tarOf([
      ["function", null],
      ["function/a.py", "print()\n".repeat(300)],
      ["function/sub/b", { mode: 0o4711, content: "b" }],
      ["function/link", { type: "symlink", linkname: "sub/b" }],
      ["function/hard", { type: "link", linkname: "function/a.py" }],
      ["etc/passwd", "x".repeat(3000)],
    ]),
    rawTar(
      rawPax({ path: `function/${"long/".repeat(30)}name`, mtime: "1700000000.5" }),
      rawEntry("x", "pax"),
      rawLong("L", `function/${"n".repeat(150)}`),
      rawEntry("x", "gnu", { magic: "ustar  \0" }),
      rawEntry("function/.wh.sub"),
      rawEntry("function/again/.wh..wh..opq"),
      rawEntry("function/again/", "", { type: "5", mode: 0o700 }),
      rawEntry("function/fifo", "", { type: "6" }),
    ),
    await tarOf([
      ["function/late", { type: "link", linkname: "function/a.py" }],
      ["function/sub", { type: "symlink", linkname: "/function/again" }],
      ["srv/.wh.nothing", ""],
    ]),
  ];
}

/** An image with one thing broken, whose digests are right all the same: else nobody would look further. */
function addBroken(registry: TestRegistry, good: Buffer[], random: Random): string {
  const target = random.pick(["tar", "tar", "tar", "gzip", "zstd", "plain", "manifest", "config", "index"]);
  const at = random.below(good.length);
  const layers = good.map((tar, index) => {
    const chosen = index === at;
    if (chosen && target === "zstd") return { bytes: mutateBytes(zstdLayer, random) };
    if (chosen && target === "plain") return { bytes: mutateTar(tar, random) };
    if (chosen && target === "gzip") return { bytes: mutateBytes(gzipSync(tar), random) };
    return { bytes: gzipSync(chosen && target === "tar" ? mutateTar(tar, random) : tar), step: "RUN x" };
  });
  const history = layers.map((_, index) => ({
    created_by: `/bin/sh -c #(nop) COPY x in /${"abc"[index] ?? ""} `,
  }));
  const config = { config: { WorkingDir: "/function" }, rootfs: { type: "layers", diff_ids: [] }, history };
  const broken = target === "config" ? (mutateJson(config, random) as object) : config;
  let image: TestImage = imageOf(layers, broken);
  if (target === "manifest") {
    image = { ...image, manifest: blobOf(mutated(image.manifest.bytes, random)) };
  }
  const reference = registry.add(image);
  if (target !== "index") return reference;
  const platform = { os: "linux", architecture: "amd64" };
  const entry = { ...descriptor(image.manifest, "application/vnd.oci.image.manifest.v1+json"), platform };
  const index = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [entry, entry] }),
  );
  return registry.add({ blobs: [], manifest: blobOf(mutated(index, random)) }, indexType, "index");
}

/** JSON with a value changed, or its bytes. */
function mutated(json: Buffer, random: Random): Buffer {
  if (random.below(3) === 0) return mutateBytes(json, random);
  return Buffer.from(JSON.stringify(mutateJson(JSON.parse(json.toString()), random)));
}

void main(Number(process.argv[2]), Number(process.argv[3] ?? 0));
