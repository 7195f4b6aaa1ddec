import { createWriteStream } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { ensureBaseImages } from "../local/baseImages";
import { packageFnFunction } from "../local/deployedFunction/fnImage";
import { buildImage, pushImage } from "../local/docker/engine";
import { projectRoot } from "../local/toolchain/paths";
import { writeDependencies } from "./dependencies";

/** Changed whenever the images are made in another way, so that those of earlier runs are not taken. */
const generation = 2;

const quiet = (): void => undefined;

const dockerfile = [
  "FROM scratch",
  "ADD base.tar /",
  "WORKDIR /function",
  "COPY python /python",
  "COPY function /function",
  "RUN chmod -R o+r /function",
  "ENV PYTHONPATH=/function:/python",
  'ENTRYPOINT ["/python/bin/fdk", "/function/func.py", "handler"]',
  "",
].join("\n");

/**
 * Makes sure that the registry has an image shaped as the Fn tools make them for Python, with dependencies up to the given size.
 * The Engine keeps nothing of it, so that a later pull is a real one.
 * @param size of the image unpacked, in bytes
 * @returns the image's reference
 */
export async function ensureFunctionImage(engine: Docker, host: string, size: number): Promise<string> {
  const tag = `${size / 1e6}mb-${generation}`;
  const image = `${host}/fn/python:${tag}`;
  const accept = "application/vnd.docker.distribution.manifest.v2+json";
  const known = await fetch(`http://${host}/v2/fn/python/manifests/${tag}`, { headers: { accept } });
  if (known.ok) return image;
  const context = await mkdtemp(path.join(tmpdir(), "function-image-"));
  try {
    const baseSize = await writeBase(engine, path.join(context, "base.tar"));
    writeDependencies(path.join(context, "python"), size - baseSize);
    const source = path.join(projectRoot, "app/functions/oci-objectstorage-create-par-python");
    const packaged = await packageFnFunction(source, dockerfile);
    await rename(packaged.directory, path.join(context, "function"));
    const file = path.join(context, "Dockerfile");
    await writeFile(file, dockerfile);
    await buildImage(engine, { context, dockerfile: file, tags: [image], builder: "legacy" }, quiet);
    await pushImage(engine, image, undefined, quiet);
  } finally {
    await rm(context, { recursive: true });
    await removeImage(engine, image);
  }
  return image;
}

/** Removes the image's name, and its layers with the last name. */
export async function removeImage(engine: Docker, image: string): Promise<void> {
  await engine
    .getImage(image)
    .remove({ force: true })
    .catch((error: unknown) => {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    });
}

/** The Fn tools' base image as one tar: its own layers are in the Engine, where a pull would find them. */
async function writeBase(engine: Docker, file: string): Promise<number> {
  const { FN_PYTHON_IMAGE } = await ensureBaseImages(engine);
  const container = await engine.createContainer({ Image: FN_PYTHON_IMAGE, Cmd: ["none"] });
  try {
    await pipeline(await container.export(), createWriteStream(file));
  } finally {
    await container.remove();
  }
  return (await engine.getImage(FN_PYTHON_IMAGE).inspect()).Size;
}
