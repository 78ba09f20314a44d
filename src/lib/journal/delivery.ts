import { wallSeconds, wallText } from '../punch.js';
import type { Database, Statement } from './database.js';
import type { TimeRange, Verdicts, WaitingPunch } from './journal.js';
import { STATE } from './migrations.js';
import { inSteps } from './pace.js';
import type { Change } from './tally.js';
import type { Writer } from './writer.js';

interface WaitingRow {
  readonly key: number;
  readonly device_name: string;
  readonly user_id: string;
  readonly time: number;
  readonly status: number | null;
  readonly verify: number | null;
  readonly raw: string;
}

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

/** What the forwarder and those who send again do with the states of punches. */
export class Delivery {
  readonly #db: Database;
  readonly #writer: Writer;
  readonly #take: Statement<WaitingRow>;

  constructor(db: Database, writer: Writer) {
    this.#db = db;
    this.#writer = writer;
    this.#take = db.prepare(`SELECT p.key, coalesce(l.text, d.sn) AS device_name,
      coalesce(p.user_id, p.user_key) AS user_id, p.time, p.status, p.verify, p.raw
      FROM punch p INDEXED BY punch_open JOIN device d ON d.id = p.device LEFT JOIN label l ON l.id = p.sink_name
      WHERE p.state = ${STATE.waiting} AND ${OPEN} AND p.key > ? ORDER BY p.key LIMIT ?`);
  }

  take(limit: number, afterKey = 0): WaitingPunch[] {
    // Field by field: spreading a row of the library, which has no prototype, takes twice as long as reading it.
    return this.#take.all(afterKey, limit).map((row) => ({
      key: row.key,
      deviceName: row.device_name,
      userId: row.user_id,
      time: wallText(row.time),
      status: row.status,
      verify: row.verify,
      raw: row.raw,
    }));
  }

  settle({ target, accepted, rejected }: Verdicts, atMs: number): void {
    if (accepted.length === 0 && rejected.length === 0) return;
    const accept = this.#db.prepare(
      `UPDATE punch SET state = ${STATE.delivered} WHERE state = ${STATE.waiting} AND key IN ${KEYS}`,
    );
    this.#writer.write((change) => {
      const delivered = accept.run(JSON.stringify(accepted)).changes;
      change.delivered += delivered;
      change.waiting -= delivered;
      for (const verdict of rejected) this.#reject(verdict, atMs, change);
      if (delivered > 0) this.#db.prepare('UPDATE tally SET target = ?1 WHERE target IS NOT ?1').run(target);
    });
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
