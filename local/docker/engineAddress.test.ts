import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { EngineAddressError, engineAddresses, engineEnvironment } from "./engineAddress";

let config: string;

beforeEach(() => (config = mkdtempSync(path.join(tmpdir(), "docker-config-"))));
afterEach(() => rmSync(config, { recursive: true }));

const pem = { "ca.pem": "authority", "cert.pem": "certificate", "key.pem": "private key" };

/** What `docker context create` leaves. */
function context(name: string, docker: object | undefined, tls?: Record<string, string>) {
  const id = createHash("sha256").update(name).digest("hex");
  write(`contexts/meta/${id}/meta.json`, { Name: name, Metadata: {}, Endpoints: docker ? { docker } : {} });
  for (const [file, text] of Object.entries(tls ?? {})) write(`contexts/tls/${id}/docker/${file}`, text);
  return path.join(config, `contexts/tls/${id}/docker`);
}

function write(file: string, content: object | string) {
  const full = path.join(config, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content));
}

const addresses = (environment: NodeJS.ProcessEnv, host?: string) =>
  engineAddresses(host, { DOCKER_CONFIG: config, ...environment });

describe("engineAddresses", () => {
  it("takes the provider's host, DOCKER_HOST, DOCKER_CONTEXT, the current context and the usual sockets, in this order", () => {
    context("named", { Host: "tcp://named:1" });
    context("current", { Host: "tcp://current:1" });
    write("config.json", { currentContext: "current", auths: {} });
    const environment = { DOCKER_HOST: "tcp://environment:1", DOCKER_CONTEXT: "named" };
    expect(addresses(environment, "tcp://provider:1")).toEqual([
      { host: "tcp://provider:1", source: "the provider's host" },
    ]);
    expect(addresses(environment)).toEqual([{ host: "tcp://environment:1", source: "DOCKER_HOST" }]);
    expect(addresses({ DOCKER_HOST: "", DOCKER_CONTEXT: "named" })).toEqual([
      { host: "tcp://named:1", source: 'DOCKER_CONTEXT (context "named")' },
    ]);
    expect(addresses({})).toEqual([
      { host: "tcp://current:1", source: `currentContext in ${config}/config.json (context "current")` },
    ]);
    const usual = addresses({ DOCKER_CONTEXT: "default" });
    expect(usual[0]).toEqual({ host: "unix:///var/run/docker.sock" });
    write("config.json", { currentContext: "default" });
    expect(addresses({})).toEqual(usual);
    rmSync(path.join(config, "config.json"));
    expect(addresses({})).toEqual(usual);
  });

  it.each([
    ["unix://", "unix:///var/run/docker.sock"],
    ["unix:///tmp/a.sock", "unix:///tmp/a.sock"],
    ["builder", "tcp://builder:2375"],
    ["tcp://builder", "tcp://builder:2375"],
    ["tcp://[::1]", "tcp://[::1]:2375"],
    ["tcp://builder:99/", "tcp://builder:99/"],
    ["ssh://me@builder:22/run/docker.sock", "ssh://me@builder:22/run/docker.sock"],
  ])("completes %s as the Docker CLI does", (given, host) => {
    expect(addresses({ DOCKER_HOST: given })[0].host).toBe(host);
  });

  it("speaks TLS when DOCKER_TLS_VERIFY or DOCKER_TLS says so, with the files of DOCKER_CERT_PATH", () => {
    for (const [file, text] of Object.entries(pem)) write(`certs/${file}`, text);
    const given = { DOCKER_HOST: "tcp://builder", DOCKER_CERT_PATH: path.join(config, "certs") };
    const files = { ca: "authority", cert: "certificate", key: "private key" };
    expect(addresses(given)[0]).toEqual({ host: "tcp://builder:2375", source: "DOCKER_HOST" });
    const tls = addresses({ ...given, DOCKER_TLS_VERIFY: "1" })[0];
    expect(tls).toEqual({
      host: "tcp://builder:2376",
      source: "DOCKER_HOST",
      tls: { ...files, verify: true },
    });
    expect(addresses({ ...given, DOCKER_TLS: "1" })[0].tls).toEqual({ ...files, verify: false });
    expect(() => addresses({ DOCKER_HOST: "tcp://builder", DOCKER_TLS_VERIFY: "1" })).toThrow(
      `${config}/ca.pem does not exist, which DOCKER_TLS_VERIFY asks for`,
    );
  });

  it("speaks TLS with the files of a context", () => {
    context("tls", { Host: "tcp://builder:2376" }, pem);
    expect(addresses({ DOCKER_CONTEXT: "tls" })[0].tls).toMatchObject({ ca: "authority", verify: true });
    context("careless", { Host: "tcp://builder:2376", SkipTLSVerify: true });
    expect(addresses({ DOCKER_CONTEXT: "careless" })[0].tls).toEqual({ verify: false });
  });

  it.each([
    [{ DOCKER_HOST: "http://builder" }, /"http:\/\/builder" is no address.*unix:\/\/.*correct DOCKER_HOST/],
    [{ DOCKER_HOST: "tcp://bu ilder" }, /cannot be read; correct DOCKER_HOST/],
    [{ DOCKER_HOST: "tcp://builder:1/prefix" }, /has a path; correct DOCKER_HOST/],
    [{ DOCKER_HOST: "ssh://builder?a=b" }, /has a query or fragment/],
    [
      { DOCKER_CONTEXT: "nope" },
      /no Docker context "nope", which DOCKER_CONTEXT names: see `docker context ls`/,
    ],
    [
      { DOCKER_CONTEXT: "empty" },
      /meta\.json names no Docker engine, but DOCKER_CONTEXT \(context "empty"\)/,
    ],
  ])("refuses %j and says what to correct", (environment, message) => {
    context("empty", undefined);
    expect(() => addresses(environment)).toThrow(EngineAddressError);
    expect(() => addresses(environment)).toThrow(message);
  });

  it("refuses a password in the address without repeating it", () => {
    expect(() => addresses({ DOCKER_HOST: "ssh://me:geheim@builder" })).toThrow(
      '"ssh://me:***@builder" is no address of a Docker engine, since it has a password in it; correct DOCKER_HOST.',
    );
  });

  it("names the configuration file that it cannot read", () => {
    write("config.json", "{");
    expect(() => addresses({})).toThrow(`${config}/config.json is no JSON object`);
    write("config.json", { currentContext: "gone" });
    expect(() => addresses({})).toThrow(`which currentContext in ${config}/config.json names`);
  });
});

describe("engineEnvironment", () => {
  it("tells programs that know no contexts where the engine of the context is", () => {
    const environment = { DOCKER_CONFIG: config, DOCKER_CONTEXT: "tls", OTHER: "kept" };
    const folder = context("tls", { Host: "tcp://builder" }, pem);
    expect(engineEnvironment(environment)).toEqual({
      ...environment,
      DOCKER_HOST: "tcp://builder:2376",
      DOCKER_CERT_PATH: folder,
      DOCKER_TLS_VERIFY: "1",
    });
  });

  it("changes nothing where there is no context, or DOCKER_HOST goes before it", () => {
    const plain = { DOCKER_CONFIG: config };
    expect(engineEnvironment(plain)).toBe(plain);
    const named = { DOCKER_HOST: "tcp://a", DOCKER_CONTEXT: "gone" };
    expect(engineEnvironment(named)).toBe(named);
  });
});
