import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { extractSource } from "../extract/extractSource";
import { imageOf, tarOf, type TestImage } from "../extract/layers/layerTesting";
import type { RegistryOptions } from "../extract/registry/registryClient";

/** One image and its extraction, for registries of all kinds. Test support. */

/** Of `/function/big`. */
export const content = randomBytes(400_000).toString("hex");
/** The authorization of the user `ns/me` with the password `p:w`. */
export const basic = `Basic ${Buffer.from("ns/me:p:w").toString("base64")}`;

/** Three layers; the one in the middle is large. */
export async function newImage(): Promise<TestImage> {
  const layers = [
    {
      step: "WORKDIR /function",
      entries: [
        ["function", null],
        ["function/old", "old"],
      ] as const,
    },
    { step: "COPY . /function", entries: [["function/big", content]] as const },
    { step: "RUN make", entries: [["function/func.py", "print()"]] as const },
  ];
  return imageOf(
    await Promise.all(layers.map(async ({ step, entries }) => ({ step, bytes: await tarOf(entries) }))),
  );
}

/** Extracts the image's `/function` and checks what comes out. */
export async function extract(reference: string, registry: RegistryOptions): Promise<void> {
  const extraction = await extractSource(reference, { registry: { retryDelay: () => 1, ...registry } });
  try {
    const files: Record<string, string> = {};
    for (const [path, node] of extraction.tree) {
      if (node.kind !== "file") continue;
      const hash = createHash("sha256");
      for await (const chunk of extraction.contents.read(node.content)) hash.update(chunk);
      files[path] = hash.digest("hex");
    }
    const expected = { big: content, "func.py": "print()", old: "old" };
    expect(files).toEqual(
      Object.fromEntries(
        Object.entries(expected).map(([path, text]) => [
          path,
          createHash("sha256").update(text).digest("hex"),
        ]),
      ),
    );
  } finally {
    await extraction.close();
  }
}

/** Only what a test says, and nothing of who runs it. */
export const environment = (variables: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  DOCKER_CONFIG: "/nowhere",
  ...variables,
});

/** Writes Docker's configuration into a folder of that name; returns the folder. */
export function dockerConfig(folder: string, name: string, config: object): string {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "config.json"), JSON.stringify(config));
  return place;
}

/** As `dockerConfig`, where the user `ns/me` is logged in. */
export function loggedIn(folder: string, name: string, host: string, password = "p:w"): string {
  const auth = Buffer.from(`ns/me:${password}`).toString("base64");
  return dockerConfig(folder, name, { auths: { [host]: { auth } } });
}
