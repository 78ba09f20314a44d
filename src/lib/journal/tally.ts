import type { Database, Statement } from './database.js';
import type { JournalTotals } from './journal.js';

/** What one transaction adds to the counts. */
export interface Change {
  waiting: number;
  held: number;
  delivered: number;
  rejected: number;
  duplicates: number;
  skipped: number;
  dropped: number;
  quarantined: number;
  quarantineBytes: number;
  /** First and last time of the unproven punches stored; null while there are none. */
  unprovenFrom: number | null;
  unprovenTo: number | null;
}

/** What every transaction has to know of what other processes did. */
export interface Signals {
  readonly devices_version: number;
  readonly commands_version: number;
  readonly unproven_from: number | null;
  readonly unproven_to: number | null;
  readonly quarantine_bytes: number;
  /** Punches of devices that are not approved. */
  readonly held: number;
  readonly waiting: number;
}

export function noChange(): Change {
  return {
    waiting: 0,
    held: 0,
    delivered: 0,
    rejected: 0,
    duplicates: 0,
    skipped: 0,
    dropped: 0,
    quarantined: 0,
    quarantineBytes: 0,
    unprovenFrom: null,
    unprovenTo: null,
  };
}

/** The counts, kept so that they cost the same at five million punches as at five. */
export class Tally {
  readonly #signals: Statement<Signals>;
  readonly #add: Statement;
  readonly #totals: Statement<TotalsRow>;

  constructor(db: Database) {
    this.#signals = db.prepare(
      'SELECT devices_version, commands_version, unproven_from, unproven_to, quarantine_bytes, held, waiting FROM tally',
    );
    this.#add =
      db.prepare(`UPDATE tally SET waiting = waiting + ?1, held = held + ?2, delivered = delivered + ?3,
      rejected = rejected + ?4, duplicates = duplicates + ?5, skipped = skipped + ?6, dropped = dropped + ?7,
      quarantined = quarantined + ?8, quarantine_bytes = quarantine_bytes + ?9,
      unproven_from = coalesce(min(unproven_from, ?10), unproven_from, ?10),
      unproven_to = coalesce(max(unproven_to, ?11), unproven_to, ?11)`);
    this.#totals =
      db.prepare(`SELECT waiting, held, delivered, rejected, quarantined, duplicates, skipped, dropped,
      target,
      (SELECT received_at FROM punch ORDER BY key DESC LIMIT 1) AS last_punch_at,
      (SELECT received_at FROM punch WHERE key = (SELECT min(key) FROM punch WHERE state = 0 AND state <> 2)) AS oldest_waiting_at
      FROM tally`);
  }

  signals(): Signals {
    return this.#signals.get()!;
  }

  add(change: Change): void {
    this.#add.run(
      change.waiting,
      change.held,
      change.delivered,
      change.rejected,
      change.duplicates,
      change.skipped,
      change.dropped,
      change.quarantined,
      change.quarantineBytes,
      change.unprovenFrom,
      change.unprovenTo,
    );
  }

  totals(): JournalTotals {
    const { last_punch_at, oldest_waiting_at, ...counts } = this.#totals.get()!;
    return { ...counts, lastPunchAt: isoText(last_punch_at), oldestWaitingAt: isoText(oldest_waiting_at) };
  }
}

interface TotalsRow extends Omit<JournalTotals, 'lastPunchAt' | 'oldestWaitingAt'> {
  readonly last_punch_at: number | null;
  readonly oldest_waiting_at: number | null;
}

export function isoText(atMs: number): string;
export function isoText(atMs: number | null): string | null;
export function isoText(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
