import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { extract, type Header } from "tar-stream";

import { dockerfileInContext } from "../../images/buildContext";
import { packContext } from "./packContext";

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
