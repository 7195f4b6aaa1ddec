import * as pulumi from "@pulumi/pulumi";
import { arrange } from "./arrange";
import { checkSettings, keyCommand, missingFotogalKeys, type RawConfiguration } from "./problems";
import { PROJECT } from "./settings";

/** The stack's configuration. Keys, defaults and limits: settings.ts, and the table in the README. */
export type Settings = ReturnType<typeof arrange>;

/**
 * Reads the stack's configuration, `fotogal-motando:*`.
 * @throws pulumi.RunError with the file and every problem on a line of its own: the key, what was found, what is right.
 */
export function loadSettings(): Settings {
  const raw = wholeConfiguration();
  const { settings, problems } = checkSettings(raw);
  if (settings === undefined || problems.length > 0) {
    const lines = problems.map(({ key, text }) => `\n  ${key}: ${text}`).join("");
    throw new pulumi.RunError(
      `Pulumi.${pulumi.getStack()}.yaml, the stack's configuration, cannot be used:${lines}`,
    );
  }
  warnOfMissingKeys(raw);
  return arrange(settings);
}

/** The stack's configuration under `namespace:`, as text and with its secrets open. */
export function rawConfiguration(namespace: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(`${namespace}:`))
      .map(([key, value]) => [key.slice(namespace.length + 1), value]),
  );
}

/** Whether the configuration keeps `namespace:key` encrypted. */
export function isSecretSetting(key: string): boolean {
  // Exported, but not part of the SDK's typings.
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };
  return isConfigSecret(key);
}

function wholeConfiguration(): RawConfiguration {
  const settings = rawConfiguration(PROJECT);
  return {
    settings,
    encrypted: new Set(Object.keys(settings).filter((key) => isSecretSetting(`${PROJECT}:${key}`))),
    others: Object.keys(pulumi.runtime.allConfig()).filter((key) => !key.startsWith(`${PROJECT}:`)),
  };
}

function warnOfMissingKeys(raw: RawConfiguration): void {
  const commands = missingFotogalKeys(raw).map((key) => `\n  ${keyCommand(key)}`);
  if (commands.length > 0) {
    void pulumi.log.warn(
      `FotoGal's secret keys are not all set, so appConfig goes without them. Set them:${commands.join("")}`,
    );
  }
}
