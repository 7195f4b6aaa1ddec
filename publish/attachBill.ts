import { sha256 } from "../extract/registry/digest";
import type { AttachedBill } from "../formats/attachedBill";
import type { ImageReference } from "../formats/imageReference";
import { attach } from "./attach";
import { BOM_TYPE, billOfMaterials } from "./bom";
import { PublishError } from "./errors";
import { readLockfile } from "./lockfile";

export interface Bill {
  /** A package-lock.json's text, and where it is. */
  text: string;
  place: string;
  /** The image's. */
  name: string;
  version: string;
}

/** Makes the bill of materials and attaches it to the image. */
export async function attachBill(
  image: ImageReference,
  { text, place, name, version }: Bill,
  environment: NodeJS.ProcessEnv,
): Promise<AttachedBill> {
  const lockfile = readLockfile(text, place);
  const epoch = epochIn(environment);
  const content = Buffer.from(
    billOfMaterials(lockfile, { name, version, ...(epoch !== undefined && { epoch }) }),
  );
  const annotations: Record<string, string> = { "org.opencontainers.image.title": `${name}.cdx.json` };
  if (epoch !== undefined)
    annotations["org.opencontainers.image.created"] = new Date(epoch * 1000).toISOString();
  const attachment = await attach(image, { type: BOM_TYPE, content, annotations }, { environment });
  return { ...attachment, digest: sha256(content), packages: lockfile.packages.length };
}

function epochIn({ SOURCE_DATE_EPOCH: text }: NodeJS.ProcessEnv): number | undefined {
  if (text === undefined || text === "") return undefined;
  const epoch = Number(text);
  if (!/^\d+$/.test(text) || Number.isNaN(new Date(epoch * 1000).getTime())) {
    throw new PublishError(`SOURCE_DATE_EPOCH is "${text}"; give the seconds since 1970, or unset it.`);
  }
  return epoch;
}
