import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { loadAccount, registryToken } from "../account";
import { sha256 } from "../extract/registry/digest";
import { parseImageReference } from "../formats/imageReference";
import { type StackInWorld, imageNames, stackInNewWorld, succeeded } from "./stackInWorld";

jest.setTimeout(10 * 60_000);

let stack: StackInWorld;
let programs: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  stack = await stackInNewWorld((world) => {
    programs = world.path(".local", "programs");
    mkdirSync(programs, { recursive: true });
    trivyFinds("HIGH");
    program("cosign", "");
    const settings = { imageGate: { required: true }, imageSigning: { key: "awskms:///alias/images" } };
    world.edit("Pulumi.local.yaml", (text) =>
      [text, ...Object.entries(settings).map(([key, value]) => setting(key, JSON.stringify(value)))].join(""),
    );
    environment = { PATH: `${programs}${path.delimiter}${process.env.PATH ?? ""}` };
    return environment;
  });
});

afterAll(() => stack.world.remove());

const setting = (key: string, value: string) => `  fotogal-motando:${key}: ${value}\n`;

/** A program on the stack's PATH, which tells of its run in `NAME.runs`. */
function program(name: string, script: string): void {
  const file = path.join(programs, name);
  writeFileSync(file, `#!/bin/sh\necho "$*" >>'${file}.runs'\n${script}\n`);
  chmodSync(file, 0o755);
}

/** The arguments of each of the program's runs. */
function runs(name: string): string[] {
  const file = path.join(programs, `${name}.runs`);
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

function trivyFinds(...severities: string[]): void {
  const found = severities.map((Severity, index) => ({
    VulnerabilityID: `CVE-2024-${index}`,
    PkgName: "openssl",
    InstalledVersion: "3.0.1",
    Severity,
  }));
  const report = JSON.stringify({ SchemaVersion: 2, Results: [{ Target: "t", Vulnerabilities: found }] });
  program(
    "trivy",
    `for image; do :; done\ndocker image inspect "$image" >/dev/null || exit 9\n` +
      `while [ "$1" != --output ]; do shift; done\ncat >"$2" <<'END'\n${report}\nEND`,
  );
}

async function registry(url: string, accept = "application/json"): Promise<Response> {
  const token = await registryToken(loadAccount({}, stack.environment), stack.outputs.registryHost);
  return fetch(url, { headers: { authorization: `Bearer ${token}`, accept } });
}

test("each image's bill of materials is found from the image, by the tag that lists its referrers", async () => {
  for (const name of imageNames) {
    const { host, repository, digest = "" } = parseImageReference(stack.outputs.images[name]?.uri ?? "");
    const base = `http://${host}/v2/${repository}`;
    // The registry program has no referrers API.
    expect((await registry(`${base}/referrers/${digest}`)).status).toBe(404);
    const list = await registry(
      `${base}/manifests/${digest.replace(":", "-")}`,
      "application/vnd.oci.image.index.v1+json",
    );
    const index = (await list.json()) as { manifests: { digest: string; artifactType: string }[] };
    const { bill } = stack.outputs.imageReports[name] ?? {};
    expect(index.manifests).toMatchObject([{ artifactType: "application/vnd.cyclonedx+json" }]);
    const [referrer] = index.manifests;
    expect(bill).toMatchObject({
      attached: true,
      how: "tag",
      uri: `${host}/${repository}@${referrer?.digest ?? ""}`,
    });

    const type = "application/vnd.oci.image.manifest.v1+json";
    const manifest = (await (await registry(`${base}/manifests/${referrer?.digest ?? ""}`, type)).json()) as {
      subject: { digest: string };
      layers: { digest: string }[];
    };
    expect(manifest.subject.digest).toBe(digest);
    const content = await (await registry(`${base}/blobs/${manifest.layers[0]?.digest ?? ""}`)).text();
    expect(sha256(Buffer.from(content))).toBe(bill?.digest);
    expect(JSON.parse(content)).toMatchObject({
      bomFormat: "CycloneDX",
      metadata: { component: { name, version: "1.0.0" } },
    });
  }
});

test("the scanning service may read the repositories, by a policy in each compartment", async () => {
  const { cloud, outputs } = stack;
  for (const compartmentId of Object.values(outputs.compartments)) {
    const { items } = await cloud.identity.listPolicies({ compartmentId });
    expect(items.flatMap(({ statements }) => statements)).toEqual([
      `Allow service vulnerability-scanning-service to read repos in compartment id ${compartmentId}`,
      `Allow service vulnerability-scanning-service to read compartments in compartment id ${compartmentId}`,
    ]);
  }
});

test("what the scanner finds, and the signature, are outputs; nothing runs again while nothing changes", async () => {
  const { images, imageReports } = stack.outputs;
  for (const name of imageNames) {
    expect(imageReports[name]).toMatchObject({
      scan: { scanner: "trivy", counts: { HIGH: 1 }, vulnerabilities: [{ id: "CVE-2024-0" }] },
      signed: images[name]?.uri,
    });
  }
  expect(runs("cosign").sort()).toEqual(
    imageNames.map((name) => `sign --yes --key awskms:///alias/images ${images[name]?.uri ?? ""}`).sort(),
  );
  expect(runs("trivy")).toHaveLength(imageNames.length);
  const args = ["up", "--yes", "--expect-no-changes", "--non-interactive"];
  succeeded(await stack.world.pulumi(args, environment));
  expect(runs("trivy")).toHaveLength(imageNames.length);
});

test("the gate stops the push of what the scanner finds, and tells of it in a table", async () => {
  const { world, outputs } = stack;
  const status = async (version: string) => {
    const { host, repository } = parseImageReference(outputs.images.fotogal?.uri ?? "");
    const type = "application/vnd.docker.distribution.manifest.v2+json";
    return (await registry(`http://${host}/v2/${repository}/manifests/${version}`, type)).status;
  };
  trivyFinds("HIGH", "CRITICAL");
  succeeded(await world.pulumi(["config", "set", "fotogalVersion", "1.0.1"]));
  const stopped = await world.pulumi(["up", "--yes", "--non-interactive"], environment);
  expect(stopped.code).not.toBe(0);
  expect(stopped.output).toMatch(/CRITICAL +CVE-2024-1 +openssl +3\.0\.1/);
  expect(stopped.output).toMatch(
    /fotogal:1\.0\.1 is not pushed: trivy found 1 vulnerabilities of severity CRITICAL/,
  );
  // Not in the preview that goes before.
  expect(runs("trivy")).toHaveLength(imageNames.length + 1);
  expect([await status("1.0.0"), await status("1.0.1")]).toEqual([200, 404]);
});
