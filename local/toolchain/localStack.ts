import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { LOCAL_STACK } from "../../stacks/localStack";
import { passphraseFile, pulumiStateDir } from "./environment";
import { projectRoot, stateDir } from "./paths";
import { run } from "./run";

/** Stacks that exist in the local backend from the start. */
const stacks = [LOCAL_STACK, "dev"];
/** A Pulumi project folder for `stack init` and the generated configuration, so that tracked files stay as they are. */
const stackDir = path.join(stateDir, "stack");

/** Configuration of stack `local` as Pulumi reads it: the tracked Pulumi.local.yaml plus this machine's secrets. */
export const localConfigFile = path.join(stackDir, `Pulumi.${LOCAL_STACK}.yaml`);

/** With these variables Pulumi works on stack `local` and its generated configuration. */
export const localStackVariables = { PULUMI_STACK: LOCAL_STACK, PULUMI_OPTION_CONFIG_FILE: localConfigFile };

/** FotoGal's secret keys: session, CSRF and authentication cookie. */
const generatedKeys = ["fotogalSessionKey", "fotogalCsrfKey", "fotogalAuthCookieKey"];

interface StackConfig {
  config?: Record<string, unknown>;
  encryptionsalt?: string;
}

/** Makes the passphrase, the stacks in the local backend and FotoGal's keys, each only where missing. */
export async function ensureLocalStack(environment: Record<string, string>): Promise<void> {
  const env = { ...process.env, ...environment };
  mkdirSync(pulumiStateDir, { recursive: true });
  mkdirSync(stackDir, { recursive: true });
  if (!existsSync(passphraseFile)) {
    writeFileSync(passphraseFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  copyFileSync(path.join(projectRoot, "Pulumi.yaml"), path.join(stackDir, "Pulumi.yaml"));
  for (const stack of stacks.filter((name) => !stackExists(name))) {
    await run("pulumi", ["stack", "init", stack, "--no-select"], { cwd: stackDir, env });
  }
  mergeLocalConfig();
  const known = Object.keys(readConfig(localConfigFile).config ?? {});
  for (const key of generatedKeys.filter((name) => !known.some((full) => full.endsWith(`:${name}`)))) {
    await run("pulumi", ["config", "set", "--secret", key, "--stack", LOCAL_STACK], {
      cwd: stackDir,
      env: { ...env, PULUMI_OPTION_CONFIG_FILE: localConfigFile },
      input: randomBytes(32).toString("base64url"),
    });
  }
}

/** Brings the tracked Pulumi.local.yaml's current values into the generated configuration; its secrets and salt stay. */
export function mergeLocalConfig(): void {
  const tracked = readConfig(path.join(projectRoot, `Pulumi.${LOCAL_STACK}.yaml`));
  const generated = readConfig(localConfigFile);
  const secrets = Object.entries(generated.config ?? {}).filter(([, value]) => isSecret(value));
  const merged = { ...generated, config: { ...Object.fromEntries(secrets), ...tracked.config } };
  const text = stringify(merged);
  if (!existsSync(localConfigFile) || readFileSync(localConfigFile, "utf8") !== text) {
    writeFileSync(localConfigFile, text, { mode: 0o600 });
  }
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

function readConfig(file: string): StackConfig {
  if (!existsSync(file)) return {};
  return (parse(readFileSync(file, "utf8")) ?? {}) as StackConfig;
}

/** Pulumi's file backend keeps a stack as .pulumi/stacks/PROJECT/STACK.json. */
function stackExists(stack: string): boolean {
  const folder = path.join(pulumiStateDir, ".pulumi", "stacks");
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true }).some(
    (file) => path.basename(String(file)) === `${stack}.json`,
  );
}
