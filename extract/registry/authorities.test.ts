import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { authoritiesFor } from "./authorities";

const folder = mkdtempSync(join(tmpdir(), "authorities-"));
afterAll(() => rmSync(folder, { recursive: true }));

function certificate(...path: string[]): string {
  const file = join(folder, ...path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `-----BEGIN CERTIFICATE-----\n${path.join("/")}\n`);
  return file;
}

test.each([
  ["r.example", "r.example"],
  ["r.example", "r.example:443"],
  ["r.example:5000", "r.example:5000"],
])("for %s, every .crt in certs.d/%s counts beside Node's own", (host, name) => {
  const DOCKER_CONFIG = join(folder, name.replace(":", "-"));
  certificate(name.replace(":", "-"), "certs.d", name, "a.crt");
  certificate(name.replace(":", "-"), "certs.d", name, "b.crt");
  certificate(name.replace(":", "-"), "certs.d", name, "client.cert");
  const authorities = authoritiesFor(host, { DOCKER_CONFIG });
  expect(authorities?.slice(0, rootCertificates.length)).toEqual(rootCertificates);
  expect(
    authorities
      ?.slice(rootCertificates.length)
      .join()
      .match(/\w\.c\w+$/gm),
  ).toEqual(["a.crt", "b.crt"]);
  expect(authoritiesFor("r.example:5001", { DOCKER_CONFIG })).toBeUndefined();
});

test("SSL_CERT_FILE adds to Node's own and to NODE_EXTRA_CA_CERTS", () => {
  const more = { SSL_CERT_FILE: certificate("named.pem"), NODE_EXTRA_CA_CERTS: certificate("extra.pem") };
  const authorities = authoritiesFor("r.example", { DOCKER_CONFIG: folder, ...more });
  expect(
    authorities
      ?.slice(rootCertificates.length)
      .join()
      .match(/\w+\.pem$/gm),
  ).toEqual(["extra.pem", "named.pem"]);
  expect(authoritiesFor("r.example", { ...more, SSL_CERT_FILE: "" })).toBeUndefined();
});
