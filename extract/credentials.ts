import { type Credential, dockerCredential } from "./dockerConfig";

export type { Credential } from "./dockerConfig";

/** A credential, or none and why a better one was not to be had. */
export interface FoundCredential {
  credential?: Credential;
  /** For the message, should the registry refuse anonymous access. */
  problem?: string;
}

/** Whether the host is an Oracle registry: a real one, or the one that OCIR_HOST names. */
export function isOracleRegistry(host: string, environment: NodeJS.ProcessEnv): boolean {
  return (
    host === environment.OCIR_HOST ||
    /^[a-z0-9-]+\.ocir\.io$/.test(host) ||
    /^ocir\.[a-z0-9-]+\.oci\.oracle(?:gov)?cloud[0-9]*\.(?:com|eu|uk)$/.test(host)
  );
}

/**
 * The credential for a registry. For Oracle's registries: OCIR_USERNAME and OCIR_PASSWORD, else a short-lived token that the OCI
 * account signs for; then, and elsewhere, what `docker login` stored; else none. What is meant for Oracle's
 * registries goes to no other host.
 */
export async function findCredential(
  host: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<FoundCredential> {
  if (!isOracleRegistry(host, environment)) return { credential: await dockerCredential(host, environment) };
  const { OCIR_USERNAME: username, OCIR_PASSWORD: password } = environment;
  if (username && password) return { credential: { username, password } };
  // Loaded only for Oracle's registries.
  const { AccountError, loadAccount, registryToken } = await import("../account");
  try {
    const token = await registryToken(loadAccount({}, environment), host);
    return { credential: { username: "BEARER_TOKEN", password: token } };
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    const credential = await dockerCredential(host, environment);
    return credential === undefined ? { problem: error.message } : { credential };
  }
}
