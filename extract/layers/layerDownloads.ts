import type { Descriptor, RegistryClient } from "../registry/registryClient";

/** Skipping a smaller layer gains less than reading it proves, so the walk reads every layer below this size. Bytes. */
export const smallLayer = 1024 * 1024;

/** Small layers asked for before the walk comes to them. */
const window = 6;

/** Hands out the layers' bytes; small layers are fetched a few at a time ahead of the walk, which goes from the top. */
export class LayerDownloads {
  readonly #ahead = new Map<Descriptor, Promise<Buffer>>();
  /** Small layers not asked for yet, topmost last. */
  readonly #waiting: Descriptor[];
  readonly #received = new Map<Descriptor, number>();

  /**
   * @param layers lowest first
   * @param onBytes called with a layer and its bytes that have come so far
   */
  constructor(
    private readonly client: RegistryClient,
    layers: readonly Descriptor[],
    private readonly onBytes: (layer: Descriptor, bytes: number) => void = () => undefined,
  ) {
    this.#waiting = layers.filter(({ size }) => size < smallLayer);
  }

  /** Begins with the topmost small layers. */
  start(): void {
    while (this.#ahead.size < window) {
      const next = this.#waiting.pop();
      if (next === undefined) return;
      const whole = this.#whole(next);
      // It fails where it is read, if it ever is.
      whole.catch(() => undefined);
      this.#ahead.set(next, whole);
    }
  }

  /** A layer's bytes as the registry holds them, verified at their end. */
  async *read(layer: Descriptor): AsyncGenerator<Buffer, void, undefined> {
    const whole = this.#ahead.get(layer);
    if (whole === undefined) {
      yield* this.#download(layer);
      return;
    }
    const bytes = await whole;
    this.#ahead.delete(layer);
    this.start();
    yield bytes;
  }

  /** A part of a layer, which nothing has verified; undefined when the registry does not serve parts. */
  async range(layer: Descriptor, start: number, length: number): Promise<Buffer | undefined> {
    const bytes = await this.client.range(layer, start, length, "Layer");
    if (bytes !== undefined) this.#count(layer, bytes);
    return bytes;
  }

  /** Bytes of the layer that have come over the network. */
  received(layer: Descriptor): number {
    return this.#received.get(layer) ?? 0;
  }

  async #whole(layer: Descriptor): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.#download(layer)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *#download(layer: Descriptor): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of this.client.blob(layer, "Layer")) {
      this.#count(layer, piece);
      yield piece;
    }
  }

  #count(layer: Descriptor, { length }: Buffer): void {
    const received = this.received(layer) + length;
    this.#received.set(layer, received);
    this.onBytes(layer, received);
  }
}
