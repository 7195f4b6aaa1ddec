import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, lutimesSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { type Builder, missing, testUnless } from "./builders";
import { ImageWorld } from "./imageWorld";

/** Larger than any layer that is read for being small. */
export const largeContent = (): Buffer => randomBytes(1_300_000);

/** Writes files below a folder. Test support. */
export function writeFiles(folder: string, files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** The images that every builder has to make; `options` go to the builder. */
export function describeImages(builder: Builder, world: () => ImageWorld, options: string[] = []): void {
  const testHere = testUnless(missing(builder));
  const build = (name: string, context: string, steps: string[]): string =>
    world().build(builder, name, context, steps, options);

  testHere("an image shaped as the Fn tools make them", async () => {
    const context = world().context();
    const modes = { Dockerfile456953957: 0o604, "func.py": 0o640, "func.yaml": 0o644, "run.sh": 0o755 };
    for (const [name, mode] of Object.entries(modes)) {
      writeFiles(context, { [`function/${name}`]: `content of ${name}\n` });
      chmodSync(join(context, "function", name), mode);
    }
    writeFiles(context, { dependency: largeContent() });
    const image = build("fn", context, [
      "WORKDIR /function",
      "COPY dependency /python/dependency",
      "COPY function /function/",
      "RUN chmod -R o+r /function",
      'ENTRYPOINT ["/python/bin/fdk", "/function/func.py", "handler"]',
    ]);
    const { layers } = await world().compare(image);
    // Buildah makes the directory in the next step's layer, and so shows no WORKDIR to stop at.
    expect(layers.filter(({ read }) => !read).length).toBe(builder === "buildah" ? 1 : 2);
  });

  testHere("files that later layers delete, replace, rename and link", async () => {
    const context = world().context();
    const names = ["a/deep/one", "a/two", "b/three", "c", "moved/x/y", "kept"];
    writeFiles(context, Object.fromEntries(names.map((name) => [`function/${name}`, name])));
    linkSync(join(context, "function/c"), join(context, "function/c-hard"));
    symlinkSync("a/two", join(context, "function/soft"));
    lutimesSync(join(context, "function/soft"), 1_000_000_000, 1_000_000_000);
    utimesSync(join(context, "function/kept"), 1_234_567_890.75, 1_234_567_890.75);
    const image = build("changes", context, [
      "COPY function /function",
      "RUN rm -r /function/a && mkdir /function/a && echo new > /function/a/new",
      "RUN rm /function/b/three && ln /function/c /function/b/hard && ln -s ../c /function/b/soft",
      "RUN echo more >> /function/c && chmod 4711 /function/c && mv /function/moved /function/renamed",
      "RUN ln /bin/sh /function/shell && ln -s /function/a /function/absolute && ln -s /bin/sh /function/out",
      "RUN mkfifo /function/pipe && mv /function/kept /function/b/kept && touch -d @1500000000 /function/a",
    ]);
    const { warnings } = await world().compare(image, {
      leftOut: ["pipe", "out"],
      madeRelative: { absolute: "a" },
    });
    expect(warnings).toHaveLength(3);
  });

  testHere("places that change their kind from layer to layer", async () => {
    const context = world().context();
    const image = build("kinds", context, [
      "RUN mkdir -p /function/a/deep /function/b /function/c && echo 1 > /function/a/deep/1 && echo 2 > /function/b/2",
      "RUN rm -r /function/a /function/b && echo file > /function/a && ln -s c /function/b && echo 3 > /function/c/3",
      "RUN rm /function/a /function/b && ln -s c /function/a && mkdir /function/b && echo 4 > /function/b/4",
      "RUN rm /function/a && mkdir -p /function/a/deep && echo 5 > /function/a/deep/5 && rm -r /function/c",
      "RUN mkdir -m 1777 /function/sticky && mkdir -p -m 555 /function/closed && mkdir /function/empty",
      "RUN echo x > /function/closed/x && chmod 2750 /function/empty && echo again > /function/c",
    ]);
    await world().compare(image);
    await world().compare(image, { path: "/function/a/deep" });
  });

  testHere("a directory that is deleted, opaque, and reached through symlinks", async () => {
    const context = world().context();
    const image = build("symlinks", context, [
      "RUN mkdir -p /function/old /srv/real/app && echo 1 > /function/old/file && echo 2 > /srv/real/app/file",
      "RUN rm -r /function && mkdir /function && echo 3 > /function/new && ln -s . /function/self",
      "RUN ln -s real /srv/link && ln -s /srv/link/app /app && ln -s new /function/also",
    ]);
    await world().compare(image);
    await world().compare(image, { path: "/app" });
    await world().compare(image, { path: "/srv/link/app", dockerPath: "/srv/real/app" });
    const again = build("symlinks-again", context, [
      `FROM ${image}`,
      "RUN rm -r /function && ln -s app /function && echo 4 > /srv/real/app/later",
    ]);
    await world().compare(again);
  });

  testHere("unusual names", async () => {
    const context = world().context();
    const root = join(context, "names", "function");
    const long = Array.from({ length: 6 }, (_, index) => String(index).repeat(90)).join("/");
    writeFiles(root, {
      "with  spaces and 'quotes' \"\\": "1",
      "new\nline": "2",
      "é ü 漢字 😀": "3",
      ["n".repeat(255)]: "4",
      [`${long}/file`]: "5",
      "-dash": "6",
      "#hash %41 $HOME": "7",
      ".hidden/..two/...three": "8",
      "wh..wh": "9",
    });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff, 0xfe])]), "bytes");
    mkdirSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xe9, 0x20])]));
    symlinkSync(`${long}/file`, join(root, "long-link"));
    symlinkSync(Buffer.from([0x66, 0xff, 0xfe]), join(root, "bytes-link"));
    execFileSync("tar", ["-C", join(context, "names"), "-cf", join(context, "names.tar"), "function"]);
    const image = build("names", context, [
      "ADD names.tar /",
      "RUN rm '/function/new\\nline' || rm /function/new*line && touch /function/-dash",
      `RUN mv /function/${"n".repeat(255)} /function/${"m".repeat(255)}`,
    ]);
    await world().compare(image);
  });

  testHere("steps that copy over what is there, from other stages and with owners", async () => {
    const context = world().context();
    writeFiles(context, { "one/a": "1", "one/sub/b": "2", "two/a": "3", "two/sub/c": "4", "two/d/e": "5" });
    const image = build("stages", context, [
      "FROM scratch AS base",
      "ADD rootfs.tar /",
      "COPY one /function",
      "FROM base AS other",
      "RUN mkdir /out && echo built > /out/binary && chmod 751 /out /out/binary && ln /out/binary /out/same",
      "FROM base",
      "WORKDIR /function",
      "COPY --chown=12:34 two .",
      "COPY --from=other /out sub",
      "RUN rm -r d",
    ]);
    await world().compare(image);
    await world().compare(image, { path: "/function/sub/binary", isFile: true });
  });

  testHere("a COPY through a symlink that a RUN made", async () => {
    const context = world().context();
    writeFiles(context, { "code/func.py": "code", "code/model": largeContent() });
    const image = build("through", context, [
      "RUN mkdir -p /function && echo 1 > /function/old && ln -s function /app",
      "COPY code /app/",
    ]);
    await world().compare(image);
  });

  testHere("a COPY that makes a directory where a file or symlink was", async () => {
    const context = world().context();
    writeFiles(context, { "one/x/a": "1", "two/y": "2" });
    const image = build("over", context, [
      "COPY one /function",
      "RUN rm -r /function/x && ln -s /srv /function/x && ln -s nowhere /function/y",
      "RUN rm /function/x",
      "COPY one /function",
      "COPY two/y /function/z",
    ]);
    await world().compare(image, { leftOut: [] });
  });
}
