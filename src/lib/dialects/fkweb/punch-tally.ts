import type { Punch } from '../../punch.js';
import type { Fragment } from '../dialect.js';
import { MAX_FRAGMENT_BYTES } from './evidence.js';
import type { ReadGlog } from './glog.js';

/**
 * The biggest memory in the vendor's list is 200,000 punches. A body of 16 MiB could hold 1.4 million slots of 12
 * bytes; beyond this number they stay raw, so that one message can't eat the memory of a small PC.
 */
const MAX_PUNCHES = 250_000;
/** Unreadable slots beyond this are gathered: a fragment for each would cost a hundred times their size. */
const MAX_SINGLE_FRAGMENTS = 1_000;
/** Room for what is wrapped around gathered slots. */
export const MAX_GATHERED_BYTES = MAX_FRAGMENT_BYTES - 256;

export interface Tallied {
  readonly punches: readonly Punch[];
  readonly unread: readonly Fragment[];
  readonly skipped: number;
}

/** Turns slots into a message that hip could read again from quarantine (`hip quarantine retry`). */
export type WrapSlots = (slots: readonly Uint8Array[]) => Uint8Array;

/** Counts the slots of one message, so that nothing between what came and what is kept goes missing. */
export class PunchTally {
  readonly #wrap: WrapSlots;
  readonly #punches: Punch[] = [];
  readonly #unread: Fragment[] = [];
  #skipped = 0;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;

  constructor(wrap: WrapSlots) {
    this.#wrap = wrap;
  }

  get isFull(): boolean {
    return this.#punches.length >= MAX_PUNCHES;
  }

  /**
   * @param read null for a slot that holds nothing
   * @param slot its bytes, asked for only when it could not be read
   */
  add(read: ReadGlog | null, slot: () => Uint8Array): void {
    if (read === null) this.#skipped++;
    else if (read.punch !== null) this.#punches.push(read.punch);
    else this.addUnread(read.reason, slot());
  }

  addUnread(reason: string, slot: Uint8Array): void {
    if (this.#unread.length < MAX_SINGLE_FRAGMENTS) this.#push(reason, [slot]);
    else this.#gather(slot);
  }

  finish(): Tallied {
    this.#flush();
    return { punches: this.#punches, unread: this.#unread, skipped: this.#skipped };
  }

  #gather(slot: Uint8Array): void {
    if (this.#gatheredBytes + slot.length + 1 > MAX_GATHERED_BYTES) this.#flush();
    this.#gathered.push(slot);
    this.#gatheredBytes += slot.length + 1;
  }

  #flush(): void {
    if (this.#gathered.length > 0) this.#push('many unreadable punches', this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }

  #push(reason: string, slots: readonly Uint8Array[]): void {
    this.#unread.push({ reason, bytes: this.#wrap(slots).slice(0, MAX_FRAGMENT_BYTES) });
  }
}
