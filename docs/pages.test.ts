import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "..");
const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => file !== "" && existsSync(path.join(root, file)));
const folders = new Set(tracked.map((file) => file.split("/").slice(0, -1).join("/")));
const pages = tracked.filter(
  (file) => /^(docs\/.*|README|CONTRIBUTING)(\.md)?$/.test(file) && file.endsWith(".md"),
);
const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

describe.each(pages)("%s", (page) => {
  const text = readFileSync(path.join(root, page), "utf8");

  it("names commands that there are", () => {
    const named = [...text.matchAll(/npm run (?:--silent )?([a-z][\w:]*)/g)].map(([, name]) => name ?? "");
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("links to pages and headings that there are", () => {
    const links = [...text.matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]+))?\)/g)];
    const wrong = links.filter(([, target = "", heading]) => {
      const file = target === "" ? page : path.join(path.dirname(page), target).replace(/[\\/]$/, "");
      if (!exists(file)) return true;
      return heading !== undefined && !headings(file).includes(heading);
    });
    expect(wrong.map(([link]) => link)).toEqual([]);
  });

  it("names files that there are", () => {
    const code = [...text.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, inside = ""]) => inside);
    const wrong = code.filter((inside) => looksLikeOurs(inside) && !exists(inside.replace(/\/$/, ""), page));
    expect(wrong).toEqual([]);
  });
});

it("finds what is wrong", () => {
  expect(looksLikeOurs("local/none.ts")).toBe(true);
  expect(looksLikeOurs("gru.ocir.io/namespace/fotogal")).toBe(false);
  expect(exists("local/none.ts")).toBe(false);
  expect(headings("docs/oracle-cloud.md")).toContain("3-what-the-group-may-do");
});

/** A path that begins with one of our folders, and has no placeholder. */
function looksLikeOurs(text: string): boolean {
  const [first = "", ...rest] = text.split("/");
  return (
    rest.length > 0 &&
    first !== "" &&
    folders.has(first) &&
    /^[\w./-]+$/.test(text) &&
    !/\b[A-Z]{3,}\b/.test(text)
  );
}

/** As seen from the checkout, or from a page's own folder. */
function exists(file: string, page?: string): boolean {
  const beside = page === undefined ? [] : [path.join(path.dirname(page), file)];
  return [file, ...beside].some((each) => tracked.includes(each) || folders.has(each) || hasFolder(each));
}

function hasFolder(folder: string): boolean {
  return tracked.some((file) => file.startsWith(`${folder}/`));
}

/** As GitHub makes anchors of a page's headings. */
function headings(file: string): string[] {
  return [...readFileSync(path.join(root, file), "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
