import type Docker from "dockerode";
import { type BaseImageArgument, RECIPES, type Recipe } from "./recipes";
import { RECIPE_LABEL, makeStandIns, readHostCertificates, recipeHash } from "./standIns";

export type { BaseImageArgument } from "./recipes";

export type BaseImages = Record<BaseImageArgument, string>;

export interface EnsureOptions {
  /** One line for each thing that begins or ends. */
  onProgress?: (message: string) => void;
  /** How long a public registry may take to answer whether it has an image; milliseconds, 5000 by default. */
  registryTimeout?: number;
}

/**
 * Makes sure that the Engine has the images that Dockerfiles build on, and names them, as build arguments.
 * Each is the public image where the Engine has it or can pull it, and otherwise a stand-in made of packages.
 * A stand-in that is already there is kept, even if the public image could be pulled by now: changing the base would
 * change every image built on it. `docker image rm` of the stand-in makes the choice anew.
 */
export async function ensureBaseImages(engine: Docker, options: EnsureOptions = {}): Promise<BaseImages> {
  const { onProgress = () => undefined, registryTimeout = 5000 } = options;
  const hostCertificates = await readHostCertificates(process.env);
  const choices = await Promise.all(
    Object.entries(RECIPES).map(async ([argument, recipe]) => {
      const image = await present(engine, recipe, recipeHash(recipe, hostCertificates));
      if (image !== undefined) return { argument, recipe, image };
      const pulled = await pull(engine, recipe.publicImage, registryTimeout, onProgress);
      return { argument, recipe, image: pulled ? recipe.publicImage : undefined };
    }),
  );
  const missing = choices.filter((choice) => choice.image === undefined).map((choice) => choice.recipe);
  if (missing.length > 0) await makeStandIns(engine, missing, hostCertificates, onProgress);
  return Object.fromEntries(
    choices.map(({ argument, recipe, image }) => [argument, image ?? recipe.standIn]),
  ) as BaseImages;
}

async function present(engine: Docker, recipe: Recipe, hash: string): Promise<string | undefined> {
  if (await labels(engine, recipe.publicImage)) return recipe.publicImage;
  const made = await labels(engine, recipe.standIn);
  return made?.[RECIPE_LABEL] === hash ? recipe.standIn : undefined;
}

/** An image's labels; undefined when the Engine has no such image. */
async function labels(engine: Docker, image: string): Promise<Record<string, string> | undefined> {
  try {
    const { Config } = await engine.getImage(image).inspect();
    return (Config as { Labels?: Record<string, string> | null }).Labels ?? {};
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** Pulls a public image if its registry answers in time; false otherwise. */
async function pull(
  engine: Docker,
  image: string,
  timeout: number,
  onProgress: (message: string) => void,
): Promise<boolean> {
  try {
    await engine.getImage(image).distribution({ abortSignal: AbortSignal.timeout(timeout) });
    onProgress(`${image}: pulling …`);
    const response = await engine.pull(image);
    await new Promise<void>((resolve, reject) => {
      engine.modem.followProgress(response, (error) => (error ? reject(error) : resolve()));
    });
    onProgress(`${image}: pulled`);
    return true;
  } catch {
    onProgress(`${image}: cannot be pulled from here; a stand-in is made of packages`);
    return false;
  }
}
