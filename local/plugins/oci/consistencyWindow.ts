import { closeSync, openSync, statSync, utimesSync } from "node:fs";

/** After a compartment's creation the other services may not know it yet; so long does Oracle's SDK go on asking. */
const LENGTH_MS = 240_000;

/**
 * The time after a creation in which a "not found" may only be a delay. Every provider of a program is a process of its own;
 * as with the official plugin, OCI_GO_SDK_EC_CONFIG=file,PATH shares the window among them: PATH's time is the window's end.
 */
export class ConsistencyWindow {
  private end = 0;
  private readonly file: string | undefined;

  constructor(setting: string | undefined) {
    this.file = /^file,(.+)$/i.exec(setting ?? "")?.[1];
  }

  open(now: number): void {
    this.end = now + LENGTH_MS;
    if (this.file === undefined) return;
    closeSync(openSync(this.file, "a", 0o600));
    utimesSync(this.file, now / 1000, this.end / 1000);
  }

  /** Milliseconds from `now` to the end; 0 when it is closed. */
  left(now: number): number {
    return Math.max(0, this.end - now, this.sharedEnd() - now);
  }

  private sharedEnd(): number {
    if (this.file === undefined) return 0;
    return statSync(this.file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }
}
