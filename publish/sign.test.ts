import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseImageReference } from "../formats/imageReference";
import { sign } from "./sign";

const image = parseImageReference(`gru.ocir.io/ns/app@sha256:${"a".repeat(64)}`);
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "sign-test-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function cosign(script: string): NodeJS.ProcessEnv {
  const file = join(folder, "cosign");
  writeFileSync(file, `#!/bin/sh\ncd '${folder}'\n${script}\n`);
  chmodSync(file, 0o755);
  return {
    PATH: `${folder}:/usr/bin:/bin`,
    OCIR_USERNAME: "ns/me",
    OCIR_PASSWORD: `p"w'$d`,
    COSIGN_PASSWORD: "k",
  };
}

const written = (name: string) => readFileSync(join(folder, name), "utf8").trim();

it("gives cosign the image, the key, the environment, and a login that is in no file", async () => {
  const environment = cosign(
    [
      `echo "$@" >args; echo "$COSIGN_PASSWORD" >key; echo "$DOCKER_CONFIG" >place`,
      `cat "$DOCKER_CONFIG/config.json" >config; cat "$DOCKER_CONFIG"/* >all`,
      `echo gru.ocir.io | docker-credential-publish get >login`,
    ].join("\n"),
  );
  await sign(image, "key file", environment);
  expect(written("args")).toBe(`sign --yes --key key file gru.ocir.io/ns/app@${image.digest ?? ""}`);
  expect(written("key")).toBe("k");
  expect(JSON.parse(written("config"))).toEqual({ credHelpers: { "gru.ocir.io": "publish" } });
  expect(JSON.parse(written("login"))).toEqual({
    ServerURL: "gru.ocir.io",
    Username: "ns/me",
    Secret: `p"w'$d`,
  });
  expect(written("all")).not.toContain('p"w');
  expect(() => readFileSync(join(written("place"), "config.json"))).toThrow("ENOENT");
});

it("leaves other registries to Docker's own configuration", async () => {
  const environment = {
    ...cosign(`echo "$DOCKER_CONFIG" >place; echo "$@" >args`),
    DOCKER_CONFIG: "/theirs",
  };
  await sign({ ...image, host: "example.org" }, undefined, environment);
  expect(written("place")).toBe("/theirs");
  expect(written("args")).toMatch(/^sign --yes example\.org\/ns\/app@/);
});

it("fails with cosign's last words, or without cosign", async () => {
  const environment = cosign("echo wrong key >&2; exit 2");
  await expect(sign(image, undefined, environment)).rejects.toThrow(
    /cosign ended with exit code 2:\nwrong key/,
  );
  await expect(sign(image, undefined, { ...environment, PATH: "/nowhere" })).rejects.toThrow(
    "is not signed: cosign is not on PATH",
  );
});

it("says why cosign had no login", async () => {
  const { PATH } = cosign("echo UNAUTHORIZED >&2; exit 1");
  const environment = { PATH, HOME: folder, OCI_CLI_CONFIG_FILE: join(folder, "none") };
  await expect(sign(image, undefined, environment)).rejects.toThrow(
    /exit code 1:\nUNAUTHORIZED\nIt had no login to gru\.ocir\.io: \S/,
  );
});
