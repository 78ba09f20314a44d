import type { Punch } from '../../punch.js';
import type { Fragment, Reading } from '../dialect.js';
import { carriesSecret } from './secrets.js';

/** A fragment's size limit in the journal's contract. */
export const MAX_FRAGMENT_BYTES = 65_536;
/**
 * Unreadable lines beyond this are gathered into blocks of up to 64 KiB, each one unit: a body of 16 MiB can hold
 * millions of lines, and a fragment of its own for each would cost the memory of a small PC.
 */
const MAX_SINGLE_FRAGMENTS = 1_000;

/** Counts what one body held, so that `lines = punches + unread + skipped` holds by construction. */
export class Tally {
  readonly punches: Punch[] = [];
  readonly unread: Fragment[] = [];
  skipped = 0;
  /** Lines that were not blank: what the device wants to hear back (adms.md 7). */
  heard = 0;
  #dropped: Map<string, { count: number; bytes: number }> | null = null;
  #block: Uint8Array[] = [];
  #blockBytes = 0;

  addPunch(punch: Punch): void {
    this.heard++;
    this.punches.push(punch);
  }

  /** A known line that is no punch. */
  addSkipped(): void {
    this.heard++;
    this.skipped++;
  }

  /** A known line that must not be kept: only what it was and how big. */
  addDropped(kind: string, bytes: number): void {
    this.addSkipped();
    this.noteDropped(kind, bytes);
  }

  /** Something dropped from a line that is counted otherwise, e.g. the password in a user line. */
  noteDropped(kind: string, bytes: number): void {
    this.#dropped ??= new Map();
    const sum = this.#dropped.get(kind);
    if (sum === undefined) this.#dropped.set(kind, { count: 1, bytes });
    else {
      sum.count++;
      sum.bytes += bytes;
    }
  }

  /** A line nobody could read: to quarantine, unless it carries what must not be kept. */
  addUnread(reason: string, text: string, bytes: Uint8Array): void {
    if (carriesSecret(text)) {
      this.addDropped('unreadable line with a secret', bytes.length);
      return;
    }
    this.heard++;
    if (this.unread.length < MAX_SINGLE_FRAGMENTS) this.#addFragments(reason, bytes);
    else this.#gather(bytes);
  }

  /** The counts as a reading has them; called once, at the end. */
  finish(): Pick<Reading, 'unread' | 'skipped' | 'lines' | 'dropped'> {
    this.#flushBlock();
    const { unread, skipped } = this;
    const lines = this.punches.length + unread.length + skipped;
    const dropped =
      this.#dropped === null ? [] : Array.from(this.#dropped, ([kind, sum]) => ({ kind, ...sum }));
    return { unread, skipped, lines, dropped };
  }

  #addFragments(reason: string, bytes: Uint8Array): void {
    this.unread.push(...splitFragments(reason, bytes));
  }

  #gather(bytes: Uint8Array): void {
    if (this.#blockBytes + bytes.length + 1 > MAX_FRAGMENT_BYTES) this.#flushBlock();
    if (bytes.length + 1 > MAX_FRAGMENT_BYTES) {
      this.#addFragments('many unreadable lines', bytes);
      return;
    }
    this.#block.push(bytes);
    this.#blockBytes += bytes.length + 1;
  }

  #flushBlock(): void {
    if (this.#blockBytes === 0) return;
    const joined = new Uint8Array(this.#blockBytes);
    let at = 0;
    for (const line of this.#block) {
      joined.set(line, at);
      at += line.length;
      joined[at++] = 10;
    }
    this.unread.push({ reason: 'many unreadable lines', bytes: joined });
    this.#block = [];
    this.#blockBytes = 0;
  }
}

/** Bytes as fragments of at most 64 KiB; several say which part they are, so that nothing is cut silently. */
export function splitFragments(reason: string, bytes: Uint8Array): Fragment[] {
  if (bytes.length <= MAX_FRAGMENT_BYTES) return [{ reason, bytes: bytes.slice() }];
  const parts = Math.ceil(bytes.length / MAX_FRAGMENT_BYTES);
  return Array.from({ length: parts }, (_, i) => ({
    reason: `${reason} (part ${i + 1} of ${parts})`,
    bytes: bytes.slice(i * MAX_FRAGMENT_BYTES, (i + 1) * MAX_FRAGMENT_BYTES),
  }));
}
