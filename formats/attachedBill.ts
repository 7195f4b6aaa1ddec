import { z } from "zod";

const facts = {
  /** Digest of the bill itself. */
  digest: z.string(),
  /** How many packages it lists. */
  packages: z.number(),
};

const schema = z.discriminatedUnion("attached", [
  z.object({
    attached: z.literal(true),
    /** The bill's place, `repository@digest` of the manifest that refers to the image. */
    uri: z.string(),
    /** How it is found from the image: by the registry's referrers API, or by the tag that stands in for it. */
    how: z.enum(["api", "tag"]),
    ...facts,
  }),
  z.object({ attached: z.literal(false), reason: z.string(), ...facts }),
]);

/** What became of an image's bill of materials; the registry may not take it. */
export type AttachedBill = z.output<typeof schema>;

/** Reads what `publish sbom` printed; undefined where that is none. */
export function readAttachedBill(json: string): AttachedBill | undefined {
  try {
    return schema.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
