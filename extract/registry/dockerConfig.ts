import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "../errors";

/** What a registry or its token endpoint takes as proof. */
export type Credential =
  | { username: string; password: string }
  /** For the token endpoint alone, which gives a token for it. */
  | { identityToken: string }
  /** The token itself. */
  | { registryToken: string };

/** A credential, or none and why a better one was not to be had. */
export interface FoundCredential {
  credential?: Credential;
  /** Whose it is, for messages. */
  source?: string;
  /** For the message, should the registry refuse. */
  problem?: string;
}

interface DockerConfig {
  auths?: Record<string, DockerLogin | null>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

interface DockerLogin {
  auth?: string;
  username?: string;
  password?: string;
  identitytoken?: string;
  registrytoken?: string;
}

/** Milliseconds; a helper may be asking its user for a pass phrase. */
const helperTime = 60_000;

/**
 * The credential that `docker login` stored for the host, in Docker's config.json or a credential helper. What is wrong with
 * those is a problem only to a registry that refuses anonymous access.
 * @param time limit for a helper, in milliseconds
 */
export async function dockerCredential(
  host: string,
  environment: NodeJS.ProcessEnv,
  time = helperTime,
): Promise<FoundCredential> {
  const path = join(environment.DOCKER_CONFIG || join(homedir(), ".docker"), "config.json");
  const { config, problem } = readConfig(path);
  if (problem !== undefined) return { problem };
  const keys =
    host === "docker.io" ? ["https://index.docker.io/v1/", "docker.io", "index.docker.io"] : [host];
  const problems: string[] = [];
  for (const key of keys) {
    const helper = config.credHelpers?.[key] ?? config.credsStore;
    if (typeof helper !== "string" || helper === "") continue;
    const found = await askHelper(helper, key, environment, time);
    if (found.credential !== undefined) return found;
    if (found.problem !== undefined && !problems.includes(found.problem)) problems.push(found.problem);
  }
  const credential = storedLogin(config, keys);
  if (credential !== undefined) return { credential, source: `the login in ${path}` };
  return problems.length === 0 ? {} : { problem: problems.join(" ") };
}

/** The login under a key itself, else under an address of the same host, such as `https://HOST/v2/`. */
function storedLogin({ auths }: DockerConfig, keys: readonly string[]): Credential | undefined {
  const logins = Object.entries(auths ?? {});
  const candidates = keys.flatMap((key) => [
    ...logins.filter(([name]) => name === key),
    ...logins.filter(([name]) => name !== key && hostOf(name) === hostOf(key)),
  ]);
  for (const [, login] of candidates) {
    const { auth, username, password, identitytoken, registrytoken } = login ?? {};
    if (identitytoken) return { identityToken: identitytoken };
    if (registrytoken) return { registryToken: registrytoken };
    const [, user, secret = ""] = /^([^:]+):(.*)$/s.exec(Buffer.from(auth ?? "", "base64").toString()) ?? [];
    if (user !== undefined) return { username: user, password: secret };
    if (username && password) return { username, password };
  }
  return undefined;
}

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, "").replace(/\/.*$/s, "");
}

function readConfig(path: string): { config: DockerConfig; problem?: string } {
  try {
    const config: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof config === "object" && config !== null && !Array.isArray(config)) return { config };
    return { config: {}, problem: `Docker's configuration ${path} is not a JSON object.` };
  } catch (error) {
    if (error instanceof SyntaxError) {
      // Not the parser's words, which quote the file.
      return {
        config: {},
        problem: `Docker's configuration ${path} is not JSON; correct it or log in again.`,
      };
    }
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { config: {} };
    return { config: {}, problem: `Docker's configuration ${path} cannot be read (${reasonOf(error)}).` };
  }
}

/** Runs `docker-credential-NAME get`; the host goes in, and the secret comes back, by pipe. */
async function askHelper(
  helper: string,
  key: string,
  environment: NodeJS.ProcessEnv,
  time: number,
): Promise<FoundCredential> {
  if (!/^[\w.-]+$/.test(helper)) {
    return { problem: `Docker's configuration names the bad credential helper "${helper}".` };
  }
  const command = `docker-credential-${helper}`;
  const name = `Docker's credential helper ${command}`;
  const { code, output, failure } = await runHelper(command, key, environment, time);
  if (failure !== undefined) return { problem: `${name} ${failure}.` };
  if (code !== 0) {
    const said = output.trim().split("\n")[0] ?? "";
    // The helpers' protocol: a host without credential is an error with these words.
    if (/credentials not found/i.test(said)) return {};
    return { problem: `${name} failed${said === "" ? "" : ` ("${said.slice(0, 200)}")`}.` };
  }
  const { Username: username, Secret: secret } = answerOf(output);
  if (typeof username !== "string" || typeof secret !== "string") {
    return { problem: `${name} gave an answer that is not a credential.` };
  }
  if (username === "" || secret === "") return {};
  const credential = username === "<token>" ? { identityToken: secret } : { username, password: secret };
  return { credential, source: `the credential of ${command}` };
}

function answerOf(output: string): { Username?: unknown; Secret?: unknown } {
  try {
    return (JSON.parse(output) as { Username?: unknown; Secret?: unknown } | null) ?? {};
  } catch {
    return {};
  }
}

interface HelperRun {
  code: number | null;
  output: string;
  /** Why there is no answer, to follow the helper's name. */
  failure?: string;
}

function runHelper(
  command: string,
  key: string,
  environment: NodeJS.ProcessEnv,
  time: number,
): Promise<HelperRun> {
  return new Promise((resolve) => {
    const child = spawn(command, ["get"], { env: environment, stdio: ["pipe", "pipe", "ignore"] });
    const chunks: Buffer[] = [];
    const end = (code: number | null, failure?: string): void => {
      clearTimeout(timer);
      resolve({ code, output: Buffer.concat(chunks).toString("utf8"), ...(failure && { failure }) });
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      // What the helper started may hold the pipe open for longer.
      child.stdout.destroy();
      end(null, `did not answer within ${time / 1000} s`);
    }, time);
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => end(null, `cannot run (${reasonOf(error)})`));
    child.on("close", (code) => end(code));
    child.stdin.on("error", () => undefined);
    child.stdin.end(key);
  });
}
