/** Control characters, and those that hide or turn text around in what is shown. */
const deceiving = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;
const longestName = 120;

/**
 * A name or value as inline code, harmless wherever it comes from: on one line, without effect on a table, as HTML, or as a mention.
 * @param longest characters, after which it is cut
 */
export function code(text: string, longest = longestName): string {
  const shown = cut(oneLine(text), longest);
  if (shown === "") return "(empty)";
  if (!/[`|\\<>&]/.test(shown)) return `\`${shown}\``;
  // Between backticks some of these would still end a table's cell or the code itself.
  const escaped = shown.replace(/[^\p{L}\p{N} .-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
  return `<code>${escaped}</code>`;
}

/** Lines as a block of code, whose fence is longer than any in them. */
export function codeBlock(text: string, language: "diff" | "text"): string {
  const shown = text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => line.replaceAll("\t", "  ").replace(deceiving, "�"))
    .join("\n")
    .trimEnd();
  const longest = (shown.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

/** @param rows cells of Markdown: names and values through `code` */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A part that is folded until somebody looks. @param summary text without Markdown */
export function folded(summary: string, content: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().replace(deceiving, "�");
}

/** By whole characters. */
export function cut(text: string, longest: number): string {
  const characters = Array.from(text);
  return characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : text;
}
