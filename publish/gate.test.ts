import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MOST_LISTED, readScanReport } from "../formats/scanReport";
import type { CommandContext } from "../commandLine/program";
import { runCommand } from "./command";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "gate-test-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A scanner on PATH that writes this report, and its arguments beside it. */
function fake(name: "trivy" | "grype", report: unknown, script = ""): void {
  const option = name === "trivy" ? "--output" : "--file";
  writeFileSync(join(folder, `${name}.json`), typeof report === "string" ? report : JSON.stringify(report));
  writeFileSync(
    join(folder, name),
    `#!/bin/sh\necho "$@" > '${folder}/${name}.args'\n${script}\nwhile [ "$1" != ${option} ]; do shift; done\n/bin/cp '${folder}/${name}.json' "$2"\n`,
  );
  chmodSync(join(folder, name), 0o755);
}

async function scan(...options: string[]) {
  const output = { stdout: "", stderr: "" };
  const context: CommandContext = {
    stdout: { write: (text) => (output.stdout += text) },
    stderr: { write: (text) => (output.stderr += text) },
    environment: { PATH: folder },
  };
  const code = await runCommand(["scan", "host/ns/app:1.0.0", ...options], context);
  return { code, ...output, report: readScanReport(output.stdout) };
}

const trivy = (...vulnerabilities: object[]) => ({
  SchemaVersion: 2,
  ArtifactName: "host/ns/app:1.0.0",
  ArtifactType: "container_image",
  Results: [
    { Target: "app (debian 12.5)", Class: "os-pkgs", Type: "debian", Vulnerabilities: vulnerabilities },
    { Target: "Node.js", Class: "lang-pkgs", Type: "node-pkg" },
    { Target: "again", Class: "lang-pkgs", Type: "node-pkg", Vulnerabilities: vulnerabilities },
    { Target: "none", Class: "lang-pkgs", Type: "node-pkg", Vulnerabilities: null },
  ],
});
const openssl = {
  VulnerabilityID: "CVE-2024-1",
  PkgName: "openssl",
  InstalledVersion: "3.0.1",
  FixedVersion: "3.0.2",
  Status: "fixed",
  Severity: "CRITICAL",
};
const zlib = {
  VulnerabilityID: "CVE-2023-2",
  PkgName: "zlib1g",
  InstalledVersion: "1.2.13",
  Status: "will_not_fix",
  Severity: "HIGH",
};

it("lets pass what has no finding of the severities, and reports all by its severity, each once", async () => {
  fake(
    "trivy",
    trivy(zlib, { ...zlib, VulnerabilityID: "CVE-2023-3", Severity: "LOW" }, { ...zlib, Severity: "odd" }),
  );
  const { code, stderr, report } = await scan();
  expect(code).toBe(0);
  expect(report).toEqual({
    scanner: "trivy",
    image: "host/ns/app:1.0.0",
    counts: { LOW: 1, UNKNOWN: 1 },
    blocking: 0,
    omitted: 0,
    vulnerabilities: [
      { id: "CVE-2023-3", severity: "LOW", package: "zlib1g", installed: "1.2.13" },
      { id: "CVE-2023-2", severity: "UNKNOWN", package: "zlib1g", installed: "1.2.13" },
    ],
  });
  expect(stderr.split("\n")[1]).toMatch(/^LOW +CVE-2023-3 +zlib1g +1\.2\.13 +-$/);
});

it("stops what has one, with the table and what to do, and prints no report", async () => {
  fake("trivy", trivy(zlib, openssl));
  const { code, stdout, stderr } = await scan("--severities", "critical,HIGH");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    /SEVERITY +VULNERABILITY +PACKAGE +INSTALLED +FIXED IN\nCRITICAL +CVE-2024-1 +openssl +3\.0\.1 +3\.0\.2\nHIGH +CVE-2023-2/,
  );
  expect(stderr).toContain(
    "host/ns/app:1.0.0 is not pushed: trivy found 2 vulnerabilities of severity CRITICAL, HIGH;",
  );
});

it("lets pass what cannot be mended yet, where it is told to", async () => {
  fake("trivy", trivy(zlib));
  expect((await scan("--severities", "HIGH")).code).toBe(1);
  expect((await scan("--severities", "HIGH", "--ignore-unfixed")).code).toBe(0);
});

it("reads grype's report, whose fix counts only where its state is fixed", async () => {
  const match = (id: string, state: string, versions: string[]) => ({
    vulnerability: { id, severity: "High", namespace: "debian:distro:debian:12", fix: { versions, state } },
    relatedVulnerabilities: [],
    artifact: { name: "curl", version: "7.88", type: "deb" },
  });
  fake("grype", { matches: [match("CVE-1", "wont-fix", ["9"]), match("CVE-2", "fixed", ["8.1", "8.2"])] });
  const { report } = await scan();
  expect(report?.scanner).toBe("grype");
  expect(report?.vulnerabilities).toEqual([
    { id: "CVE-1", severity: "HIGH", package: "curl", installed: "7.88" },
    { id: "CVE-2", severity: "HIGH", package: "curl", installed: "7.88", fixed: "8.1, 8.2" },
  ]);
  expect((await scan("--severities", "HIGH", "--ignore-unfixed")).stderr).toContain(
    "found 1 vulnerabilities",
  );
});

it("prefers trivy, or what is asked for", async () => {
  fake("trivy", trivy());
  fake("grype", { matches: [] });
  expect((await scan()).report?.scanner).toBe("trivy");
  expect((await scan("--scanner", "grype")).report?.scanner).toBe("grype");
});

it("lists no more than a bounded number, and counts all", async () => {
  const many = Array.from({ length: 500 }, (_, index) => ({
    ...zlib,
    VulnerabilityID: `CVE-${index}-${"x".repeat(900)}`,
  }));
  fake("trivy", trivy(...many));
  const { report, stdout, stderr } = await scan();
  expect(report).toMatchObject({ counts: { HIGH: 500 }, omitted: 500 - MOST_LISTED });
  expect(report?.vulnerabilities).toHaveLength(MOST_LISTED);
  expect(stdout.length).toBeLessThan(20_000);
  expect(stderr).toContain("… and 480 more");
});

it("without a scanner says so, and fails only where one is required", async () => {
  expect((await scan()).report).toMatchObject({ scanner: "none", counts: {} });
  const { code, stderr } = await scan("--required");
  expect(code).toBe(1);
  expect(stderr).toBe(
    "host/ns/app:1.0.0 is not pushed, since it cannot be scanned: trivy or grype is not on PATH; install it, or set required to false.\n",
  );
});

it.each([
  [
    "fails",
    trivy(),
    "echo no database >&2; exit 3",
    /cannot be scanned: .*trivy ended with exit code 3:\nno database/,
  ],
  ["writes another format", { SchemaVersion: 3 }, "", /not understood .*use a current version of trivy/],
  ["writes half a report", '{"SchemaVersion": 2', "", /not understood/],
])("fails where the scanner %s", async (_, report, script, message) => {
  fake("trivy", report, script);
  const { code, stdout, stderr } = await scan();
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain("    at ");
});

it("says what is wrong with its arguments", async () => {
  expect((await scan("--severities", "SEVERE")).stderr).toContain('"SEVERE" is none of CRITICAL, HIGH');
  expect((await scan("--scanner", "clair")).code).toBe(1);
});
