import type { Database, Statement } from './database.js';
import { readPairs } from './device-registry.js';
import type { DeviceRecord } from './journal.js';
import { isoText } from './tally.js';

interface ListRow {
  readonly id: number;
  readonly sn: string;
  readonly name: string | null;
  readonly dialect: string | null;
  readonly approved: number;
  readonly facts: string;
  readonly stamps: string;
  readonly remote_address: string | null;
  readonly first_seen_at: number;
  readonly last_seen_at: number;
  readonly punches: number;
  readonly last_punch_at: number | null;
}

/** Punches that came after the last count, per device. */
const UNCOUNTED = `SELECT device, count(*) AS n, max(received_at) AS newest FROM punch
  WHERE key > (SELECT counted_key FROM tally) GROUP BY device`;

/** Above so many uncounted punches they are added to the devices: keeps the list quick, and appends as good as free. */
const COUNT_AFTER = 20_000;

/**
 * Punches per device. Appends don't touch the devices' rows (fifty more writes per commit when fifty devices speak at
 * once): up to `tally.counted_key` the rows have the number, what came later is counted when somebody asks.
 */
export class DeviceList {
  readonly #all: Statement<ListRow>;
  readonly #fold: readonly Statement[];
  #uncounted = 0;

  constructor(db: Database) {
    this.#all =
      db.prepare(`SELECT d.id, d.sn, d.name, d.dialect, d.approved, d.facts, d.stamps, d.remote_address,
      d.first_seen_at, d.last_seen_at, d.punches + coalesce(u.n, 0) AS punches,
      coalesce(u.newest, d.last_punch_at) AS last_punch_at
      FROM device d LEFT JOIN (${UNCOUNTED}) u ON u.device = d.id WHERE d.known ORDER BY d.sn`);
    this.#fold = [
      db.prepare(`UPDATE device SET punches = punches + u.n, last_punch_at = u.newest
        FROM (${UNCOUNTED}) u WHERE u.device = device.id`),
      db.prepare('UPDATE tally SET counted_key = coalesce((SELECT max(key) FROM punch), counted_key)'),
    ];
  }

  list(): DeviceRecord[] {
    return this.#all.all().map(recordOf);
  }

  /** In a transaction that stored `count` punches. */
  stored(count: number): void {
    this.#uncounted += count;
    if (this.#uncounted >= COUNT_AFTER) this.count();
  }

  /** In a transaction. From here on the rows have the numbers of all that is stored. */
  count(): void {
    for (const statement of this.#fold) statement.run();
    this.#uncounted = 0;
  }
}

function recordOf(row: ListRow): DeviceRecord {
  return {
    sn: row.sn,
    name: row.name,
    dialect: row.dialect,
    approved: row.approved === 1,
    facts: readPairs(row.facts),
    stamps: readPairs(row.stamps),
    remoteAddress: row.remote_address,
    firstSeenAt: isoText(row.first_seen_at),
    lastSeenAt: isoText(row.last_seen_at),
    lastPunchAt: isoText(row.last_punch_at),
    punches: row.punches,
  };
}
