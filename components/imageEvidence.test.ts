import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ImageEvidence, type ImageEvidenceArgs } from "./imageEvidence";
import { ofType, read, runMocked } from "./testing/mockStack";

const uri = `gru.ocir.io/ns/app@sha256:${"a".repeat(64)}`;
const lockfile = "app/fotogal/package-lock.json";
const image = { uri, imageName: "it's", version: "1.0.0" };
const bill = {
  attached: true,
  uri: "gru.ocir.io/ns/app@sha256:b",
  how: "api",
  digest: "sha256:c",
  packages: 3,
};

function evidence(args: Partial<ImageEvidenceArgs>, printed: object = bill) {
  return runMocked(() => new ImageEvidence("app", { ...image, ...args }), {
    outputs: { "command:local:Command": { stdout: JSON.stringify(printed) } },
  });
}

it("attaches a bill of materials, again whenever the image or the lockfile changes", async () => {
  const { result, registered } = await evidence({ lockfile });
  const hash = createHash("sha256").update(readFileSync(lockfile)).digest("hex");
  expect(ofType(registered, "Command")).toMatchObject([
    {
      inputs: {
        create: `node dist/publish.js sbom '${uri}' --lockfile '${lockfile}' --name 'it'\\''s' --image-version '1.0.0'`,
        triggers: [uri, hash],
      },
    },
  ]);
  expect(result.bill && (await read(result.bill)).value).toEqual(bill);
  expect(result.signed).toBeUndefined();
});

it("signs after that, with no secret in the command", async () => {
  const { result, registered } = await evidence({ lockfile, signing: { key: "key file" } });
  const [, signature] = ofType(registered, "Command");
  expect(signature).toMatchObject({
    name: "app-signature",
    inputs: { create: `node dist/publish.js sign '${uri}' --key 'key file'`, triggers: [uri] },
  });
  expect(signature?.dependsOn).toContain("command:local:Command app-sbom");
  expect(result.signed && (await read(result.signed)).value).toBe(uri);
});

it("warns where the registry does not take the bill", async () => {
  const warn = jest.spyOn(console, "warn").mockImplementation();
  const refused = { attached: false, reason: "status 415", digest: "sha256:c", packages: 3 };
  const { result } = await evidence({ lockfile }, refused);
  expect(result.bill && (await read(result.bill)).value).toEqual(refused);
  expect(warn).toHaveBeenCalledWith(
    expect.stringContaining("goes without its bill of materials: status 415"),
  );
});

it("runs nothing by itself, and refuses what cannot be", async () => {
  expect(ofType((await evidence({})).registered, "Command")).toEqual([]);
  await runMocked(() => {
    const key = "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----";
    expect(() => new ImageEvidence("app", { ...image, lockfile: "none.json", signing: { key } })).toThrow(
      /no lockfile at none\.json.*\n.*signing\.key is a private key/,
    );
  });
});
