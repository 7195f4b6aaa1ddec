import { secretLookingFiles } from "../../formats/secretFiles";
import { type ResourceRule, STACK_TYPE } from "../rule";

/** The last word of a key: `fotogalSessionKey`, `registryPassword`; neither `privateKeyPath` nor `registryCredentials`. */
const SECRET_NAME = /(secret|token|password|passphrase|key)$/i;
/** Inside a structure a `key` may be a name or a file, as `imageSigning` has it. */
const SECRET_NAME_INSIDE = /(secret|token|password|passphrase)$/i;

export const plainSecrets: ResourceRule = {
  name: "no-plain-secrets",
  description: "No secret stands in plain text in the configuration.",
  problems({ type, stack }, _settings, { plain }) {
    if (type !== STACK_TYPE) return [];
    return Object.entries(plain)
      .filter(([key, value]) => value !== "" && holdsSecret(key, value))
      .map(
        ([key]) =>
          `${key} looks like a secret and stands in plain text in the configuration of stack ${stack}: make a new one, since others may have read it, and type \`pulumi config set --secret ${key} -s ${stack}\`, which asks for it.`,
      );
  },
};

function holdsSecret(key: string, value: string): boolean {
  return SECRET_NAME.test(key) || looksSecret(value) || holdsSecretInside(structure(value));
}

function holdsSecretInside(value: unknown): boolean {
  if (typeof value === "string") return looksSecret(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([name, inside]) =>
      (SECRET_NAME_INSIDE.test(name) && typeof inside === "string" && inside !== "") ||
      holdsSecretInside(inside),
  );
}

/** A private key or an access token of a known form. */
function looksSecret(value: string): boolean {
  return secretLookingFiles(["value"], { value }).length > 0;
}

function structure(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
