/** Files that say by their name alone that they hold secrets. */
const SECRET_FILES = [
  /^\.(netrc|pgpass|htpasswd|dockercfg|my\.cnf)$/,
  /^_netrc$/,
  /^(id_(rsa|dsa|ecdsa|ed25519)(_sk)?|[ec]wallet\.(p12|sso|pem)|kubeconfig)$/,
  /\.(p12|pfx|jks|keystore|kdbx|ppk|tfvars)$/,
  /\.tfstate(\.backup)?$/,
];
/** `.env`, `.env.production`, `production.env`. */
const ENVIRONMENT_FILE = /^\.env(\..+)?$|\.env$/;
const EXAMPLE = /\.(example|sample|template|dist|defaults?)$/;
const KEY_FILE = /\.(pem|key)$/;
/** Configuration of package managers: usual, and secret only with a login in it. */
const PACKAGE_CONFIGURATION = /^(\.npmrc|\.yarnrc(\.yml)?|\.pypirc|pip\.conf)$/;
const PACKAGE_LOGIN =
  /(_authToken|_auth|_password|npmAuthToken|password)["']?\s*[=:]\s*(?!["']?\$\{)\S|:\/\/[^\s/:@]+:[^\s/@$]+@/i;
const SECRET_FOLDERS = /^(\.aws|\.docker|\.gnupg|\.kube|\.oci|\.ssh|secrets?|credentials?)$/;
const SECRET_WORDS = /(^|[._-])(secrets?|tokens?|passwords?|passwd|credentials?|api[_-]?keys?)([._-]|$)/;
/** What handles secrets is named after them too: sources, documentation and public keys. */
const NOT_BY_NAME =
  /\.(py[cix]?|[cm]?[jt]sx?|map|java|class|kt|scala|groovy|go|rb|php|cs|[ch](pp)?|cc|rs|swift|so|html?|css|md|rst|pub)$/;

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;
/** Sources that read or write keys have the first line alone. */
const WHOLE_PRIVATE_KEY = new RegExp(
  `${PRIVATE_KEY.source}(\\s|\\\\[nr]|["'+\`]|[\\w-]+: .*\\n)*[A-Za-z0-9+/]{16}`,
);
const SECRET_TEXT = [
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /aws_secret_access_key\W{1,5}[A-Za-z0-9/+]{40}/i,
  /\bgh[oprsu]_[A-Za-z0-9]{36}/,
  /\bgithub_pat_\w{22,}/,
  /\bglpat-[\w-]{20}/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bpypi-AgE[\w-]{50,}/,
  /\bxox[abeprs]-\d[\w-]{10,}/,
  /\bsk_live_[A-Za-z0-9]{20,}/,
  /\bAIza[\w-]{35}/,
];
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----/g;
const PUBLIC_BLOCK = /(^|^TRUSTED |^X509 )CERTIFICATE$|PUBLIC KEY$|^(DH|EC) PARAMETERS$|^X509 CRL$/;

/**
 * The paths whose file looks like a secret: by its name (`.env`, `id_rsa`, `token.txt`, `*.pem` that is not all public, …), its
 * folder (`.ssh/`, `secrets/`, …), or what its text holds (a private key, an access token of a known form). Sorted. What is only
 * a word in a source file, such as a password in quotes, is not seen.
 * @param text path → content, of those files that are text.
 */
export function secretLookingFiles(
  paths: readonly string[],
  text: Readonly<Record<string, string>>,
): string[] {
  return paths.filter((path) => looksSecret(path, Object.hasOwn(text, path) ? text[path] : undefined)).sort();
}

function looksSecret(path: string, text: string | undefined): boolean {
  const folders = path.split("/");
  const original = folders.pop() ?? "";
  const name = original.toLowerCase();
  const privateKey = NOT_BY_NAME.test(name) ? WHOLE_PRIVATE_KEY : PRIVATE_KEY;
  if (text !== undefined && [privateKey, ...SECRET_TEXT].some((pattern) => pattern.test(text))) return true;
  if (PACKAGE_CONFIGURATION.test(name)) return text === undefined || PACKAGE_LOGIN.test(text);
  if (KEY_FILE.test(name)) return !isPublic(text);
  if (EXAMPLE.test(name) || NOT_BY_NAME.test(name)) return false;
  return (
    ENVIRONMENT_FILE.test(name) ||
    SECRET_FILES.some((pattern) => pattern.test(name)) ||
    SECRET_WORDS.test(hyphenated(original)) ||
    folders.some((folder) => SECRET_FOLDERS.test(folder.toLowerCase()))
  );
}

/** `dbPassword` counts like `db-password`. */
function hyphenated(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

/** Whether a key file has nothing but certificates and public keys. */
function isPublic(text: string | undefined): boolean {
  const blocks = [...(text ?? "").matchAll(PEM_BLOCK)].map(([, label = ""]) => label);
  return blocks.length > 0 && blocks.every((label) => PUBLIC_BLOCK.test(label));
}
