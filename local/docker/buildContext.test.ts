import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { extract, type Header } from "tar-stream";

import { BuildContextError, contextDigest, dockerfileInContext, packContext } from "./buildContext";

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

async function packed(): Promise<{
  dockerfile: string;
  entries: Map<string, Header & { content: string }>;
}> {
  const { tar, dockerfile: name } = await packContext(context, dockerfile);
  const entries = new Map<string, Header & { content: string }>();
  for await (const entry of tar.pipe(extract() as unknown as NodeJS.ReadWriteStream)) {
    const { header } = entry as unknown as { header: Header };
    let content = "";
    for await (const chunk of entry as unknown as AsyncIterable<Buffer>) content += chunk.toString();
    entries.set(header.name.replace(/\/$/, ""), { ...header, content });
  }
  return { dockerfile: name, entries };
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

describe("packContext", () => {
  it("packs what the digest counts, owned by root, with modes, links and parents", async () => {
    write("app/.dockerignore", "*.log\nbuild\n!build/keep.txt\n");
    write("app/x.log", "x");
    write("app/build/keep.txt", "z");
    write("app/build/drop.txt", "z");
    chmodSync(path.join(context, "a.txt"), 0o604);
    symlinkSync("a.txt", path.join(context, "link"));
    const { dockerfile: name, entries } = await packed();
    entries.delete(".");
    expect(name).toBe("Dockerfile");
    expect([...entries.keys()].sort()).toEqual(
      [".dockerignore", "Dockerfile", "a.txt", "build", "build/keep.txt", "link", "sub", "sub/b.txt"].sort(),
    );
    expect(entries.get("a.txt")).toMatchObject({ mode: 0o604, uid: 0, gid: 0, content: "one" });
    expect(entries.get("link")).toMatchObject({ type: "symlink", linkname: "a.txt" });
  });

  it("packs the Dockerfile and the ignore file although they are ignored", async () => {
    write("app/.dockerignore", "*\n!a.txt\n");
    const { entries } = await packed();
    entries.delete(".");
    expect([...entries.keys()].sort()).toEqual([".dockerignore", "Dockerfile", "a.txt"]);
  });

  it("adds a Dockerfile from outside under a name made from its content", async () => {
    write("outer.Dockerfile", "FROM scratch\n# outer\n");
    dockerfile = path.join(root, "outer.Dockerfile");
    const { dockerfile: name, entries } = await packed();
    expect(name).toMatch(/^\.dockerfile\.[0-9a-f]{64}$/);
    expect(entries.get(name)?.content).toBe("FROM scratch\n# outer\n");
    expect(dockerfileInContext(context, dockerfile)).toBe("../outer.Dockerfile");
  });
});
