import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";

import tarFs, { type PackOptions } from "tar-fs";

import { dockerfileInContext, readable, readContext, slashes } from "../../images/buildContext";

/**
 * The context as a tar stream for the engine, owners set to root, and the Dockerfile's path in it. The Dockerfile
 * and `.dockerignore` are in it even when ignored, since the engine reads them. A file that cannot be read ends the
 * stream with an error.
 * @throws BuildContextError
 */
export async function packContext(
  context: string,
  dockerfile: string,
): Promise<{ tar: Readable; dockerfile: string }> {
  const inContext = dockerfileInContext(context, dockerfile);
  const wanted = inContext.startsWith("../") ? [".dockerignore"] : [inContext, ".dockerignore"];
  const kept = new Set<string>(["", "."]);
  const { entries } = await readContext(context, dockerfile, wanted);
  for (const entry of entries) kept.add(entry.path);

  const outside = inContext.startsWith("../")
    ? await readable(dockerfile, () => readFile(dockerfile))
    : undefined;
  // Named by its content: a random name would change what `COPY . .` copies and so defeat the build cache.
  const name = outside ? `.dockerfile.${createHash("sha256").update(outside).digest("hex")}` : inContext;
  const options: PackOptions & { sort: boolean; umask: number } = {
    ignore: (file) => !kept.has(slashes(path.relative(context, file))),
    map: (header) => ({ ...header, uid: 0, gid: 0 }),
    sort: true,
    umask: 0,
    finalize: false,
    finish: (pack) => {
      if (outside) pack.entry({ name, mode: 0o644 }, outside);
      pack.finalize();
    },
  };
  const tar = tarFs.pack(context, options);
  return { tar: tar as unknown as Readable, dockerfile: name };
}
