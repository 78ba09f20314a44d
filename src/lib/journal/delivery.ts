import { wallSeconds, wallText } from '../punch.js';
import type { Database, Statement } from './database.js';
import type { FreshPunches } from './fresh.js';
import type { TimeRange, Verdicts, WaitingPunch } from './journal.js';
import { STATE } from './migrations.js';
import { inSteps } from './pace.js';
import type { Change, Tally } from './tally.js';
import type { Writer } from './writer.js';

type WaitingRow = readonly [
  key: number,
  device: number,
  sinkName: number | null,
  userId: string,
  time: number,
  status: number | null,
  verify: number | null,
  raw: string,
];

interface Place {
  readonly time: number;
  readonly key: number;
}

/** Punches per step of a long walk: about 10 ms of write lock. */
const STEP = 1_000;
/** SQLite uses the partial index only where its condition is said in its own words. */
const OPEN = 'state <> 2';
const KEYS = '(SELECT value FROM json_each(?1))';
const EARLIEST = Number.MIN_SAFE_INTEGER;
const LATEST = Number.MAX_SAFE_INTEGER;

/** Texts by their number, which never stands for another text later. */
class Names {
  readonly #find: Statement<{ readonly name: string }>;
  readonly #known = new Map<number, string>();

  constructor(find: Statement<{ readonly name: string }>) {
    this.#find = find;
  }

  of(id: number): string {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    // Foreign keys see to it that there is one.
    const { name } = this.#find.get(id)!;
    this.#known.set(id, name);
    return name;
  }
}

export interface DeliveryParts {
  readonly db: Database;
  readonly writer: Writer;
  readonly tally: Tally;
  readonly fresh: FreshPunches;
}

/** What the forwarder and those who send again do with the states of punches. */
export class Delivery {
  readonly #db: Database;
  readonly #writer: Writer;
  readonly #tally: Tally;
  readonly #fresh: FreshPunches;
  readonly #take: Statement<{ readonly rows: string }>;
  readonly #newest: Statement<{ readonly key: number }>;
  readonly #serialNumbers: Names;
  readonly #labels: Names;

