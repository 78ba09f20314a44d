const NOTHING = Buffer.alloc(0);

/** Room for all that is on its way: each sender keeps its limit, but there may be thousands of them. */
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
 * and a body of sixteen million of them the process. It takes as much room as it has memory, filled or not.
 */
export class Body {
  readonly #room: BodyRoom;
  readonly #mostBytes: number;
  #bytes: Buffer = NOTHING;
  #length = 0;

  /** @param mostBytes what it can come to; no memory is taken for more */
  constructor(room: BodyRoom, mostBytes: number) {
    this.#room = room;
    this.#mostBytes = mostBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** What has come so far; not to be used behind `drop`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** False when it gets too long, or there is no room; the body is to be refused then. */
  add(chunk: Buffer): boolean {
    const length = this.#length + chunk.length;
    if (length > this.#mostBytes) return false;
    if (this.#length === 0 && isWhole(chunk)) {
      // Most bodies are one chunk, which needs no copy.
      if (!this.#room.take(length)) return false;
      this.#bytes = chunk;
    } else {
      if (length > this.#bytes.length && !this.#grow(length)) return false;
      chunk.copy(this.#bytes, this.#length);
    }
    this.#length = length;
    return true;
  }

  /** Gives its room back; any number of times. */
  drop(): void {
    this.#room.giveBack(this.#bytes.length);
    this.#length = 0;
    this.#bytes = NOTHING;
  }

  /** By doubling, so that copying stays in proportion to the body. */
  #grow(leastBytes: number): boolean {
    const bytes = Math.max(leastBytes, Math.min(2 * this.#bytes.length, this.#mostBytes));
    if (!this.#room.take(bytes - this.#bytes.length)) return false;
    const larger = Buffer.allocUnsafeSlow(bytes);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    return true;
  }
}

/** A chunk is a window on what was read from the socket, up to 64 KiB, which it keeps: often all of it, but not always. */
function isWhole(chunk: Buffer): boolean {
  return 2 * chunk.length >= chunk.buffer.byteLength;
}
