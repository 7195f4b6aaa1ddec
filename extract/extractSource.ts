import { formatImageReference, parseImageReference } from "../formats/imageReference";
import { Contents } from "./contents";
import { ExtractError } from "./errors";
import { stepsOfLayers } from "./history";
import { bytesOf, cleanPath, type ImagePath, shown } from "./imagePath";
import { type LayerReport, type LayerSource, type Walk, walkLayers } from "./layers";
import { type Image, readImage } from "./manifest";
import { RegistryClient, type RegistryOptions } from "./registryClient";
import { redirection, resolveHardLinks, type SourceTree, treeBelow } from "./sourceTree";
import { forEachEntry } from "./tarEntries";

export interface ExtractOptions {
  /** Absolute path of the wanted directory, or file, in the image. Default `/function`. */
  path?: string;
  /** `os/architecture[/variant]`. Default: linux/amd64, or the image's only platform. */
  platform?: string;
  /** Reads every layer, whatever the image's history says. */
  exhaustive?: boolean;
  /** Limit for the wanted files' contents together, in bytes. Default 1 GiB. */
  maximumBytes?: number;
  registry?: RegistryOptions;
}

/** An extracted directory; `close` it when its contents have been read. */
export interface Extraction {
  /** The image's full reference as asked for. */
  image: string;
  /** Digest of the index or manifest that the reference names. */
  digest: string;
  /** The directory itself. */
  root: { mode: number; mtime: number };
  tree: SourceTree;
  contents: Contents;
  /** Lowest first. */
  layers: LayerReport[];
  warnings: string[];
  close: () => Promise<void>;
}

const memoryForContents = 24 * 1024 * 1024;
const maximumRedirections = 40;

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
    const found = await readImage(client, reference.digest ?? reference.tag ?? "latest", options.platform);
    const warnings = platformWarnings(found, options.platform);
    const source: LayerSource = {
      layers: found.layers,
      contents,
      forEachEntry: (layer, visit) => forEachEntry(client.blob(layer, "Layer"), layer.digest, visit),
    };
    const { walk, root: realRoot } = await findRoot(source, found, root, options, warnings);
    await resolveHardLinks(source, walk.overlay, realRoot);
    return {
      image: formatImageReference(reference),
      digest: found.digest,
      root: rootOf(walk, realRoot),
      tree: treeBelow(walk.overlay, realRoot, warnings),
      contents,
      layers: walk.reports,
      warnings,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Walks the layers for the wanted path, again from where a symlink leads, and again with every layer where the history errs. */
async function findRoot(
  source: LayerSource,
  { config, digest }: Image,
  wanted: ImagePath,
  { exhaustive }: ExtractOptions,
  warnings: string[],
): Promise<{ walk: Walk; root: ImagePath }> {
  let root = wanted;
  let steps = exhaustive === true ? undefined : stepsOfLayers(config.history, source.layers.length);
  let withoutSteps =
    exhaustive === true ? "every layer is asked for" : "the image's history does not match its layers";
  for (let hop = 0; hop <= maximumRedirections;) {
    const walk = await walkLayers(source, { roots: [root], steps, withoutSteps });
    const next = redirection(walk.overlay, root);
    const missing = !walk.overlay.nodes.has(root);
    const skippedByHistory = steps !== undefined && missing && walk.reports.some(({ read }) => !read);
    if (walk.contradiction !== undefined) {
      warnings.push(`Read every layer: ${walk.contradiction}.`);
      steps = undefined;
      withoutSteps = "the image's history contradicts its layers";
    } else if (next !== undefined) {
      warnings.push(`Followed the symlink: ${shown(root)} is ${shown(next)}.`);
      root = next;
      hop++;
    } else if (skippedByHistory) {
      steps = undefined;
      withoutSteps = `${shown(root)} is not where the image's history allows it`;
    } else if (missing) {
      const workdir = config.config?.WorkingDir;
      const hint = workdir ? `; its working directory is ${workdir}` : "";
      throw new ExtractError(`The image ${digest} has no ${shown(root)}${hint}; name another with --path.`);
    } else return { walk, root };
  }
  throw new ExtractError(`${shown(wanted)} leads through more than ${maximumRedirections} symlinks.`);
}

function rootOf({ overlay }: Walk, root: ImagePath): Extraction["root"] {
  const node = overlay.nodes.get(root);
  return node?.kind === "directory" ? { mode: node.mode, mtime: node.mtime } : { mode: 0o755, mtime: 0 };
}

function platformWarnings({ config }: Image, wanted: string | undefined): string[] {
  if (wanted === undefined) return [];
  const [os, architecture] = wanted.split("/");
  if (config.os === os && config.architecture === architecture) return [];
  return [`The image is for ${config.os ?? "?"}/${config.architecture ?? "?"}, not for ${wanted}.`];
}
