import { chmod, copyFile, mkdtemp, readFile, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

/** What the Fn tools read of `func.yaml`. */
export interface FnFunction {
  name: string;
  version: string;
  entrypoint: string;
  /** MB. */
  memory: number;
}

export interface FnContext {
  directory: string;
  dockerfile: string;
  remove(): Promise<void>;
}

/** The Fn tools name the file they generate `Dockerfile` and random digits; these are always the same, and so is the image. */
const DOCKERFILE = "Dockerfile456953957";

/** One time for all files, so that layers don't depend on when they are made. */
const PACKAGED = new Date("2023-03-15T12:00:00Z");

export async function readFnFunction(folder: string): Promise<FnFunction> {
  return parse(await readFile(join(folder, "func.yaml"), "utf8")) as FnFunction;
}

/**
 * The Dockerfile that the Fn tools generate for a Python function: dependencies into /python, sources into /function,
 * both copied from a build stage into the runtime image.
 */
export function fnDockerfile(entrypoint: string, buildImage: string, runImage: string): string {
  return [
    `FROM ${buildImage} as build-stage`,
    "WORKDIR /function",
    "ADD requirements.txt /function/",
    "",
    "RUN pip3 install --target /python/  --no-cache --no-cache-dir -r requirements.txt &&\\",
    "    rm -fr ~/.cache/pip /tmp* requirements.txt func.yaml Dockerfile .venv &&\\",
    "    chmod -R o+r /python",
    "ADD . /function/",
    "RUN rm -fr /function/.pip_cache",
    `FROM ${runImage}`,
    "WORKDIR /function",
    "COPY --from=build-stage /python /python",
    "COPY --from=build-stage /function /function",
    "RUN chmod -R o+r /function",
    "ENV PYTHONPATH=/function:/python",
    `ENTRYPOINT [${entrypoint
      .split(" ")
      .map((word) => JSON.stringify(word))
      .join(", ")}]`,
    "",
  ].join("\n");
}

/** A copy of the function's folder with the generated Dockerfile in it, as the Fn tools have it while they build. */
export async function packageFnFunction(folder: string, dockerfileText: string): Promise<FnContext> {
  const directory = await mkdtemp(join(tmpdir(), "fn-build-"));
  const place = async (name: string, mode: number) => {
    await chmod(join(directory, name), mode);
    await utimes(join(directory, name), PACKAGED, PACKAGED);
  };
  for (const name of await readdir(folder)) {
    await copyFile(join(folder, name), join(directory, name));
    await place(name, 0o644);
  }
  await writeFile(join(directory, DOCKERFILE), dockerfileText);
  // The mode of temporary files; `chmod o+r` makes it 0604 in the image.
  await place(DOCKERFILE, 0o600);
  return {
    directory,
    dockerfile: join(directory, DOCKERFILE),
    remove: () => rm(directory, { recursive: true }),
  };
}
