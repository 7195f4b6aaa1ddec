import { join } from "node:path";
import type Docker from "dockerode";
import { type Account, registryToken } from "../../account";
import type { BaseImages } from "../baseImages";
import { buildImage, pushImage } from "../docker/engine";
import { projectRoot } from "../toolchain/paths";
import { fnDockerfile, packageFnFunction, readFnFunction } from "./fnImage";
import { type Deployed, Tenancy } from "./tenancy";

export interface DeployOptions {
  /** Address of the local cloud's API. */
  endpoint: string;
  /** The registry, `host:port`. */
  registryHost: string;
  account: Account;
  baseImages: Pick<BaseImages, "FN_PYTHON_BUILD_IMAGE" | "FN_PYTHON_IMAGE">;
  engine: Docker;
  /** A line for each thing that begins or ends, and the build's and the push's own lines. */
  onProgress?: (message: string) => void;
}

const COMPARTMENT = "cmp-functions";
const APPLICATION = "fn app sample 001";
const FUNCTION = "fn sample 001";
const REPOSITORY_PREFIX = "bucket/par-generate";
const SOURCE = join(projectRoot, "app/functions/oci-objectstorage-create-par-python");

/**
 * Deploys the sample function into the local cloud as somebody would have long ago with the Fn tools, by a path of its
 * own, for the stack to find. Whatever is there already is left as it is; a deployment that stopped half-way goes on.
 */
export async function deployFunction(options: DeployOptions): Promise<Deployed> {
  const { account, endpoint, onProgress = () => undefined } = options;
  const tenancy = new Tenancy(endpoint, account);
  const foundCompartment = await tenancy.compartment(COMPARTMENT);
  const foundApplication = foundCompartment && (await tenancy.application(foundCompartment, APPLICATION));
  const deployed = foundApplication && (await tenancy.function(foundApplication, FUNCTION));
  if (deployed) return deployed;

  const compartmentId = foundCompartment ?? (await tenancy.createCompartment(COMPARTMENT));
  const fn = await readFnFunction(SOURCE);
  const repository = `${REPOSITORY_PREFIX}/${fn.name}`;
  if (!(await tenancy.repository(compartmentId, repository))) {
    await tenancy.createRepository(compartmentId, repository);
  }
  const image = `${options.registryHost}/${await tenancy.namespace()}/${repository}:${fn.version}`;
  onProgress(`Building ${image} …`);
  await buildFunctionImage(image, fn.entrypoint, options);
  onProgress(`Pushing ${image} …`);
  const login = { username: "BEARER_TOKEN", password: await registryToken(account, options.registryHost) };
  const { digest } = await pushImage(options.engine, image, login, onProgress);

  const applicationId = foundApplication ?? (await tenancy.createApplication(compartmentId, APPLICATION));
  const source = { image, imageDigest: digest, memoryInMBs: fn.memory };
  const functionId = await tenancy.createFunction(applicationId, FUNCTION, source);
  onProgress(`Function "${FUNCTION}" is deployed in application "${APPLICATION}"`);
  return { functionId, image, imageDigest: digest };
}

/** Builds the function's image in the Engine, as the Fn tools do. */
async function buildFunctionImage(
  image: string,
  entrypoint: string,
  {
    engine,
    baseImages,
    onProgress = () => undefined,
  }: Pick<DeployOptions, "engine" | "baseImages" | "onProgress">,
): Promise<void> {
  const { FN_PYTHON_BUILD_IMAGE, FN_PYTHON_IMAGE } = baseImages;
  const text = fnDockerfile(entrypoint, FN_PYTHON_BUILD_IMAGE, FN_PYTHON_IMAGE);
  const context = await packageFnFunction(SOURCE, text);
  try {
    const { directory, dockerfile } = context;
    await buildImage(engine, { context: directory, dockerfile, tags: [image] }, onProgress);
  } finally {
    await context.remove();
  }
}