  constructor({ db, writer, tally, fresh }: DeliveryParts) {
    this.#db = db;
    this.#writer = writer;
    this.#tally = tally;
    this.#fresh = fresh;
    this.#serialNumbers = new Names(db.prepare('SELECT sn AS name FROM device WHERE id = ?'));
    this.#labels = new Names(db.prepare('SELECT text AS name FROM label WHERE id = ?'));
    this.#newest = db.prepare('SELECT coalesce(max(key), 0) AS key FROM punch');
    // All rows as one text: half the price of handing each value over (measured).
    this.#take = db.prepare(`SELECT json_group_array(json_array(key, device, sink_name, user_id, time, status,
      verify, raw)) AS rows FROM (
        SELECT key, device, sink_name, coalesce(user_id, user_key) AS user_id, time, status, verify, raw
        FROM punch INDEXED BY punch_open
        WHERE state = ${STATE.waiting} AND ${OPEN} AND key > ? ORDER BY key LIMIT ?)`);
  }

  newestKey(): number {
    return this.#newest.get()!.key;
  }

  take(limit: number, afterKey = 0): WaitingPunch[] {
    const { waiting } = this.#tally.signals();
    return this.#fresh.take({ limit, afterKey, waiting }) ?? this.#read(limit, afterKey);
  }

  #read(limit: number, afterKey: number): WaitingPunch[] {
    const rows = JSON.parse(this.#take.get(afterKey, limit)!.rows) as WaitingRow[];
    return rows.map(([key, device, sinkName, userId, time, status, verify, raw]) => ({
      key,
      deviceName: sinkName === null ? this.#serialNumbers.of(device) : this.#labels.of(sinkName),
      userId,
      time: wallText(time),
      status,
      verify,
      raw,
    }));
  }

  settle({ target, accepted, rejected }: Verdicts, atMs: number): void {
    if (accepted.length === 0 && rejected.length === 0) return;
    this.#writer.write((change) => {
      const delivered = this.#accept(accepted);
      change.delivered += delivered;
      change.waiting -= delivered;
      for (const verdict of rejected) this.#reject(verdict, atMs, change);
      if (delivered > 0) this.#db.prepare('UPDATE tally SET target = ?1 WHERE target IS NOT ?1').run(target);
    });
    this.#fresh.remove(accepted);
    this.#fresh.remove(rejected.map(({ key }) => key));
  }

  /** What was appended together has keys without gaps: a range of them costs a third less than a list. */
  #accept(keys: readonly number[]): number {
    const accept = `UPDATE punch SET state = ${STATE.delivered} WHERE state = ${STATE.waiting} AND key`;
    const range = this.#db.prepare(`${accept} BETWEEN ? AND ?`);
    const { ranges, others } = splitKeys(keys);
    let accepted = 0;
    for (const [first, last] of ranges) accepted += range.run(first, last).changes;
    if (others.length > 0)
      accepted += this.#db.prepare(`${accept} IN ${KEYS}`).run(JSON.stringify(others)).changes;
    return accepted;
  }

  retryRejected(): Promise<number> {
    const clear = this.#db.prepare(`DELETE FROM rejection WHERE key IN ${KEYS}`);
    let afterKey = 0;
    return inSteps(() => {
      const keys = this.#openKeys(STATE.rejected, afterKey, null);
      afterKey = keys.at(-1) ?? LATEST;
      if (keys.length === 0) return null;
      return this.#writer.write((change) => {
        clear.run(JSON.stringify(keys));
        return this.#letWait('rejected', keys, change);
      });
    });
  }

  redeliver({ from, to }: TimeRange): Promise<number> {
    const toTime = to === undefined ? LATEST : wallSeconds(to);
    let after: Place = { time: from === undefined ? EARLIEST : wallSeconds(from) - 1, key: LATEST };
    const step = this.#db.prepare<Place & { readonly state: number }>(`SELECT time, key, state FROM punch
      WHERE (time, key) > (?, ?) AND time <= ? ORDER BY time, key LIMIT ${STEP}`);
    return inSteps(() => {
      const rows = step.all(after.time, after.key, toTime);
      after = rows.at(-1) ?? after;
      if (rows.length === 0) return null;
      const keys = rows.filter(({ state }) => state === STATE.delivered).map(({ key }) => key);
      return keys.length === 0 ? 0 : this.#writer.write((change) => this.#letWait('delivered', keys, change));
    });
  }

  /** Held punches of a device become waiting. */
  release(device: number): Promise<number> {
    let afterKey = 0;
    return inSteps(() => {
      const keys = this.#openKeys(STATE.held, afterKey, device);
      afterKey = keys.at(-1) ?? LATEST;
      return keys.length === 0 ? null : this.#writer.write((change) => this.#letWait('held', keys, change));
    });
  }

  #reject({ key, code, message }: Verdicts['rejected'][number], atMs: number, change: Change): void {
    const mark = this.#db.prepare(
      `UPDATE punch SET state = ${STATE.rejected} WHERE key = ? AND state = ${STATE.waiting}`,
    );
    if (mark.run(key).changes === 0) return;
    this.#db
      .prepare('INSERT OR REPLACE INTO rejection (key, code, message, at) VALUES (?, ?, ?, ?)')
      .run(key, code, message, atMs);
    change.waiting -= 1;
    change.rejected += 1;
  }

  #letWait(from: 'held' | 'delivered' | 'rejected', keys: readonly number[], change: Change): number {
    const moved = this.#db
      .prepare(`UPDATE punch SET state = ${STATE.waiting} WHERE state = ${STATE[from]} AND key IN ${KEYS}`)
      .run(JSON.stringify(keys)).changes;
    change[from] -= moved;
    change.waiting += moved;
    return moved;
  }

  #openKeys(state: number, afterKey: number, device: number | null): number[] {
    const rows = this.#db.prepare<{ readonly key: number }>(`SELECT key FROM punch INDEXED BY punch_open
      WHERE state = ? AND ${OPEN} AND key > ? AND device = coalesce(?, device)
      ORDER BY key LIMIT ${STEP}`);
    return rows.all(state, afterKey, device).map(({ key }) => key);
  }
}

/** Fewer keys than this in a row are cheaper in a list. */
const SHORTEST_RANGE = 16;

/** Exactly the same keys: a range has no gap in it. */
function splitKeys(keys: readonly number[]): {
  readonly ranges: readonly (readonly [first: number, last: number])[];
  readonly others: readonly number[];
} {
  const ranges: [number, number][] = [];
  const others: number[] = [];
  for (let from = 0; from < keys.length; ) {
    let to = from + 1;
    while (to < keys.length && keys[to] === keys[to - 1]! + 1) to += 1;
    if (to - from >= SHORTEST_RANGE) ranges.push([keys[from]!, keys[to - 1]!]);
    else others.push(...keys.slice(from, to));
    from = to;
  }
  return { ranges, others };
}
