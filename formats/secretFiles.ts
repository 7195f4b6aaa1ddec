const SECRET_NAMES = [
  /^\.env(\..+)?$/i,
  /^\.(netrc|npmrc|pypirc|pgpass|htpasswd)$/i,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk)$/i,
  /^id_(rsa|dsa|ecdsa|ed25519)$/i,
  /(^|[._-])(secrets?|tokens?|passwords?|passwd|credentials?)([._-]|$)/i,
];
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/**
 * The paths whose file looks like a secret by its name (`.env`, `*.pem`, `id_rsa`, `token.txt`, …) or because its text holds a
 * private key. Sorted.
 * @param text path → content, of those files that are text.
 */
export function secretLookingFiles(
  paths: readonly string[],
  text: Readonly<Record<string, string>>,
): string[] {
  return paths
    .filter((path) => {
      const segments = path.split("/");
      return (
        segments.some((segment) => SECRET_NAMES.some((pattern) => pattern.test(segment))) ||
        PRIVATE_KEY.test(Object.hasOwn(text, path) ? (text[path] ?? "") : "")
      );
    })
    .sort();
}
