import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ExtractError, reasonOf } from "../errors";

/**
 * The authorities, in PEM, that may sign a host's certificate: Node's own, those of SSL_CERT_FILE, and those that Docker keeps for
 * the host in `certs.d`.
 * @param host with its port unless that is 443
 * @returns undefined when there are no more than Node's own, which NODE_EXTRA_CA_CERTS adds to
 * @throws ExtractError when SSL_CERT_FILE names no such file
 */
export function authoritiesFor(host: string, environment: NodeJS.ProcessEnv): string[] | undefined {
  const { SSL_CERT_FILE: named, NODE_EXTRA_CA_CERTS: extra } = environment;
  const more = [...(named ? [fromVariable("SSL_CERT_FILE", named)] : []), ...dockersFor(host, environment)];
  if (more.length === 0) return undefined;
  // Only here: a registry on this machine is asked without TLS. Naming any authority to Node makes it forget all others.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { rootCertificates } = require("node:tls") as typeof import("node:tls");
  return [...rootCertificates, ...(extra ? [fromVariable("NODE_EXTRA_CA_CERTS", extra)] : []), ...more];
}

function fromVariable(variable: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ExtractError(`${variable} names ${path}, which cannot be read (${reasonOf(error)}).`);
  }
  if (!text.includes("-----BEGIN ")) {
    throw new ExtractError(`${variable} names ${path}, which has no certificate in PEM.`);
  }
  return text;
}

/** Every `.crt` in the host's folder: Docker Engine's, rootless Docker's and Docker Desktop's. */
function dockersFor(host: string, environment: NodeJS.ProcessEnv): string[] {
  const roots = [
    "/etc/docker/certs.d",
    join(environment.XDG_CONFIG_HOME || join(homedir(), ".config"), "docker", "certs.d"),
    join(environment.DOCKER_CONFIG || join(homedir(), ".docker"), "certs.d"),
  ];
  const names = /:\d+$/.test(host) ? [host] : [host, `${host}:443`];
  return roots
    .flatMap((root) => names.map((name) => join(root, name)))
    .flatMap((folder) => {
      try {
        const files = readdirSync(folder).filter((name) => name.endsWith(".crt"));
        return files.map((name) => readFileSync(join(folder, name), "utf8"));
      } catch {
        // As a rule there is none; one that cannot be read shows in the certificate's refusal.
        return [];
      }
    });
}
