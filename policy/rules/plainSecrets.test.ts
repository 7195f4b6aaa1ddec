import { resource } from "../testing";
import { plainSecrets } from "./plainSecrets";

const problems = (plain: Record<string, string>, type = "pulumi:pulumi:Stack") =>
  plainSecrets.problems(resource(type), {}, { plain });
// In two parts, lest this file looks like one that holds a key.
const privateKey = ["-----BEGIN PRIVATE", "KEY-----\nMIIEvQIBADANBgkqhkiG9w0B"].join(" ");

test.each([
  ["fotogal-motando:fotogalVersion", "1.0.0"],
  ["fotogal-motando:registryCredentials", "authToken"],
  ["fotogal-motando:imageSigning", '{"key":"cosign.key"}'],
  ["oci:privateKeyPath", "/home/me/.oci/key.pem"],
  ["fotogal-motando:registryPassword", ""],
])("%s may be %j in plain text", (key, value) => {
  expect(problems({ [key]: value })).toEqual([]);
});

test.each([
  ["fotogal-motando:fotogalSessionKey", "s3same"],
  ["fotogal-motando:registryPassword", "s3same"],
  ["mailer:apiToken", "s3same"],
  ["mailer:server", '{"smtp":{"password":"s3same"}}'],
  ["mailer:list", `[${JSON.stringify(privateKey)}]`],
  ["oci:anything", privateKey],
])("%s may not", (key, value) => {
  const [problem, ...more] = problems({ [key]: value });
  expect(more).toEqual([]);
  expect(problem).toContain(`\`pulumi config set --secret ${key} -s dev\``);
  expect(problem).not.toContain("s3same");
  expect(problem).not.toContain("MIIE");
});

test("it is said once, not for every resource", () => {
  expect(problems({ "mailer:apiToken": "s3same" }, "oci:Nosql/table:Table")).toEqual([]);
});
