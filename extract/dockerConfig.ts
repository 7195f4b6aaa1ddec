import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ExtractError, reasonOf } from "./errors";

/** What a registry's token endpoint takes as proof. */
export type Credential = { username: string; password: string } | { identityToken: string };

interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/** The credential that `docker login` stored for the host, in Docker's config.json or a credential helper. */
export async function dockerCredential(
  host: string,
  environment: NodeJS.ProcessEnv,
): Promise<Credential | undefined> {
  const path = join(environment.DOCKER_CONFIG || join(homedir(), ".docker"), "config.json");
  const config = readConfig(path);
  const keys =
    host === "docker.io" ? ["https://index.docker.io/v1/", "docker.io", "index.docker.io"] : [host];
  for (const key of keys) {
    const helper = config.credHelpers?.[key] ?? config.credsStore;
    if (helper !== undefined && helper !== "") {
      const credential = await askHelper(helper, key, environment);
      if (credential !== undefined) return credential;
    }
    const entry = [key, `https://${key}`, `https://${key}/v1/`, `https://${key}/v2/`]
      .map((name) => config.auths?.[name])
      .find((found) => found !== undefined);
    if (entry?.identitytoken) return { identityToken: entry.identitytoken };
    const decoded = Buffer.from(entry?.auth ?? "", "base64").toString("utf8");
    const colon = decoded.indexOf(":");
    if (colon > 0) return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
    if (entry?.username && entry.password) return { username: entry.username, password: entry.password };
  }
  return undefined;
}

function readConfig(path: string): DockerConfig {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return {};
  }
  try {
    return JSON.parse(text) as DockerConfig;
  } catch {
    throw new ExtractError(`Docker's configuration ${path} is not JSON; correct it or log in again.`);
  }
}

/** Runs `docker-credential-NAME get`; the host goes in, and the secret comes back, by pipe. */
async function askHelper(
  helper: string,
  key: string,
  environment: NodeJS.ProcessEnv,
): Promise<Credential | undefined> {
  if (!/^[\w.-]+$/.test(helper)) {
    throw new ExtractError(`Docker's configuration names the bad credential helper "${helper}".`);
  }
  const command = `docker-credential-${helper}`;
  const output = await new Promise<string | undefined>((resolve, reject) => {
    const child = spawn(command, ["get"], { env: environment, stdio: ["pipe", "pipe", "ignore"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) =>
      reject(new ExtractError(`Docker's credential helper ${command} cannot run (${reasonOf(error)}).`)),
    );
    child.on("close", (code) => resolve(code === 0 ? Buffer.concat(chunks).toString("utf8") : undefined));
    child.stdin.on("error", () => undefined);
    child.stdin.end(key);
  });
  // A helper that knows no credential for the host exits with an error.
  if (output === undefined) return undefined;
  try {
    const { Username: username, Secret: secret } = JSON.parse(output) as { Username: string; Secret: string };
    return username === "<token>" ? { identityToken: secret } : { username, password: secret };
  } catch {
    throw new ExtractError(`Docker's credential helper ${command} gave an answer that is not JSON.`);
  }
}
