import { readableSize } from "./evidence";
import type { Progress } from "../extractSource";

interface Terminal {
  write: (text: string) => unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Whether the stream is a terminal that can rewrite a line. */
export function isLiveTerminal({ isTTY }: Terminal, environment: NodeJS.ProcessEnv): boolean {
  return isTTY === true && environment.TERM !== "dumb";
}

/** One line of a terminal that tells what is going on, and goes away; elsewhere nothing. */
export class ProgressLine {
  #text = "";
  #isShown = false;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly terminal: Terminal,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    if (!isLiveTerminal(terminal, environment)) return;
    this.#timer = setInterval(() => this.#show(), 100).unref();
  }

  /** What is being done now. */
  tell(text: string): void {
    this.#text = text;
  }

  tellLayer({ layer, layers, bytes, total }: Progress): void {
    this.tell(`Reading layer ${layer} of ${layers}: ${readableSize(bytes)} of ${readableSize(total)}`);
  }

  /** Clears the line, before anything else is written. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#isShown) this.terminal.write("\r\x1b[K");
    this.#isShown = false;
  }

  #show(): void {
    if (this.#text === "") return;
    this.terminal.write(`\r\x1b[K${this.#text.slice(0, (this.terminal.columns || 80) - 1)}`);
    this.#isShown = true;
  }
}
