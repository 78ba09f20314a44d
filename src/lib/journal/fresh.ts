import type { WaitingPunch } from './journal.js';

/** Enough for what is under way to a far sink, and what is read meanwhile. */
export const MOST_FRESH = 32_768;

/**
 * What an import just stored, in memory from its commit until its verdict: the forwarder need not read back what was
 * written a moment ago, which would be a tenth of an import's work.
 *
 *   whole  -> broken  (something else waits too, or more than `MOST_FRESH`: all of it is read from the disk)
 *   broken -> whole   (nothing waits any more)
 *
 * It is whole as long as exactly as many punches wait on disk as are in here. A waiting punch is never removed, so its
 * key never becomes another's; and should another process have settled one of them, the sink merely gets it twice.
 */
export class FreshPunches {
  /** In the order of their keys. */
  readonly #waiting = new Map<number, WaitingPunch>();
  /** Stored in the running transaction. */
  #added: WaitingPunch[] = [];
  #isWhole = false;

  /** In a transaction: whether it is worth it to add what is stored. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** @param waiting punches that wait on disk when the transaction begins */
  begin(waiting: number): void {
    this.#added = [];
    this.#isWhole = waiting === this.#waiting.size;
    if (!this.#isWhole) this.#waiting.clear();
  }

  /** In a transaction. */
  add(punches: readonly WaitingPunch[]): void {
    for (const punch of punches) this.#added.push(punch);
  }

  commit(): void {
    for (const punch of this.#added.splice(0)) this.#waiting.set(punch.key, punch);
    if (this.#waiting.size > MOST_FRESH) this.#waiting.clear();
  }

  /** After a rollback, whose keys will be those of others. */
  forget(): void {
    this.#added = [];
    this.#waiting.clear();
  }

  /** Null where only the disk knows all that waits. */
  take({
    limit,
    afterKey,
    waiting,
  }: {
    limit: number;
    afterKey: number;
    waiting: number;
  }): WaitingPunch[] | null {
    if (waiting !== this.#waiting.size) return null;
    const taken: WaitingPunch[] = [];
    for (const punch of this.#waiting.values()) {
      if (taken.length === limit) break;
      if (punch.key > afterKey) taken.push(punch);
    }
    return taken;
  }

  /** They no longer wait. */
  remove(keys: readonly number[]): void {
    for (const key of keys) this.#waiting.delete(key);
  }
}
