import { secretLookingFiles } from "./secretFiles";

it.each([
  ".env",
  "conf/.env.production",
  "server.pem",
  "id_rsa",
  "a/b.key",
  "api_token.txt",
  "Secrets.yaml",
  "credentials",
  ".netrc",
  "db-password",
])("sees a secret in the name %s", (path) => {
  expect(secretLookingFiles(["func.py", path], {})).toEqual([path]);
});

it("sees a private key in a text", () => {
  const text = { "a.txt": "x\n-----BEGIN RSA PRIVATE KEY-----\n", "b.txt": "-----BEGIN CERTIFICATE-----" };
  expect(secretLookingFiles(["b.txt", "a.txt"], text)).toEqual(["a.txt"]);
});

it("lets a function's usual files be", () => {
  const usual = [
    "Dockerfile456953957",
    "func.py",
    "func.yaml",
    "requirements.txt",
    "keyboard.py",
    "tokenizer.py",
    "environment.py",
  ];
  expect(secretLookingFiles(usual, {})).toEqual([]);
});
