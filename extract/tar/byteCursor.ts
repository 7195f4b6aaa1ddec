/** Reads a stream of chunks by counts of bytes. */
export class ByteCursor {
  #chunk: Buffer = Buffer.alloc(0);
  readonly #source: AsyncIterator<Buffer>;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** So many bytes, fewer at the end of the stream; valid until the next call. */
  async take(count: number): Promise<Buffer> {
    if (this.#chunk.length < count) await this.#gather(count);
    const taken = this.#chunk.subarray(0, count);
    this.#chunk = this.#chunk.subarray(taken.length);
    return taken;
  }

  /** Passes over so many bytes; returns how many there were. */
  async skip(count: number): Promise<number> {
    let left = count;
    for (;;) {
      const here = Math.min(left, this.#chunk.length);
      this.#chunk = this.#chunk.subarray(here);
      left -= here;
      if (left === 0 || !(await this.#advance())) return count - left;
    }
  }

  /** So many bytes in the pieces that they come in; fewer at the end of the stream. */
  async *pieces(count: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = count; left > 0;) {
      if (this.#chunk.length === 0 && !(await this.#advance())) return;
      const piece = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async #gather(count: number): Promise<void> {
    const parts = [this.#chunk];
    let size = this.#chunk.length;
    while (size < count && (await this.#advance())) {
      parts.push(this.#chunk);
      size += this.#chunk.length;
    }
    this.#chunk = Buffer.concat(parts);
  }

  /** Goes to the next chunk, which must be when this one is used up or kept. */
  async #advance(): Promise<boolean> {
    const next = await this.#source.next();
    this.#chunk = next.done === true ? Buffer.alloc(0) : next.value;
    return next.done !== true;
  }
}
