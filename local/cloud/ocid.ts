import { randomBytes } from "node:crypto";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** `length` random characters of base 32 as OCIDs use them. */
export function randomBase32(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** A new OCID: `ocid1.TYPE.oc1.REGION.UNIQUE`; identity's resources are global and have no region. */
export function newOcid(type: string, region = ""): string {
  return `ocid1.${type}.oc1.${region}.${randomBase32(60)}`;
}
