import { findCredential, type FoundCredential } from "../extract/registry/credentials";
import type { Transport } from "../extract/registry/transport";

const ecrHost = /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/** Whether the host is a registry of Amazon's. */
export function isEcr(host: string): boolean {
  return ecrHost.test(host);
}

/**
 * The login to a registry that extraction would find; where it finds none for a registry of Amazon's (ECR), a token of the AWS account, which
 * AWS's own tools would take too.
 * @param transport as `findCredential` has it
 */
export async function registryLogin(
  host: string,
  environment: NodeJS.ProcessEnv,
  transport?: Transport,
): Promise<FoundCredential> {
  const found = await findCredential(host, environment, transport);
  const region = ecrHost.exec(host)?.[1];
  if (found.credential !== undefined || region === undefined) return found;
  const { ecrLogin } = await import("../ecr");
  try {
    const { host: own, username, password } = await ecrLogin(region);
    if (own === host) return { credential: { username, password }, source: "the AWS account's token" };
    return { problem: `The AWS account's own registry is ${own}, so its token does not open ${host}.` };
  } catch (error) {
    return { problem: [found.problem, (error as Error).message].filter(Boolean).join(" ") };
  }
}
