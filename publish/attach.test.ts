import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ImageReference, parseImageReference } from "../formats/imageReference";
import { attach } from "./attach";

const sha256 = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const imageType = "application/vnd.docker.distribution.manifest.v2+json";
const subject = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: imageType }));

/** What a registry keeps, and answers instead of its usual self by "METHOD kind". */
class Shelf {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map([[sha256(subject), { bytes: subject, type: imageType }]]);
  readonly puts: string[] = [];
  referrers: "served" | "claimed" | "missing" = "missing";
  refusing: [string, number] | undefined;
  readonly server = createServer((request, response) => void this.serve(request, response));

  async image(): Promise<ImageReference> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return parseImageReference(`127.0.0.1:${port}/ns/app:1.0.0@${sha256(subject)}`);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", headers } = request;
    const url = new URL(request.url ?? "", "http://x");
    const [, kind = "", name = ""] =
      /^\/v2\/ns\/app\/(manifests|referrers|blobs)\/(.*)$/.exec(url.pathname) ?? [];
    const bytes = Buffer.concat(chunks);
    const scope = method === "GET" || method === "HEAD" ? "pull" : "pull,push";
    if (url.pathname === "/token") {
      response.end(JSON.stringify({ token: url.searchParams.get("scope") }));
      return;
    }
    if (!String(headers.authorization).endsWith(scope)) {
      const challenge = `Bearer realm="http://${headers.host ?? ""}/token",scope="repository:ns/app:${scope}"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
      return;
    }
    if (this.refusing?.[0] === `${method} ${kind}`) {
      response.writeHead(this.refusing[1]).end(JSON.stringify({ errors: [{ message: "no such thing" }] }));
      return;
    }
    if (method === "POST") {
      response.writeHead(202, { location: "/v2/ns/app/blobs/uploads/1?state=x" }).end();
    } else if (method === "PUT" && kind === "blobs") {
      this.blobs.set(url.searchParams.get("digest") ?? "", bytes);
      response.writeHead(201).end();
    } else if (method === "PUT") {
      this.manifests.set(name, { bytes, type: headers["content-type"] ?? "" });
      this.puts.push(name);
      const { subject: of } = JSON.parse(bytes.toString()) as { subject?: { digest: string } };
      response
        .writeHead(201, { ...(this.referrers !== "missing" && of && { "oci-subject": of.digest }) })
        .end();
    } else {
      const found = kind === "blobs" ? this.blobs.get(name) : this.manifests.get(name);
      const known = kind === "referrers" ? this.referrers === "served" : found !== undefined;
      const type = found !== undefined && "type" in found ? found.type : "application/octet-stream";
      response.writeHead(known ? 200 : 404, { "content-type": type });
      response.end(
        method === "HEAD" || !known
          ? undefined
          : found !== undefined && "bytes" in found
            ? found.bytes
            : found,
      );
    }
  }
}

let shelf: Shelf;
let image: ImageReference;
beforeEach(async () => {
  shelf = new Shelf();
  image = await shelf.image();
});
afterEach(() => {
  shelf.server.closeAllConnections();
  shelf.server.close();
});

const artifact = {
  type: "application/vnd.cyclonedx+json",
  content: Buffer.from("{bill}"),
  annotations: { a: "b" },
};
const put = () =>
  attach(image, artifact, {
    findCredential: () => Promise.resolve({ credential: { username: "u", password: "p" } }),
  });

it("stores a manifest that refers to the image, with what it holds", async () => {
  shelf.referrers = "served";
  const attachment = await put();
  const [digest = ""] = shelf.puts;
  expect(attachment).toEqual({ attached: true, how: "api", uri: `${image.host}/ns/app@${digest}` });
  expect(shelf.puts).toHaveLength(1);
  const { bytes, type } = shelf.manifests.get(digest) ?? { bytes: Buffer.alloc(0), type: "" };
  expect(type).toBe("application/vnd.oci.image.manifest.v1+json");
  expect(sha256(bytes)).toBe(digest);
  const manifest = JSON.parse(bytes.toString()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  expect(manifest).toMatchObject({
    schemaVersion: 2,
    artifactType: artifact.type,
    config: { mediaType: "application/vnd.oci.empty.v1+json", size: 2 },
    layers: [{ mediaType: artifact.type, size: 6 }],
    subject: { mediaType: imageType, digest: sha256(subject), size: subject.length },
    annotations: { a: "b" },
  });
  expect(shelf.blobs.get(manifest.layers[0]?.digest ?? "")).toEqual(artifact.content);
  expect(shelf.blobs.get(manifest.config.digest)?.toString()).toBe("{}");
});

it.each(["missing", "claimed"] as const)(
  "keeps the list itself where the referrers API is %s, and adds to it once",
  async (api) => {
    shelf.referrers = api;
    const tag = sha256(subject).replace(":", "-");
    const other = { mediaType: "x", digest: "sha256:1", size: 1, artifactType: "signature" };
    const index = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [other],
    };
    shelf.manifests.set(tag, { bytes: Buffer.from(JSON.stringify(index)), type: index.mediaType });
    expect(await put()).toMatchObject({ attached: true, how: "tag" });
    const kept = () =>
      JSON.parse(shelf.manifests.get(tag)?.bytes.toString() ?? "") as { manifests: object[] };
    const [digest] = shelf.puts;
    expect(kept().manifests).toEqual([
      other,
      expect.objectContaining({ digest, artifactType: artifact.type }),
    ]);
    await put();
    expect(kept().manifests).toHaveLength(2);
    expect(shelf.puts).toEqual([digest, tag, digest]);
  },
);

it.each(["", "[]", "no JSON"])("refuses a tag of that name that holds %j instead of a list", async (text) => {
  const tag = sha256(subject).replace(":", "-");
  shelf.manifests.set(tag, { bytes: Buffer.from(text), type: "text/plain" });
  await expect(put()).rejects.toThrow(`Tag ${tag} is not an index of referrers; remove it.`);
});

it.each([
  ["the registry takes no artifacts", 415],
  ["the repository is immutable", 409],
])("says why where %s", async (_, status) => {
  shelf.refusing = ["PUT manifests", status];
  const reason = new RegExp(`refuses to take a manifest in ns/app .*status ${status}, no such thing`);
  expect(await put()).toEqual({ attached: false, reason: expect.stringMatching(reason) as string });
});

it.each([
  ["denied", ["PUT manifests", 403], /refuses to take a manifest .*log in with docker login/],
  ["without room", ["PUT blobs", 413], /refuses to take a blob .*status 413/],
] as const)("fails where it is %s", async (_, refusing, message) => {
  shelf.refusing = [...refusing];
  await expect(put()).rejects.toThrow(message);
});

it("fails without the image", async () => {
  shelf.manifests.clear();
  await expect(put()).rejects.toThrow(/^There is no image 127\.0\.0\.1:\d+\/ns\/app:1\.0\.0@sha256:/);
});
