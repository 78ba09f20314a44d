import type { ClockReset } from '../clock-guard/contact.js';
import type { Fragment } from '../dialects/dialect.js';
import { type Punch, userKey, wallSeconds } from '../punch.js';
import type { Database, Statement } from './database.js';
import { isoText } from './tally.js';

const REASON = 'same user and second as a punch from before the clock fell back';
const ENCODER = new TextEncoder();

interface StoredRow {
  readonly raw: string;
  readonly received_at: number;
}

/**
 * Punches that only a clock's falling back made equal: the device showed the same hours twice, and the unique key
 * would take the second person's day for a re-send of the first.
 */
export class ClockCollisions {
  readonly #find: Statement<StoredRow>;

  constructor(db: Database) {
    this.#find = db.prepare(`SELECT p.raw, p.received_at FROM punch p JOIN device d ON d.id = p.device
      WHERE p.time = ? AND p.user_key = ? AND d.sn = ? AND p.suspect = 'before-2020' AND p.received_at < ?`);
  }

  /** Each with what a person needs to decide. Equal input gives equal bytes, so that a re-send is counted, not kept. */
  find(punches: readonly Punch[], reset: ClockReset): ReadonlyMap<Punch, Fragment> {
    const found = new Map<Punch, Fragment>();
    for (const punch of punches) {
      const isOfStretch = punch.time >= reset.from && punch.time <= reset.to;
      if (!isOfStretch || punch.suspect !== 'before-2020' || !punch.proven) continue;
      const stored = this.#find.get(
        wallSeconds(punch.time),
        userKey(punch.userId),
        punch.deviceSn,
        reset.since.getTime(),
      );
      if (stored) found.set(punch, { reason: REASON, bytes: ENCODER.encode(renderBoth(punch, stored)) });
    }
    return found;
  }
}

function renderBoth(punch: Punch, stored: StoredRow): string {
  return [
    `Stored ${isoText(stored.received_at)}: ${stored.raw}`,
    `Not stored, of the same user and second: ${punch.raw}`,
    '',
  ].join('\n');
}
