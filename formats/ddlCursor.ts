import { DdlError, scanDdl, type Token } from "./ddlScanner";

/** A place in a DDL text, and the moves that a grammar's rules are made of. Keywords match in any case. */
export abstract class DdlCursor {
  protected position = 0;
  private readonly tokens: readonly Token[];

  constructor(text: string) {
    this.tokens = scanDdl(text);
  }

  protected name(what: string): Token {
    return this.expect(this.peek().kind === "word", what);
  }

  protected number(what: string): string {
    return this.expect(this.peek().kind === "number", `a number after ${what}`).text;
  }

  protected count(what: string): number {
    return Number(this.expect(/^[0-9]+$/.test(this.peek().text), `${what} as a whole number`).text);
  }

  protected list(item: () => string): string {
    const items = [item()];
    while (this.skipSymbol(",")) {
      items.push(item());
    }
    return items.join(", ");
  }

  protected parenthesised<T>(inside: () => T): T {
    this.symbol("(");
    const value = inside();
    this.symbol(")");
    return value;
  }

  protected symbol(symbol: string): void {
    this.expect(this.peek().text === symbol, `"${symbol}"`);
  }

  protected skipSymbol(symbol: string): boolean {
    const skipped = this.peek().text === symbol;
    this.position += skipped ? 1 : 0;
    return skipped;
  }

  protected keywords(...expected: string[]): void {
    for (const keyword of expected) {
      this.expect(this.atKeywords(keyword), keyword);
    }
  }

  protected skipKeywords(...expected: string[]): boolean {
    const skipped = this.atKeywords(...expected);
    this.position += skipped ? expected.length : 0;
    return skipped;
  }

  protected atKeywords(...expected: string[]): boolean {
    return expected.every((keyword, index) => {
      const token = this.peek(index);
      return token.kind === "word" && token.text.toUpperCase() === keyword;
    });
  }

  protected expect(holds: boolean, what: string): Token {
    if (!holds) {
      this.fail(`expected ${what}, found ${found(this.peek())}`);
    }
    return this.next();
  }

  protected next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  protected peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)];
    if (token === undefined) {
      throw new Error("a scanned text always has its end token");
    }
    return token;
  }

  protected fail(problem: string, at: Token = this.peek()): never {
    throw new DdlError(at.line, at.column, problem);
  }
}

export function found(token: Token): string {
  return token.kind === "end" ? "the end of the text" : `"${token.text}"`;
}
