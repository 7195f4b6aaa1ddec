/** A DDL text that cannot be used. The message says line, column, what is wrong there and what to do. */
export class DdlError extends Error {
  override readonly name = "DdlError";

  constructor(
    /** Counted from 1. */
    readonly line: number,
    /** Counted from 1, in UTF-16 units. */
    readonly column: number,
    problem: string,
  ) {
    super(`line ${line}, column ${column}: ${problem}`);
  }
}

export interface Token {
  kind: "word" | "number" | "string" | "symbol" | "end";
  /** As written; empty at the end of the text. */
  text: string;
  line: number;
  column: number;
}

const BLANKS_AND_COMMENTS = /(?:\s+|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*|#[^\r\n]*|--[^\r\n]*)+/y;
const TOKENS: readonly (readonly [Token["kind"], RegExp])[] = [
  ["word", /[A-Za-z][A-Za-z0-9_]*/y],
  ["number", /[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y],
  ["string", /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y],
  ["symbol", /[(),.:;]/y],
];

/** Cuts a DDL text into tokens and leaves out blanks and comments (`/* *\/`, `//`, `#`, `--`). Throws DdlError. */
export function scanDdl(text: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  let line = 1;
  let lineStart = 0;
  const advance = (length: number) => {
    for (let index = offset; index < offset + length; index++) {
      if (text[index] === "\n") {
        line++;
        lineStart = index + 1;
      }
    }
    offset += length;
  };

  for (;;) {
    advance(matchAt(BLANKS_AND_COMMENTS, text, offset)?.length ?? 0);
    const column = offset - lineStart + 1;
    if (offset === text.length) {
      tokens.push({ kind: "end", text: "", line, column });
      return tokens;
    }
    const token = TOKENS.map(([kind, pattern]) => ({ kind, text: matchAt(pattern, text, offset) })).find(
      (candidate) => candidate.text !== undefined,
    );
    if (token?.text === undefined) {
      throw new DdlError(line, column, strayCharacter(text, offset));
    }
    tokens.push({ kind: token.kind, text: token.text, line, column });
    advance(token.text.length);
  }
}

function matchAt(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function strayCharacter(text: string, offset: number): string {
  if (text.startsWith("/*", offset)) {
    return "the comment is not closed; end it with */";
  }
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (character === '"' || character === "'") {
    return `the quoted text is not closed; end it with ${character}`;
  }
  return `the character ${JSON.stringify(character)} is not DDL; remove it (a name is a letter, then letters, digits or _)`;
}
