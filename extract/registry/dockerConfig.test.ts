import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerCredential } from "./dockerConfig";

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-config-"));
  environment = { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH ?? ""}` };
});
afterEach(() => rmSync(folder, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const configure = (config: unknown): void =>
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
const find = (host: string, time?: number) => dockerCredential(host, environment, time);

/** A shell script, which finds the host in `$host`. */
function helper(name: string, script: string): void {
  const path = join(folder, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\nread host\n${script}\n`);
  chmodSync(path, 0o755);
}
const answer = (username: string, secret: string): string =>
  `echo "{\\"Username\\":\\"${username}\\",\\"Secret\\":\\"${secret}\\"}"`;

describe("stored logins", () => {
  const me = { username: "me", password: "a:b" };

  test.each([
    ["the host", "r.example:5000", "r.example:5000"],
    ["an address with a scheme", "https://r.example", "r.example"],
    ["an address with a path", "https://r.example/v2/", "r.example"],
    ["Docker Hub's old address", "https://index.docker.io/v1/", "docker.io"],
    ["Docker Hub's name", "docker.io", "docker.io"],
  ])("under %s", async (_name, key, host) => {
    configure({ auths: { "other.example": { auth: base64("x:y") }, [key]: { auth: base64("me:a:b") } } });
    await expect(find(host)).resolves.toMatchObject({ credential: me });
    await expect(find("example")).resolves.toEqual({});
  });

  test("the host itself goes before addresses of it", async () => {
    const auths = {
      "https://r.example/v1/": { auth: base64("x:y") },
      "r.example": { auth: base64("me:a:b") },
    };
    configure({ auths });
    await expect(find("r.example")).resolves.toMatchObject({ credential: me });
  });

  test.each([
    ["a token for the token endpoint", { auth: base64("0:"), identitytoken: "i" }, { identityToken: "i" }],
    ["a registry's own token", { registrytoken: "r" }, { registryToken: "r" }],
    ["name and password apart", { username: "me", password: "p" }, { username: "me", password: "p" }],
    ["an empty password", { auth: base64("me:") }, { username: "me", password: "" }],
    ["nothing", {}, undefined],
    ["null", null, undefined],
    ["what is no login", { auth: "!" }, undefined],
  ])("%s", async (_name, login, credential) => {
    configure({ auths: { "r.example": login } });
    expect((await find("r.example")).credential).toEqual(credential);
  });
});

describe("helpers", () => {
  test("one for the host goes before the store for all, and both before stored logins", async () => {
    const auths = { "a.example": { auth: base64("x:y") }, "c.example": { auth: base64("me:p") } };
    configure({ auths, credHelpers: { "a.example": "one", "c.example": "" }, credsStore: "two" });
    helper("one", answer("for-$host", "s"));
    helper("two", answer("<token>", "t"));
    await expect(find("a.example")).resolves.toEqual({
      credential: { username: "for-a.example", password: "s" },
      source: "the credential of docker-credential-one",
    });
    await expect(find("b.example")).resolves.toMatchObject({ credential: { identityToken: "t" } });
    await expect(find("c.example")).resolves.toMatchObject({ credential: { username: "me" } });
  });

  test("one that knows nothing leaves stored logins", async () => {
    configure({ auths: { "r.example": { auth: base64("me:p") } }, credsStore: "none" });
    helper("none", "echo credentials not found in native keychain; exit 1");
    await expect(find("r.example")).resolves.toMatchObject({ credential: { username: "me" } });
    await expect(find("b.example")).resolves.toEqual({});
    helper("none", answer("", ""));
    await expect(find("b.example")).resolves.toEqual({});
  });

  // A public image needs no credential, so none of these may end the extraction.
  test.each([
    [
      "is missing",
      "x-missing",
      "",
      /^Docker's credential helper docker-credential-x-missing cannot run \(.*ENOENT/,
    ],
    ["has a bad name", "../x", "", /bad credential helper "\.\.\/x"/],
    ["fails", "x", "echo no session; echo more; exit 1", /docker-credential-x failed \("no session"\)\.$/],
    ["says nothing", "x", "exit 3", /docker-credential-x failed\.$/],
    ["gives no JSON", "x", "echo hello", /gave an answer that is not a credential\.$/],
    ["gives half a credential", "x", 'echo "{\\"Username\\":\\"me\\"}"', /is not a credential\.$/],
    ["hangs", "x", "sleep 3 & wait", /docker-credential-x did not answer within 0\.3 s\.$/],
  ])("one that %s is a problem to tell", async (_name, name, script, problem) => {
    configure({ credsStore: name });
    if (script !== "") helper(name, script);
    const found = await find("r.example", name === "x" && script.startsWith("sleep") ? 300 : undefined);
    expect(found).toEqual({ problem: expect.stringMatching(problem) as string });
  });
});

test("a broken file is a problem to tell, without its content; a missing one is none", async () => {
  await expect(find("r.example")).resolves.toEqual({});
  writeFileSync(join(folder, "config.json"), '{"auths": {"r.example": {"auth": "c2VjcmV0"');
  const { problem } = await find("r.example");
  expect(problem).toMatch(/config\.json is not JSON/);
  expect(problem).not.toContain("c2VjcmV0");
  configure([]);
  expect((await find("r.example")).problem).toMatch(/config\.json is not a JSON object/);
});
