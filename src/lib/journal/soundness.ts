import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Database } from './database.js';
import { DamageFound } from './failure.js';

/**
 * Is the journal sound? A full check reads every page (about 0.3 s per 100 MB from memory, far more from a slow
 * disk), too long for every `hip status` on a large one. So a small journal is checked in full at every open; of a
 * large one only both ends of every table and index are read. Damage in between shows when that page is read: it
 * leaves a mark, and the next open checks in full.
 */

/** About 300,000 punches, and a tenth of a second. */
const SMALL_BYTES = 32 * 1024 * 1024;

/** Throws SQLITE_CORRUPT or SQLITE_NOTADB when damage is found. */
export function checkSoundness(db: Database): void {
  if (isSuspect(db.file) || statSync(db.file).size <= SMALL_BYTES) {
    checkAllPages(db);
    clearSuspicion(db.file);
  } else {
    readEnds(db);
  }
}

export function checkAllPages(db: Database): void {
  const finding = db.pragma('quick_check(1)');
  if (finding !== 'ok') throw new DamageFound(String(finding));
}

/** Damage was met while running. */
export function raiseSuspicion(file: string): void {
  writeFileSync(markOf(file), 'Damage was met. The next start of hip checks the journal in full.\n');
}

function isSuspect(file: string): boolean {
  return existsSync(markOf(file));
}

export function clearSuspicion(file: string): void {
  rmSync(markOf(file), { force: true });
}

function markOf(file: string): string {
  return `${file}.suspect`;
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
