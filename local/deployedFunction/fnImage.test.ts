import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FnContext, fnDockerfile, packageFnFunction, readFnFunction } from "./fnImage";

const SOURCE = join(__dirname, "../../app/functions/oci-objectstorage-create-par-python");

it("reads the sample function's own description", async () => {
  expect(await readFnFunction(SOURCE)).toMatchObject({
    name: "oci-objectstorage-create-par-python",
    version: "0.0.8",
    entrypoint: "/python/bin/fdk /function/func.py handler",
    memory: 256,
  });
});

it("generates the Fn tools' Dockerfile", () => {
  const lines = fnDockerfile("/python/bin/fdk /function/func.py handler", "python:dev", "python:run").split(
    "\n",
  );
  expect(lines.filter((line) => /^[A-Z]+ /.test(line))).toEqual([
    "FROM python:dev as build-stage",
    "WORKDIR /function",
    "ADD requirements.txt /function/",
    "RUN pip3 install --target /python/  --no-cache --no-cache-dir -r requirements.txt &&\\",
    "ADD . /function/",
    "RUN rm -fr /function/.pip_cache",
    "FROM python:run",
    "WORKDIR /function",
    "COPY --from=build-stage /python /python",
    "COPY --from=build-stage /function /function",
    "RUN chmod -R o+r /function",
    "ENV PYTHONPATH=/function:/python",
    'ENTRYPOINT ["/python/bin/fdk", "/function/func.py", "handler"]',
  ]);
});

describe("packageFnFunction", () => {
  let folder: string;
  let context: FnContext;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "function-"));
    await writeFile(join(folder, "func.py"), "# a function\n", { mode: 0o600 });
    await writeFile(join(folder, "requirements.txt"), "fdk\n", { mode: 0o664 });
    context = await packageFnFunction(folder, "FROM python:dev\n");
  });

  afterEach(() => rm(folder, { recursive: true }));

  it("adds the Dockerfile under a name with digits, readable by its owner alone", async () => {
    const names = (await readdir(context.directory)).sort();
    expect(names).toEqual([expect.stringMatching(/^Dockerfile\d+$/), "func.py", "requirements.txt"]);
    expect(await readFile(context.dockerfile, "utf8")).toBe("FROM python:dev\n");
    expect((await stat(context.dockerfile)).mode & 0o777).toBe(0o600);
    await context.remove();
  });

  it("gives the other files one mode and all one time, whatever the checkout has", async () => {
    const names = await readdir(context.directory);
    const stats = await Promise.all(names.map((name) => stat(join(context.directory, name))));
    expect(new Set(stats.map(({ mtimeMs }) => mtimeMs)).size).toBe(1);
    expect((await stat(join(context.directory, "func.py"))).mode & 0o777).toBe(0o644);
    expect((await stat(join(context.directory, "requirements.txt"))).mode & 0o777).toBe(0o644);
    await context.remove();
  });

  it("leaves nothing behind", async () => {
    await context.remove();
    await expect(stat(context.directory)).rejects.toThrow("ENOENT");
    expect((await readdir(folder)).sort()).toEqual(["func.py", "requirements.txt"]);
  });
});
