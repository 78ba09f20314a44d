import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Database } from './database.js';
import { DamageFound } from './failure.js';
import { hasItsSchema } from './schema.js';

/**
 * Is the journal sound? A quick check reads every page (0.4 s per 100 MB from memory, far more from a slow disk), a
 * full one also compares every index with its table (1.4 s): too long for every `hip status` on a large journal. So a
 * small one has the quick check at every open; of a large one only both ends of every table and index are read.
 * Damage that escapes shows when it is met at work: that leaves a mark, and the next open checks in full.
 */

/** About 300,000 punches, and a tenth of a second. */
const SMALL_BYTES = 32 * 1024 * 1024;

/** Throws SQLITE_CORRUPT or SQLITE_NOTADB when damage is found. */
export function checkSoundness(db: Database): void {
  demandSchema(db);
  if (existsSync(markOf(db.file))) {
    checkInFull(db);
    clearSuspicion(db.file);
  } else if (statSync(db.file).size <= SMALL_BYTES) {
    demandOk(db.pragma('quick_check(1)'));
  } else {
    readEnds(db);
  }
}

export function checkInFull(db: Database): void {
  demandSchema(db);
  demandOk(db.pragma('integrity_check(1)'));
}

/** Damage was met at work. */
export function raiseSuspicion(file: string): void {
  writeFileSync(markOf(file), 'Damage was met. The next start of hip checks the journal in full.\n');
}

export function clearSuspicion(file: string): void {
  rmSync(markOf(file), { force: true });
}

function markOf(file: string): string {
  return `${file}.suspect`;
}

function demandSchema(db: Database): void {
  if (!hasItsSchema(db)) throw new DamageFound('the schema is not that of its layout');
}

function demandOk(finding: unknown): void {
  if (finding !== 'ok') throw new DamageFound(String(finding));
}

function readEnds(db: Database): void {
  const tables = db.prepare<{ readonly name: string }>(
    `SELECT name FROM disk.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
  );
  for (const { name } of tables.all()) {
    db.prepare(`SELECT * FROM ${name} ORDER BY rowid LIMIT 1`).get();
    db.prepare(`SELECT * FROM ${name} ORDER BY rowid DESC LIMIT 1`).get();
  }
  for (const order of ['ASC', 'DESC']) {
    db.prepare(`SELECT time FROM punch ORDER BY time ${order} LIMIT 1`).get();
    db.prepare(`SELECT key FROM punch WHERE state = 0 AND state <> 2 ORDER BY key ${order} LIMIT 1`).get();
  }
}
