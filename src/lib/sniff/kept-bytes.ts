/**
 * What is kept of messages under way: so much of each, and so much of all together. What is beyond is counted. The
 * sniffer must hold its memory whatever passes through it.
 */
export interface KeepLimits {
  readonly messageBytes: number;
  readonly allBytes: number;
  /** Each message has this much, however full it is: without its head nothing can be told. */
  readonly leastBytes: number;
}

export const KEEP_LIMITS: KeepLimits = {
  /** As much as `hip serve` takes (`serve.maxBodyBytes`): a whole FK log in one body is 9.6 MB. */
  messageBytes: 16 * 1024 * 1024,
  allBytes: 64 * 1024 * 1024,
  leastBytes: 64 * 1024,
};

const FIRST_BYTES = 1024;

/** The room that all messages under way share. */
export class Keeper {
  readonly #limits: KeepLimits;
  #used = 0;

  constructor(limits: KeepLimits = KEEP_LIMITS) {
    this.#limits = limits;
  }

  keep(): KeptBytes {
    return new KeptBytes({
      take: (bytes, kept) => {
        const { messageBytes, allBytes, leastBytes } = this.#limits;
        const room = Math.max(allBytes - this.#used, leastBytes - kept);
        const granted = Math.max(0, Math.min(bytes, messageBytes - kept, room));
        this.#used += granted;
        return granted;
      },
      give: (bytes) => {
        this.#used -= bytes;
      },
    });
  }
}

interface Room {
  /** How many of these bytes there is room for, with so many kept already. */
  take(bytes: number, kept: number): number;
  give(bytes: number): void;
}

/** Bytes of one message, from its first on without a gap. Call order: `add` any number of times, `release` once. */
export class KeptBytes {
  /** How many bytes came for which there was no room. */
  cut = 0;
  readonly #room: Room;
  #buffer = Buffer.alloc(0);
  #length = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  get length(): number {
    return this.#length;
  }

  /** Good until the next `add`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  add(chunk: Uint8Array): void {
    // After the first cut nothing more: what is kept has no gap.
    const granted = this.cut > 0 ? 0 : this.#room.take(chunk.length, this.#length);
    this.cut += chunk.length - granted;
    if (granted === 0) return;
    this.#grow(this.#length + granted);
    this.#buffer.set(chunk.subarray(0, granted), this.#length);
    this.#length += granted;
  }

  /** The room is free for others; what was read from `bytes` stays good. */
  release(): void {
    this.#room.give(this.#length);
  }

  /** By doubling: devices that send byte by byte must not cost the square of their bytes. */
  #grow(needed: number): void {
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, this.#buffer.length * 2, needed));
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}
