import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { BuildContextError, contextDigest } from "./buildContext";

let root: string;
let context: string;
let dockerfile: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "context-"));
  context = path.join(root, "app");
  dockerfile = path.join(context, "Dockerfile");
  write("app/Dockerfile", "FROM scratch\n");
  write("app/a.txt", "one");
  write("app/sub/b.txt", "two");
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content: string) {
  const full = path.join(root, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content, { mode: 0o644 });
}

async function digestAfter(change: () => void): Promise<{ before: string; after: string }> {
  const before = await contextDigest(context, dockerfile);
  change();
  return { before, after: await contextDigest(context, dockerfile) };
}

describe("contextDigest", () => {
  it("changes with content, name, permissions, a new file and the Dockerfile", async () => {
    const digests = [
      await digestAfter(() => write("app/a.txt", "other")),
      await digestAfter(() => chmodSync(path.join(context, "a.txt"), 0o755)),
      await digestAfter(() => write("app/sub/c.txt", "")),
      await digestAfter(() => rmSync(path.join(context, "sub/b.txt"))),
      await digestAfter(() => write("app/Dockerfile", "FROM scratch\nLABEL a=b\n")),
    ];
    for (const { before, after } of digests) expect(after).not.toBe(before);
    expect(new Set(digests.map(({ after }) => after)).size).toBe(digests.length);
  });

  it("counts permissions as git keeps them, where it is asked to", async () => {
    const asGit = () => contextDigest(context, dockerfile, "executable");
    const before = await asGit();
    chmodSync(path.join(context, "a.txt"), 0o664);
    expect(await asGit()).toBe(before);
    chmodSync(path.join(context, "a.txt"), 0o755);
    expect(await asGit()).not.toBe(before);
  });

  it("does not change with times, empty directories or the place of the context", async () => {
    const { before, after } = await digestAfter(() => {
      utimesSync(path.join(context, "a.txt"), 1, 1);
      mkdirSync(path.join(context, "empty"));
    });
    expect(after).toBe(before);
    const relative = path.relative(process.cwd(), context);
    expect(await contextDigest(relative, path.join(relative, "Dockerfile"))).toBe(before);
  });

  it("leaves ignored files out, and lets exceptions in", async () => {
    write("app/.dockerignore", "# comment\n*.log\nbuild\n!build/keep.txt\n");
    const ignored = await digestAfter(() => {
      write("app/x.log", "x");
      write("app/build/y.txt", "y");
    });
    expect(ignored.after).toBe(ignored.before);
    const kept = await digestAfter(() => write("app/build/keep.txt", "z"));
    expect(kept.after).not.toBe(kept.before);
    const deep = await digestAfter(() =>
      write("app/sub/x.log", "a pattern without **/ is for the top alone"),
    );
    expect(deep.after).not.toBe(deep.before);
  });

  it("counts an ignored Dockerfile, and one outside the context under any name", async () => {
    write("app/.dockerignore", "Dockerfile\n");
    const ignored = await digestAfter(() => write("app/Dockerfile", "FROM other\n"));
    expect(ignored.after).not.toBe(ignored.before);

    write("one.Dockerfile", "FROM scratch\n");
    write("two.Dockerfile", "FROM scratch\n");
    const one = await contextDigest(context, path.join(root, "one.Dockerfile"));
    expect(await contextDigest(context, path.join(root, "two.Dockerfile"))).toBe(one);
    write("one.Dockerfile", "FROM other\n");
    expect(await contextDigest(context, path.join(root, "one.Dockerfile"))).not.toBe(one);
  });

  it("prefers the Dockerfile's own ignore file", async () => {
    write("app/.dockerignore", "a.txt\n");
    write("app/Dockerfile.dockerignore", "sub\n");
    const { before, after } = await digestAfter(() => write("app/sub/b.txt", "changed"));
    expect(after).toBe(before);
    const other = await digestAfter(() => write("app/a.txt", "changed"));
    expect(other.after).not.toBe(other.before);
  });

  it("takes a symbolic link by its text, wherever it leads", async () => {
    symlinkSync("../../outside", path.join(context, "link"));
    const target = await digestAfter(() => write("outside", "new"));
    expect(target.after).toBe(target.before);
    const link = await digestAfter(() => {
      rmSync(path.join(context, "link"));
      symlinkSync("../elsewhere", path.join(context, "link"));
    });
    expect(link.after).not.toBe(link.before);
  });

  it.each([
    ["a context that is not there", "nowhere", "Dockerfile"],
    ["a context that is a file", "app/a.txt", "app/Dockerfile"],
    ["a Dockerfile that is not there", "app", "app/Nope"],
    ["a Dockerfile that is a directory", "app", "app/sub"],
  ])("refuses %s", async (_, directory, file) => {
    const failing = contextDigest(path.join(root, directory), path.join(root, file));
    await expect(failing).rejects.toThrow(BuildContextError);
  });
});
