import type { Punch } from '../../punch.js';
import type { Fragment, Reading } from '../dialect.js';
import { encodeText, type Line } from './lines.js';
import { carriesSecret } from './secrets.js';

/** A fragment's size limit in the journal's contract. */
export const MAX_FRAGMENT_BYTES = 65_536;
/**
 * Unreadable lines beyond this are gathered into blocks of up to 64 KiB, each one unit: a body of 16 MiB can hold
 * millions of lines, and a fragment of its own for each would cost the memory of a small PC.
 */
const MAX_SINGLE_FRAGMENTS = 1_000;

/** More than the biggest terminal holds; a bound for senders that make users up. */
const MAX_USERS = 20_000;

const MANY = 'many unreadable lines';
const LF = 10;
/** Of one UTF-16 unit: a bound that needs no counting. */
const MAX_UTF8_BYTES = 3;

/** Counts what one body held, so that `lines = punches + unread + skipped` holds by construction. */
export class Tally {
  readonly punches: Punch[] = [];
  readonly unread: Fragment[] = [];
  skipped = 0;
  /** `id<TAB>name` each; for the person who asked for them, never kept otherwise. */
  readonly users: string[] = [];
  /** Lines that were not blank: what the device wants to hear back (adms.md 7). */
  heard = 0;
  #dropped: Map<string, { count: number; bytes: number }> | null = null;
  #block: Line[] = [];
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

  addUser(id: string, name: string): void {
    if (this.users.length < MAX_USERS) this.users.push(`${id}\t${name}`);
  }

  /** A line nobody could read: to quarantine, unless it carries what must not be kept. */
  addUnread(reason: string, line: Line): void {
    if (carriesSecret(line.text)) {
      this.addDropped('unreadable line with a secret', line.text.length);
      return;
    }
    this.heard++;
    if (this.unread.length < MAX_SINGLE_FRAGMENTS) this.#addFragments(reason, bytesOf(line));
    else this.#gather(line);
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

  #gather(line: Line): void {
    const size = 1 + (line.bytes?.length ?? line.text.length * MAX_UTF8_BYTES);
    if (this.#blockBytes + size > MAX_FRAGMENT_BYTES) this.#flushBlock();
    if (size > MAX_FRAGMENT_BYTES) this.#addFragments(MANY, bytesOf(line));
    else {
      this.#block.push(line);
      this.#blockBytes += size;
    }
  }

  #flushBlock(): void {
    if (this.#block.length === 0) return;
    this.#addFragments(MANY, joinLines(this.#block));
    this.#block = [];
    this.#blockBytes = 0;
  }
}

function bytesOf(line: Line): Uint8Array {
  return line.bytes ?? encodeText(line.text);
}

/** Lines of one body either all have bytes of their own or all have none. */
function joinLines(lines: readonly Line[]): Uint8Array {
  if (lines[0]?.bytes === null) return encodeText(`${lines.map(({ text }) => text).join('\n')}\n`);
  const parts = lines.map(bytesOf);
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0)).fill(LF);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length + 1;
  }
  return joined;
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
