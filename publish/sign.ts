import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type FoundCredential, isOracleRegistry } from "../extract/registry/credentials";
import { formatImageReference, type ImageReference } from "../formats/imageReference";
import { PublishError } from "./errors";
import { findProgram, runProgram } from "./programs";
import { isEcr, registryLogin } from "./registryLogin";

/** What cosign's credential helper prints; in the environment, so that no password is in a file or an argument. */
const helperVariable = "PUBLISH_REGISTRY_LOGIN";
const helper = `#!/bin/sh\ncat >/dev/null\nprintf '%s' "$${helperVariable}"\n`;

/**
 * Signs an image with the cosign on PATH, which gets the environment as it is.
 * @param key a file or a key service's address, as `cosign sign --key` takes it; default: without a key, by an identity token
 * @throws PublishError
 */
export async function sign(
  image: ImageReference,
  key: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const cosign = findProgram(["cosign"], environment);
  const uri = formatImageReference(image);
  if (cosign === undefined) {
    throw new PublishError(`${uri} is not signed: cosign is not on PATH; install it, or leave signing out.`);
  }
  const args = ["sign", "--yes", ...(key === undefined ? [] : ["--key", key]), uri];
  // What docker login stored, cosign finds by itself.
  const found: FoundCredential =
    isOracleRegistry(image.host, environment) || isEcr(image.host)
      ? await registryLogin(image.host, environment)
      : {};
  const folder = await mkdtemp(join(tmpdir(), "image-sign-"));
  try {
    const own = await login(image.host, found, folder, environment);
    await runProgram(cosign.path, args, { ...environment, ...own });
  } catch (error) {
    // cosign went without a login, or with what Docker has.
    if (!(error instanceof PublishError) || found.problem === undefined) throw error;
    throw new PublishError(`${error.message}\nIt had no login to ${image.host}: ${found.problem}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A Docker configuration of its own for the run; the user's stays as it is. */
async function login(
  host: string,
  { credential }: FoundCredential,
  folder: string,
  { PATH = "" }: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  if (credential === undefined || "registryToken" in credential) return {};
  const [Username, Secret] =
    "username" in credential
      ? [credential.username, credential.password]
      : ["<token>", credential.identityToken];
  const program = join(folder, "docker-credential-publish");
  await writeFile(join(folder, "config.json"), JSON.stringify({ credHelpers: { [host]: "publish" } }));
  await writeFile(program, helper);
  await chmod(program, 0o700);
  return {
    DOCKER_CONFIG: folder,
    PATH: `${folder}${delimiter}${PATH}`,
    [helperVariable]: JSON.stringify({ ServerURL: host, Username, Secret }),
  };
}
