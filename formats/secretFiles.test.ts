import { secretLookingFiles } from "./secretFiles";

it.each([
  ".env",
  "conf/.env.production",
  "production.env",
  "server.pem",
  "id_rsa",
  "a/b.key",
  "api_token.txt",
  "apiKey.json",
  "Secrets.yaml",
  "credentials",
  ".git-credentials",
  ".netrc",
  "db-password",
  "dbPassword.txt",
  "wallet/cwallet.sso",
  ".oci/config",
  ".docker/config.json",
  "secrets/database",
  "main.tfstate.backup",
  ".npmrc",
])("sees a secret in the name %s", (path) => {
  expect(secretLookingFiles(["func.py", path], {})).toEqual([path]);
});

// Put together here, so that no scanner takes this file for a leak.
const repeated = (start: string, length: number) => start + "a1B2".repeat(length).slice(0, length);

const keyStart = "-----BEGIN RSA PRIVATE KEY-----";

it.each([
  ["a private key", `"""${keyStart}\n${repeated("MII", 64)}\n"""`],
  [
    "an encrypted private key",
    `${keyStart}\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\n${repeated("MII", 64)}\n`,
  ],
  ["a private key in one line", `KEY = "${keyStart}\\n" + "${repeated("MII", 64)}"`],
  ["an AWS key", `KEY = "${["AK", "IA"].join("")}${"Q".repeat(16)}"`],
  ["an AWS secret", `aws_secret_access_key = ${repeated("", 40)}`],
  ["a GitHub token", `https://${repeated("ghp_", 36)}@github.com`],
  ["an npm token", repeated("npm_", 36)],
])("sees %s in a text", (_what, secret) => {
  const text = { "func.py": secret, "b.txt": "-----BEGIN CERTIFICATE-----" };
  expect(secretLookingFiles(["b.txt", "func.py"], text)).toEqual(["func.py"]);
});

it.each([
  [".npmrc", "//registry.example/:_authToken=abc", true],
  [".npmrc", "//registry.example/:_authToken=${NPM_TOKEN}\nsave-exact=true", false],
  ["pip.conf", "[global]\nindex-url = https://jane:hunter2@pypi.example/simple", true],
  ["pip.conf", "[global]\nindex-url = https://pypi.example/simple", false],
  ["cacert.pem", "# Root\n-----BEGIN CERTIFICATE-----\nMII", false],
  ["oci_api_key_public.pem", "-----BEGIN PUBLIC KEY-----\nMII", false],
  ["both.pem", "-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----", true],
  ["odd.key", "c2VjcmV0", true],
  ["notes.txt", `x\n${keyStart}\n`, true],
  ["service.json", '{"private_key": "-----BEGIN PRIVATE KEY-----\\nMII"}', true],
  ["parser.js", `if (text.startsWith("${keyStart}")) return decode(text);`, false],
])("lets the content of %s (%j) decide", (path, content, secret) => {
  expect(secretLookingFiles([path], { [path]: content })).toEqual(secret ? [path] : []);
});

it("lets a function's usual files be", () => {
  const usual = [
    "Dockerfile456953957",
    "func.py",
    "func.yaml",
    "requirements.txt",
    "keyboard.py",
    "tokenizer.py",
    "tokenizer.json",
    "environment.py",
    "token.py",
    "lib/secrets/manager.ts",
    "get-credentials.mjs",
    "password_reset.html",
    ".env/lib/python3.11/site-packages/six.py",
    ".env.example",
    "id_rsa.pub",
    "node_modules/token-types/package.json",
  ];
  expect(secretLookingFiles(usual, {})).toEqual([]);
});

it("is quick with a text made to be slow", () => {
  const text = { "a.js": `${keyStart}${"a: ".repeat(50_000)}${'"'.repeat(50_000)}` };
  expect(secretLookingFiles(["a.js"], text)).toEqual([]);
});

it("takes no file for another that is named like a property of objects", () => {
  expect(secretLookingFiles(["constructor", "__proto__"], {})).toEqual([]);
});
