import { dockerCredential, type FoundCredential } from "./dockerConfig";
import { ExtractError } from "../errors";
import { through } from "./signedTransport";
import type { Transport } from "./transport";

export type { Credential, FoundCredential } from "./dockerConfig";

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
 * @param transport sends the account's request; the default is fetch, which knows no proxies
 */
export async function findCredential(
  host: string,
  environment: NodeJS.ProcessEnv = process.env,
  transport?: Transport,
): Promise<FoundCredential> {
  if (!isOracleRegistry(host, environment)) return dockerCredential(host, environment);
  const { OCIR_USERNAME: username, OCIR_PASSWORD: password } = environment;
  if (username && password) return { credential: { username, password }, source: "OCIR_USERNAME" };
  const problems: string[] = [];
  if (username) problems.push("OCIR_USERNAME is set, but OCIR_PASSWORD is not.");
  if (password) problems.push("OCIR_PASSWORD is set, but OCIR_USERNAME is not.");
  // Loaded only for Oracle's registries.
  const { AccountError, loadAccount, registryToken } = await import("../../account");
  try {
    const token = await registryToken(loadAccount({}, environment), host, transport && through(transport));
    return { credential: { username: "BEARER_TOKEN", password: token }, source: "the OCI account's token" };
  } catch (error) {
    if (!(error instanceof AccountError || error instanceof ExtractError)) throw error;
    problems.push(error.message);
  }
  const found = await dockerCredential(host, environment);
  if (found.credential !== undefined) return found;
  return { problem: [...problems, found.problem ?? []].flat().join(" ") };
}
