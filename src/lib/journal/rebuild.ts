import { DamagedJournal, type Row } from './damaged-journal.js';
import type { Database } from './database.js';
import { sqliteCodeOf } from './failure.js';
import { ITEM_BYTES } from './quarantine.js';

export interface Salvaged {
  readonly punches: number;
  /** Rows of punches that were met but make no sense, and gaps that the damaged journal's own counts tell of. */
  readonly lostPunches: number;
  readonly quarantined: number;
}

/**
 * Copied as they are, those that others refer to first. Not copied: checkpoints, so that files are read again, and
 * the counts, which are made anew.
 */
const TABLES = ['device', 'label', 'punch', 'rejection', 'command', 'quarantine', 'notice'] as const;
const CONSTRAINT = 19;
const MISMATCH = 20;

/** Fills an empty journal with all that can be read of a damaged one. */
export function rebuildFrom(file: string, fresh: Database): Salvaged {
  const damaged = new DamagedJournal(file);
  try {
    for (const table of TABLES) {
      copyTable(damaged, fresh, table);
      // Their unique indexes hold what punches need of them, should the tables' own pages be lost.
      if (table === 'device') restoreDevices(damaged, fresh);
      if (table === 'label') restoreLabels(damaged, fresh);
    }
    return fresh.write(() => finish(damaged, fresh));
  } finally {
    damaged.close();
  }
}

function copyTable(damaged: DamagedJournal, fresh: Database, table: string): void {
  const known = new Set(columnsOf(fresh, table));
  const columns = damaged.columnsOf(table).filter((name) => known.has(name));
  if (columns.length === 0) return;
  const marks = columns.map(() => '?').join(', ');
  const insert = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks}) ON CONFLICT DO NOTHING`;
  for (const rows of damaged.rows(table, columns)) {
    fresh.write(() => {
      for (const row of rows)
        copyRow(
          fresh,
          insert,
          columns.map((name) => row[name]!),
        );
    });
  }
}

/** A row whose bytes are damaged may break the rules of its table: it is left out, its neighbours are not. */
function copyRow(fresh: Database, insert: string, values: readonly Row[string][]): void {
  try {
    fresh.prepare(insert).run(...values);
  } catch (error) {
    const code = sqliteCodeOf(error);
    if (code !== CONSTRAINT && code !== MISMATCH) throw error;
  }
}

function restoreDevices(damaged: DamagedJournal, fresh: Database): void {
  const add =
    fresh.prepare(`INSERT INTO device (id, sn, known, first_seen_at, last_seen_at) VALUES (?, ?, 1, 0, 0)
    ON CONFLICT DO NOTHING`);
  const rows = damaged.indexRows('SELECT id, sn FROM device INDEXED BY sqlite_autoindex_device_1');
  fresh.write(() => {
    for (const { id, sn } of rows) add.run(id!, sn!);
    // Empty stamps ask devices for everything they hold; the number of punches is counted anew.
    fresh.exec(`UPDATE device SET stamps = '{}', punches = 0, last_punch_at = NULL,
      facts = iif(json_valid(facts), facts, '{}')`);
  });
}

function restoreLabels(damaged: DamagedJournal, fresh: Database): void {
  const add = fresh.prepare('INSERT INTO label (id, text) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const rows = damaged.indexRows('SELECT id, text FROM label INDEXED BY sqlite_autoindex_label_1');
  fresh.write(() => {
    for (const { id, text } of rows) add.run(id!, text!);
  });
}

function finish(damaged: DamagedJournal, fresh: Database): Salvaged {
  fresh.exec(REMOVE_NONSENSE);
  fresh.exec(`UPDATE punch SET state = 0 WHERE state NOT IN (0, 1, 2, 3)
    OR state = 3 AND key NOT IN (SELECT key FROM rejection)`);
  fresh.exec(RECOUNT);
  const before = damaged
    .rows('tally', ['waiting + held + delivered + rejected AS punches', ...KEPT_COUNTS])
    .next();
  const old: Row = (before.done ? undefined : before.value[0]) ?? {};
  for (const name of KEPT_COUNTS)
    fresh.prepare(`UPDATE tally SET ${name} = coalesce(?, ${name})`).run(old[name] ?? null);
  const now = fresh
    .prepare<Salvaged>(`SELECT waiting + held + delivered + rejected AS punches,
    0 AS lostPunches, quarantined FROM tally`)
    .get()!;
  return { ...now, lostPunches: Math.max(0, Number(old.punches ?? 0) - now.punches) };
}

const KEPT_COUNTS = ['duplicates', 'skipped', 'dropped', 'target'];

/** No calendar has these: such rows come from damaged pages and could not even be shown. */
const REMOVE_NONSENSE = `
  CREATE TEMP TABLE nonsense AS SELECT key FROM punch
    WHERE time NOT BETWEEN 0 AND 13569465599 OR received_at NOT BETWEEN 0 AND 253402300799999 OR user_key = '';
  DELETE FROM rejection WHERE key IN (SELECT key FROM nonsense);
  DELETE FROM punch WHERE key IN (SELECT key FROM nonsense);
  DROP TABLE nonsense`;

const RECOUNT = `UPDATE tally SET
  waiting = (SELECT count(*) FROM punch WHERE state = 0),
  held = (SELECT count(*) FROM punch WHERE state = 1),
  delivered = (SELECT count(*) FROM punch WHERE state = 2),
  rejected = (SELECT count(*) FROM punch WHERE state = 3),
  quarantined = (SELECT count(*) FROM quarantine),
  quarantine_bytes = (SELECT coalesce(sum(bytes + ${ITEM_BYTES}), 0) FROM quarantine),
  unproven_from = (SELECT min(time) FROM punch WHERE loose & 1),
  unproven_to = (SELECT max(time) FROM punch WHERE loose & 1)`;

function columnsOf(db: Database, table: string): string[] {
  const rows = db.prepare<{ readonly name: string }>(
    `SELECT name FROM pragma_table_info('${table}', 'disk')`,
  );
  return rows.all().map(({ name }) => name);
}
