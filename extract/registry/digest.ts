import { createHash } from "node:crypto";
import { ExtractError } from "../errors";

/** The bytes' digest, as registries write it. */
export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Passes the bytes on and fails at their end, or as soon as they are too many, unless size and digest are right. */
export async function* verified(
  source: AsyncIterable<Buffer>,
  expected: { digest: string; size?: number },
  what: string,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash("sha256");
  let size = 0;
  const wrongSize = (received: string): ExtractError =>
    new ExtractError(`${what} ${expected.digest} has ${received} bytes, not ${String(expected.size)}.`);
  for await (const chunk of source) {
    size += chunk.length;
    if (expected.size !== undefined && size > expected.size) throw wrongSize("more");
    hash.update(chunk);
    yield chunk;
  }
  if (expected.size !== undefined && size !== expected.size) throw wrongSize(`only ${size}`);
  const digest = `sha256:${hash.digest("hex")}`;
  if (digest !== expected.digest) {
    throw new ExtractError(
      `${what} ${expected.digest} is not what its digest says: it has digest ${digest}.`,
    );
  }
}
