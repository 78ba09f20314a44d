import { createHash } from 'node:crypto';
import type { Fragment } from '../dialects/dialect.js';
import type { Database, Statement } from './database.js';
import { unavailable } from './failure.js';
import type { QuarantineContent, QuarantineItem } from './journal.js';
import { type Change, isoText } from './tally.js';

/** What an item costs beside its content: row, hash, index, texts. */
export const ITEM_BYTES = 512;

interface ItemRow {
  readonly id: number;
  readonly source: string;
  readonly device_sn: string | null;
  readonly reason: string;
  readonly bytes: number;
  readonly count: number;
  readonly first_seen_at: number;
  readonly last_seen_at: number;
}

/** Where unread content came from. */
export interface Provenance {
  readonly source: string;
  readonly deviceSn: string | null;
  readonly atMs: number;
  readonly origin: string | null;
}

interface Item {
  readonly hash: Uint8Array;
  readonly fragment: Fragment;
}

/**
 * Input that could not be read. One item per source, device and content, with a count: what a device sends again and
 * again takes its room once. The reason is not part of it, so that an update with other words doubles nothing.
 */
export class Quarantine {
  readonly #db: Database;
  readonly #maxBytes: number;
  readonly #count: Statement;
  readonly #isKnown: Statement<unknown>;
  readonly #add: Statement;

  constructor(db: Database, maxBytes: number) {
    this.#db = db;
    this.#maxBytes = maxBytes;
    this.#isKnown = db.prepare('SELECT 1 FROM quarantine WHERE hash = ?');
    this.#count = db.prepare(
      'UPDATE quarantine SET count = count + 1, last_seen_at = max(last_seen_at, ?2) WHERE hash = ?1',
    );
    this.#add =
      db.prepare(`INSERT INTO quarantine (hash, source, device_sn, reason, bytes, count, first_seen_at,
      last_seen_at, origin, content) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6, ?7, ?8)`);
  }

  /**
   * In a transaction.
   * @param usedBytes of the quarantine, as the tally has them
   * @returns how to store the fragments
   * @throws {JournalUnavailable} when they don't fit; nothing is changed then
   */
  admit(fragments: readonly Fragment[], from: Provenance, usedBytes: number): (change: Change) => void {
    const items = fragments.map((fragment) => ({ fragment, hash: hashOf(fragment, from) }));
    const fresh = new Map(items.map((item) => [Buffer.from(item.hash).toString('latin1'), item]));
    let bytes = 0;
    for (const [name, { hash, fragment }] of fresh) {
      if (this.#isKnown.get(hash)) fresh.delete(name);
      else bytes += sizeOf([fragment]);
    }
    if (bytes > 0 && usedBytes + bytes > this.#maxBytes) throw unavailable('quarantine-full');
    return (change) => this.#store(items, from, change);
  }

  list(): QuarantineItem[] {
    const rows = this.#db.prepare<ItemRow>(`SELECT ${COLUMNS} FROM quarantine ORDER BY id`);
    return rows.all().map(itemOf);
  }

  find(id: number): QuarantineContent | undefined {
    const rows = this.#db.prepare<ItemRow & { readonly origin: string | null; readonly content: Uint8Array }>(
      `SELECT ${COLUMNS}, origin, content FROM quarantine WHERE id = ?`,
    );
    const row = rows.get(id);
    return row === undefined ? undefined : { ...itemOf(row), origin: row.origin, content: row.content };
  }

  /** In a transaction; returns how many there were. */
  discard(ids: readonly number[], change: Change): number {
    const remove = this.#db.prepare<{ readonly bytes: number }>(
      'DELETE FROM quarantine WHERE id = ? RETURNING bytes',
    );
    let removed = 0;
    for (const id of ids) {
      const row = remove.get(id);
      if (!row) continue;
      removed += 1;
      change.quarantined -= 1;
      change.quarantineBytes -= row.bytes + ITEM_BYTES;
    }
    return removed;
  }

  #store(items: readonly Item[], { source, deviceSn, atMs, origin }: Provenance, change: Change): void {
    for (const { hash, fragment } of items) {
      if (this.#count.run(hash, atMs).changes === 1) continue;
      this.#add.run(
        hash,
        source,
        deviceSn,
        fragment.reason,
        fragment.bytes.length,
        atMs,
        origin,
        fragment.bytes,
      );
      change.quarantined += 1;
      change.quarantineBytes += sizeOf([fragment]);
    }
  }
}

const COLUMNS = 'id, source, device_sn, reason, bytes, count, first_seen_at, last_seen_at';

/** What fragments take of the quarantine's room if all of them are new. */
export function sizeOf(fragments: readonly Fragment[]): number {
  return fragments.reduce((sum, { bytes }) => sum + bytes.length + ITEM_BYTES, 0);
}

function hashOf({ bytes }: Fragment, { source, deviceSn }: Provenance): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify([source, deviceSn]))
    .update(bytes)
    .digest();
}

function itemOf(row: ItemRow): QuarantineItem {
  return {
    id: row.id,
    source: row.source,
    deviceSn: row.device_sn,
    reason: row.reason,
    bytes: row.bytes,
    count: row.count,
    firstSeenAt: isoText(row.first_seen_at),
    lastSeenAt: isoText(row.last_seen_at),
  };
}
