import { formatImageReference, parseImageReference } from "../formats/imageReference";
import { Contents } from "./results/contents";
import { ExtractError } from "./errors";
import { bytesOf, cleanPath, type ImagePath, parentOf } from "./imagePath";
import { LayerDownloads } from "./layers/layerDownloads";
import { readEntries } from "./layers/layerEntries";
import type { LayerReport, LayerSource, Walk } from "./layers/walkLayers";
import { type ImageConfig, readConfig, readManifest } from "./registry/manifest";
import { RegistryClient, type RegistryOptions } from "./registry/registryClient";
import { Search } from "./layers/search";
import { resolveHardLinks, type SourceTree, treeBelow } from "./layers/sourceTree";

export interface ExtractOptions {
  /** Absolute path of the wanted directory, or file, in the image. Default `/function`. */
  path?: string;
  /** `os/architecture[/variant]`. Default: linux/amd64, or the image's only platform. */
  platform?: string;
  /** Reads every layer, whatever the image's history says. */
  exhaustive?: boolean;
  /** Called as layers come in. */
  onProgress?: (progress: Progress) => void;
  /** Limit for the wanted files' contents together, in bytes. Default 1 GiB. */
  maximumBytes?: number;
  registry?: RegistryOptions;
}

/** What has come of a layer. */
export interface Progress {
  /** The layer's number, the lowest is 1. */
  layer: number;
  layers: number;
  /** Bytes of the layer that have come. */
  bytes: number;
  /** Bytes of the layer in all. */
  total: number;
}

/** An extracted directory; `close` it when its contents have been read. */
export interface Extraction {
  /** The image's full reference as asked for. */
  image: string;
  /** Digest of the index or manifest that the reference names. */
  digest: string;
  /** The image's configuration, unchecked. */
  config: ImageConfig;
  /** Directory in the image that `tree` is of: symlinks followed; of a file, the one that holds it. */
  path: ImagePath;
  /** The directory itself. */
  root: { mode: number; mtime: number };
  tree: SourceTree;
  contents: Contents;
  /** Lowest first. */
  layers: LayerReport[];
  warnings: string[];
  /** After an exhaustive extraction: paths at which leaving out layers by the image's history would have erred. */
  differences: string[];
  close: () => Promise<void>;
}

const memoryForContents = 24 * 1024 * 1024;

/**
 * Reads a directory of an image straight from its registry: no daemon, only the layers that matter, every blob verified.
 * @param image `host/repository[:tag][@digest]`; the tag is `latest` when there is neither
 * @throws ExtractError, ImageReferenceError
 */
export async function extractSource(image: string, options: ExtractOptions = {}): Promise<Extraction> {
  const reference = parseImageReference(image);
  const root = cleanPath(bytesOf(options.path ?? "/function"));
  if (root === undefined || options.path?.startsWith("/") === false) {
    throw new ExtractError(
      `The path "${options.path ?? ""}" is not an absolute path in the image, such as /function.`,
    );
  }
  const client = new RegistryClient(reference.host, reference.repository, options.registry);
  const contents = new Contents({ memory: memoryForContents, total: options.maximumBytes ?? 1024 ** 3 });
  const close = async (): Promise<void> => {
    client.close();
    await contents.close();
  };
  try {
    const manifest = await readManifest(
      client,
      reference.digest ?? reference.tag ?? "latest",
      options.platform,
    );
    const { layers } = manifest;
    const downloads = new LayerDownloads(client, layers, (layer, bytes) =>
      options.onProgress?.({
        layer: layers.indexOf(layer) + 1,
        layers: layers.length,
        bytes,
        total: layer.size,
      }),
    );
    const configuration = readConfig(client, manifest.config);
    downloads.start();
    const config = await configuration;
    const warnings = platformWarnings(config, options.platform);
    const exhaustive = options.exhaustive === true;
    const source: LayerSource = {
      layers,
      contents,
      readEntries: (layer, begin) => readEntries(downloads, layer, begin, { whole: exhaustive }),
      received: (layer) => downloads.received(layer),
    };
    const search = new Search(source, config, manifest.digest);
    const found = await search.find(root, exhaustive, warnings);
    const differences = exhaustive ? await search.differences(root, found) : [];
    const { walk, root: realRoot } = found;
    await resolveHardLinks(source, walk.overlay, realRoot);
    return {
      image: formatImageReference(reference),
      digest: manifest.digest,
      config,
      path: isDirectory(walk, realRoot) ? realRoot : parentOf(realRoot),
      root: rootOf(walk, realRoot),
      tree: treeBelow(walk.overlay, realRoot, warnings),
      contents,
      layers: walk.reports,
      warnings,
      differences,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function isDirectory({ overlay }: Walk, root: ImagePath): boolean {
  return overlay.nodes.get(root)?.kind === "directory";
}

function rootOf({ overlay }: Walk, root: ImagePath): Extraction["root"] {
  const node = overlay.nodes.get(root);
  return node?.kind === "directory" ? { mode: node.mode, mtime: node.mtime } : { mode: 0o755, mtime: 0 };
}

function platformWarnings(config: ImageConfig, wanted: string | undefined): string[] {
  if (wanted === undefined) return [];
  const [os, architecture] = wanted.split("/");
  if (config.os === os && config.architecture === architecture) return [];
  return [`The image is for ${config.os ?? "?"}/${config.architecture ?? "?"}, not for ${wanted}.`];
}
