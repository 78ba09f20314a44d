/**
 * Messages that come in parts (fkweb.md 1.5): parts 1, 2, 3 … then part 0, the last one.
 *
 * States of a transfer, one per device, request and transaction:
 *   (none)  -> open     part 1
 *   open    -> open     the part that is due, or an identical repeat of the one before it (lost answer)
 *   open    -> ended    part 0
 *   ended   -> ended    an identical repeat of part 0
 *   any     -> open     part 1 again: the device starts over
 *   any     -> (none)   a part out of order; a message that is complete by itself; too old, too big, pushed out
 *
 * An ended transfer is kept because nobody here learns whether its punches reached the disk: when they didn't, the
 * device may send only part 0 again, and the whole must be there once more.
 *
 * Everything here is memory, and a part that was answered OK is not on disk. Nothing is lost by that: a device
 * deletes a punch only after the OK for its last part (1.9). What the process must not do after a restart is to take
 * that last part for a message of its own; the open transfer is therefore also named in the device's stamps.
 */

export interface TransferLimits {
  /** One reassembled message. 16 MiB: 200,000 punches of 48 bytes, the biggest memory there is, are 9.6 MB. */
  readonly maxMessageBytes: number;
  /** All transfers together; the least recently touched are dropped, and their devices start over. */
  readonly maxTotalBytes: number;
  readonly maxTransfers: number;
  /** The vendor's server drops a transfer after 30 minutes of silence. */
  readonly maxIdleMs: number;
}

export const TRANSFER_LIMITS: TransferLimits = {
  maxMessageBytes: 16 * 1_048_576,
  maxTotalBytes: 64 * 1_048_576,
  maxTransfers: 256,
  maxIdleMs: 30 * 60_000,
};

interface Transfer {
  /** One growing buffer: a million parts of a byte each cost a million bytes. */
  buffer: Uint8Array;
  /** Bytes of all parts but part 0. */
  length: number;
  lastPart: { readonly no: number; readonly start: number };
  /** End of part 0 in the buffer, or null while open. */
  end: number | null;
  touchedAtMs: number;
}

export class Transfers {
  readonly #limits: TransferLimits;
  /** In order of last use, oldest first. */
  readonly #open = new Map<string, Transfer>();
  #totalBytes = 0;

  constructor(limits: TransferLimits) {
    this.#limits = limits;
  }

  /** Memory held, for the bound to be tested. */
  get heldBytes(): number {
    return this.#totalBytes;
  }

  /** Takes part 1, 2, 3 …; false when it does not continue what is there, which is dropped then. */
  add(key: string, part: { readonly no: number; readonly bytes: Uint8Array }, nowMs: number): boolean {
    this.#dropIdle(nowMs);
    if (part.bytes.length === 0) return false;
    if (part.no === 1) this.drop(key);
    const transfer = part.no === 1 ? this.#create(key) : this.#open.get(key);
    if (transfer === undefined) return false;
    const isRepeat =
      part.no === transfer.lastPart.no && isSame(transfer, transfer.lastPart.start, part.bytes);
    const isNext = part.no === transfer.lastPart.no + 1 && transfer.end === null;
    const fits = isRepeat || (isNext && this.#append(transfer, part.bytes));
    if (!fits) {
      this.drop(key);
      return false;
    }
    if (isNext) {
      transfer.lastPart = { no: part.no, start: transfer.length };
      transfer.length += part.bytes.length;
    }
    this.#touch(key, transfer, nowMs);
    return true;
  }

  /**
   * The whole message when `last` ends an open transfer or repeats the end of one. `broken` when it can't end the one
   * that is open, null when there is none that it belongs to; what was there is dropped then. The bytes are valid
   * until the next call.
   */
  finish(key: string, last: Uint8Array, nowMs: number): Uint8Array | 'broken' | null {
    this.#dropIdle(nowMs);
    const transfer = this.#open.get(key);
    if (transfer === undefined) return null;
    const { length } = transfer;
    const isOpen = transfer.end === null;
    const fits = isOpen ? last.length > 0 && this.#append(transfer, last) : isSame(transfer, length, last);
    if (!fits) {
      this.drop(key);
      return isOpen ? 'broken' : null;
    }
    transfer.end = length + last.length;
    this.#touch(key, transfer, nowMs);
    return transfer.buffer.subarray(0, transfer.end);
  }

  drop(key: string): void {
    const transfer = this.#open.get(key);
    if (transfer === undefined) return;
    this.#open.delete(key);
    this.#totalBytes -= transfer.buffer.length;
  }

  #create(key: string): Transfer {
    const buffer = new Uint8Array(0);
    const transfer = { buffer, length: 0, lastPart: { no: 0, start: 0 }, end: null, touchedAtMs: 0 };
    this.#open.set(key, transfer);
    return transfer;
  }

  /** Copies bytes behind what is there, in a buffer that doubles; false when the message gets too big. */
  #append(transfer: Transfer, bytes: Uint8Array): boolean {
    const needed = transfer.length + bytes.length;
    if (needed > this.#limits.maxMessageBytes) return false;
    if (needed > transfer.buffer.length) {
      const doubled = Math.min(this.#limits.maxMessageBytes, transfer.buffer.length * 2);
      const grown = new Uint8Array(Math.max(needed, doubled));
      grown.set(transfer.buffer.subarray(0, transfer.length));
      this.#totalBytes += grown.length - transfer.buffer.length;
      transfer.buffer = grown;
    }
    transfer.buffer.set(bytes, transfer.length);
    return true;
  }

  #touch(key: string, transfer: Transfer, nowMs: number): void {
    transfer.touchedAtMs = nowMs;
    this.#open.delete(key);
    this.#open.set(key, transfer);
    while (this.#open.size > this.#limits.maxTransfers || this.#totalBytes > this.#limits.maxTotalBytes) {
      const oldest = this.#open.keys().next().value;
      if (oldest === undefined || oldest === key) break;
      this.drop(oldest);
    }
  }

  #dropIdle(nowMs: number): void {
    for (const [key, transfer] of this.#open) {
      if (nowMs - transfer.touchedAtMs <= this.#limits.maxIdleMs) break;
      this.drop(key);
    }
  }
}

function isSame(transfer: Transfer, start: number, bytes: Uint8Array): boolean {
  const end = transfer.end !== null && start >= transfer.length ? transfer.end : transfer.length;
  if (end - start !== bytes.length) return false;
  return bytes.every((byte, i) => transfer.buffer[start + i] === byte);
}
