import type { Database, Statement } from './database.js';
import { readPairs } from './device-registry.js';
import type { DeviceRecord } from './journal.js';
import { isoText } from './tally.js';

/** In the order of the columns. */
type ListRow = readonly [
  sn: string,
  name: string | null,
  dialect: string | null,
  approved: number,
  facts: string,
  stamps: string,
  remoteAddress: string | null,
  firstSeenAt: number,
  lastSeenAt: number,
  lastPunchAt: number | null,
  punches: number,
];

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
      db.prepareArrays(`SELECT d.sn, d.name, d.dialect, d.approved, d.facts, d.stamps, d.remote_address,
      d.first_seen_at, d.last_seen_at, coalesce(u.newest, d.last_punch_at), d.punches + coalesce(u.n, 0)
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
  const [
    sn,
    name,
    dialect,
    approved,
    facts,
    stamps,
    remoteAddress,
    firstSeenAt,
    lastSeenAt,
    lastPunchAt,
    punches,
  ] = row;
  return {
    sn,
    name,
    dialect,
    approved: approved === 1,
    facts: readPairs(facts),
    stamps: readPairs(stamps),
    remoteAddress,
    firstSeenAt: isoText(firstSeenAt),
    lastSeenAt: isoText(lastSeenAt),
    lastPunchAt: isoText(lastPunchAt),
    punches,
  };
}
