import type { Database, Statement } from './database.js';
import type { DeviceList } from './device-list.js';
import { STATE } from './migrations.js';
import type { Writer } from './writer.js';

interface OldRow {
  readonly key: number;
  readonly state: number;
  readonly received_at: number;
}

/** Rows looked at per call at most, about 10 ms: old ones that still wait may stand before those that may go. */
const LOOK = 10_000;

/**
 * Removes old delivered punches in the order of their arrival. It goes on where the last call stopped and begins
 * again once it met a young one, so that a long row of waiting punches is walked once and not at every call.
 */
export class Pruner {
  readonly #db: Database;
  readonly #writer: Writer;
  readonly #devices: DeviceList;
  readonly #look: Statement<OldRow>;
  #afterKey = 0;

  constructor(db: Database, writer: Writer, devices: DeviceList) {
    this.#db = db;
    this.#writer = writer;
    this.#devices = devices;
    // The newest key stays for ever, so that no key is given twice and takes that go on behind a key miss nothing.
    this.#look = db.prepare(`SELECT key, state, received_at FROM punch
      WHERE key > ? AND key < (SELECT max(key) FROM punch) ORDER BY key LIMIT ?`);
  }

  prune(beforeMs: number, limit: number): number {
    const keys: number[] = [];
    const rows = this.#look.all(this.#afterKey, LOOK);
    let young = rows.length < LOOK;
    for (const row of rows) {
      if (keys.length >= limit) break;
      young ||= row.received_at >= beforeMs;
      if (row.received_at >= beforeMs && row.state === STATE.delivered) break;
      if (row.state === STATE.delivered) keys.push(row.key);
      this.#afterKey = row.key;
    }
    if (young && keys.length < limit) this.#afterKey = 0;
    return keys.length === 0 ? 0 : this.#remove(keys);
  }

  #remove(keys: readonly number[]): number {
    const list = JSON.stringify(keys);
    return this.#writer.write((change) => {
      this.#devices.count();
      this.#db
        .prepare(`UPDATE device SET punches = punches - u.n FROM (SELECT device, count(*) AS n FROM punch
          WHERE key IN (SELECT value FROM json_each(?)) AND state = ${STATE.delivered} GROUP BY device) u
          WHERE u.device = device.id`)
        .run(list);
      const removed = this.#db
        .prepare(
          `DELETE FROM punch WHERE state = ${STATE.delivered} AND key IN (SELECT value FROM json_each(?))`,
        )
        .run(list).changes;
      change.delivered -= removed;
      return removed;
    });
  }
}
