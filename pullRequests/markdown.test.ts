import fc from "fast-check";
import { parsers } from "prettier/plugins/markdown";
import { code, codeBlock, folded, table } from "./markdown";

interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** The Markdown as another parser reads it. */
function read(markdown: string): Node {
  return parsers.markdown.parse(markdown, {} as never) as Node;
}

/** All nodes of a tree, without what is code. */
function nodes(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(nodes)];
}

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        ..."` | \\ < > & @ # * _ ~ [ ] ( ) ! :".split(" "),
        ...["\n", "\r", "\t", " ", "\u202e", "\u200b"],
        ...[
          "@someone",
          "<script>",
          "<!--",
          "-->",
          "</code>",
          "</details>",
          "``",
          "```",
          "\\|",
          "&#64;",
          "http://x.example",
          "a",
        ],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

describe("code", () => {
  test.each([
    ["fotogal_ntable_users", "`fotogal_ntable_users`"],
    ["@everyone #1 *b*", "`@everyone #1 *b*`"],
    ["a`b", "<code>a&#96;b</code>"],
    ["a|b", "<code>a&#124;b</code>"],
    ["<img src=x>", "<code>&#60;img src&#61;x&#62;</code>"],
    ["two\nlines\u202e", "`two lines�`"],
    ["  ", "(empty)"],
  ])("%j is %s", (text, markdown) => {
    expect(code(text)).toBe(markdown);
  });

  test("cuts by whole characters", () => {
    expect(code("🚲".repeat(5), 3)).toBe("`🚲🚲…`");
  });

  test("breaks no table, and is neither HTML nor a mention, whatever the name", () => {
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        const text = table(["name", "how"], [[code(one), `${code(other)} → ${code(one)}`]]);
        expect(text.split("\n")).toHaveLength(3);
        const [found, ...more] = read(text).children ?? [];
        expect([found?.type, more]).toEqual(["table", []]);
        for (const row of found?.children ?? []) expect(row.children).toHaveLength(2);
        const inside = nodes(found as Node);
        const html = inside.filter(({ type }) => type === "html").map(({ value }) => value);
        expect(html.filter((tag) => tag !== "<code>" && tag !== "</code>")).toEqual([]);
        expect(inside.map(({ type }) => type)).not.toContain("link");
        expect(inside.map(({ type }) => type)).not.toContain("image");
        expect(outsideCode(text)).not.toMatch(/[@#`\\]/);
      }),
      { numRuns: 300 },
    );
  });
});

/** What a mention or a reference to an issue would be looked for in. */
function outsideCode(markdown: string): string {
  return markdown.replace(/<code>[^<]*<\/code>/g, "").replace(/`[^`]*`/g, "");
}

test("nothing ends a block of code but its own fence", () => {
  fc.assert(
    fc.property(hostile, hostile, (one, other) => {
      const text = folded("Details", codeBlock(`${one}\n${other}\n~~~\n</details>`, "diff"));
      const parts = read(text).children ?? [];
      expect(parts.map(({ type }) => type)).toEqual(["html", "code", "html"]);
      expect(parts[2]?.value).toBe("</details>");
    }),
    { numRuns: 300 },
  );
});
