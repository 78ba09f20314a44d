import { codeOf } from '../errors.js';
import { JournalUnavailable } from './journal.js';

/** Primary result codes of SQLite (sqlite.org/rescode.html) that lie in the world around and not in what was asked. */
const REASONS: ReadonlyMap<number, JournalUnavailable['reason']> = new Map([
  [5, 'busy'],
  [6, 'busy'],
  [7, 'io'],
  [8, 'read-only'],
  [10, 'io'],
  [11, 'damaged'],
  [13, 'disk-full'],
  [14, 'io'],
  [15, 'busy'],
  [22, 'io'],
  [23, 'read-only'],
  [26, 'damaged'],
]);

const SENTENCES: Readonly<Record<JournalUnavailable['reason'], string>> = {
  busy: 'Another process keeps the journal locked.',
  'read-only': 'The journal may not be written to.',
  io: 'The disk of the journal does not answer as it should.',
  damaged: 'The journal is damaged; it is repaired when hip starts again.',
  'disk-full': 'The disk of the journal is full.',
  'quarantine-full': 'The quarantine is full; clear it with hip quarantine.',
  unknown: 'The journal could not store this.',
};

/** The primary SQLite result code of anything thrown; 0 when it is no SQLite error. */
export function sqliteCodeOf(error: unknown): number {
  if (error instanceof JournalUnavailable) return sqliteCodeOf(error.cause);
  const code = typeof error === 'object' && error !== null ? (error as { errcode?: unknown }).errcode : 0;
  return typeof code === 'number' ? code & 0xff : 0;
}

export function isBusy(error: unknown): boolean {
  return sqliteCodeOf(error) === 5;
}

/** SQLITE_CORRUPT or SQLITE_NOTADB: the only two that may lead to recovery. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === 11 || code === 26;
}

/** Found by looking for it, and the same kind of error as SQLite's own SQLITE_CORRUPT. */
export class DamageFound extends Error {
  readonly errcode = 11;
}

/** `all` of the SQLite library throws without a result code, unlike `get`, `run` and `exec`. */
export function isWithoutCode(error: unknown): boolean {
  return codeOf(error) === 'ERR_SQLITE_ERROR' && sqliteCodeOf(error) === 0;
}

/** The reason when the world around is at fault, null when it lies in what was asked. */
export function reasonOf(error: unknown): JournalUnavailable['reason'] | null {
  if (error instanceof JournalUnavailable) return error.reason;
  return REASONS.get(sqliteCodeOf(error)) ?? null;
}

export function unavailable(reason: JournalUnavailable['reason'], cause?: unknown): JournalUnavailable {
  const detail = cause instanceof Error ? ` (${cause.message})` : '';
  return new JournalUnavailable(reason, SENTENCES[reason] + detail, cause);
}

/** What was thrown while writing, in the words of the contract where it has any; else as it is. */
export function translated(error: unknown): unknown {
  if (error instanceof JournalUnavailable) return error;
  const reason = reasonOf(error);
  return reason === null ? error : unavailable(reason, error);
}
