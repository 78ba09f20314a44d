const NOTHING = Buffer.alloc(0);

/** Room for all bodies that are on their way: each sender keeps its limit, but there may be thousands of them. */
export class BodyRoom {
  #freeBytes: number;

  constructor(bytes: number) {
    this.#freeBytes = bytes;
  }

  /** False when there is no such room; nothing is taken then. */
  take(bytes: number): boolean {
    if (bytes > this.#freeBytes) return false;
    this.#freeBytes -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#freeBytes += bytes;
  }
}

/**
 * A body as it comes, in one piece: kept as they came, chunks of one byte would each cost a hundred bytes of memory,
 * and a body of sixteen million of them the process.
 */
export class Body {
  readonly #room: BodyRoom;
  #bytes: Buffer = NOTHING;
  #length = 0;

  constructor(room: BodyRoom) {
    this.#room = room;
  }

  get length(): number {
    return this.#length;
  }

  /** What has come so far; not to be used behind `drop`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** False when there is no room; the body is to be refused then. */
  add(chunk: Buffer): boolean {
    if (!this.#room.take(chunk.length)) return false;
    const length = this.#length + chunk.length;
    // Most bodies are one chunk, which needs no copy.
    if (this.#length === 0) this.#bytes = chunk;
    else {
      if (length > this.#bytes.length) this.#grow(Math.max(length, 2 * this.#bytes.length));
      chunk.copy(this.#bytes, this.#length);
    }
    this.#length = length;
    return true;
  }

  /** Gives its room back; any number of times. */
  drop(): void {
    this.#room.giveBack(this.#length);
    this.#length = 0;
    this.#bytes = NOTHING;
  }

  /** By doubling, so that copying stays in proportion to the body. */
  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(bytes);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
