import { createHash } from "node:crypto";

import { z } from "zod";

/** What the API tells of a pushed manifest. Sizes are in bytes. */
export interface ManifestFacts {
  digest: string;
  size: number;
  /** Empty for an index, whose images are pushed one by one. */
  layers: { digest: string; size: number }[];
}

const manifestSchema = z.object({
  layers: z.array(z.object({ digest: z.string(), size: z.number() })).default([]),
});

/** Reads a manifest or an index; undefined when it is neither. */
export function manifestFacts(content: Buffer): ManifestFacts | undefined {
  let document: unknown;
  try {
    document = JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
  const manifest = manifestSchema.safeParse(document);
  if (!manifest.success) return undefined;
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  return { digest, size: content.length, layers: manifest.data.layers };
}
