import { PassThrough, Transform } from "node:stream";
import { createGunzip } from "node:zlib";

/**
 * A stream that unpacks gzip, zstd or nothing, told by the first bytes: media types are not always right.
 * @param chunkSize bytes of the pieces it gives, about
 */
export function decompressorFor(start: Buffer, chunkSize: number): Transform {
  if (start[0] === 0x1f && start[1] === 0x8b) return createGunzip({ chunkSize });
  const skippable = start.length >= 4 && (start.readUInt32LE(0) & 0xfffffff0) >>> 0 === 0x184d2a50;
  if (skippable || (start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528)) return zstdStream();
  return new PassThrough();
}

function zstdStream(): Transform {
  // Few layers are zstd; the others should not pay for loading the decoder.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { Decompress } = require("fzstd") as typeof import("fzstd");
  const decoder = new Decompress();
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      attempt(() => void decoder.push(chunk), done);
    },
    flush(done) {
      attempt(() => void decoder.push(new Uint8Array(0), true), done);
    },
  });
  // The decoder reuses its buffers.
  decoder.ondata = (data) => stream.push(Buffer.from(data));
  return stream;
}

function attempt(step: () => void, done: (error?: Error) => void): void {
  try {
    step();
    done();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}
