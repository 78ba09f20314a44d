import type { Database } from './database.js';

/** States of a punch as they stand in `punch.state`; drawn in journal.ts. */
export const STATE = { waiting: 0, held: 1, delivered: 2, rejected: 3 } as const;
export const STATE_NAMES = ['waiting', 'held', 'delivered', 'rejected'] as const;

/** Bits of `punch.loose`: why another punch may be the same without being equal. */
export const LOOSE = { unproven: 1, minute: 2 } as const;

/**
 * Numbered steps; a released one is never changed. `PRAGMA user_version` holds the number of the last one done.
 *
 * punch.time is in seconds of the device's wall clock (`wallSeconds`), everything named `_at` in ms since 1970 UTC.
 * punch.user_id is null where it equals user_key. The identity index begins with the time, so that what many devices
 * send at one moment lies on one page and not on one page per device (half the bytes per commit, measured), and so
 * that an unproven punch finds its equals of all devices with one look. Keys grow in the order of commits.
 *
 * tally has one row. Its counts change in the same transaction as what they count; devices_version and
 * commands_version tell the other processes that their memory is out of date; punches up to counted_key are
 * counted in device.punches; unproven_from and unproven_to span the times of all unproven punches ever stored.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE disk.device (
    id INTEGER PRIMARY KEY,
    sn TEXT NOT NULL UNIQUE,
    known INTEGER NOT NULL,
    name TEXT,
    dialect TEXT,
    approved INTEGER NOT NULL DEFAULT 0,
    facts TEXT NOT NULL DEFAULT '{}',
    stamps TEXT NOT NULL DEFAULT '{}',
    remote_address TEXT,
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    punches INTEGER NOT NULL DEFAULT 0,
    last_punch_at INTEGER
  ) STRICT;

  CREATE TABLE disk.label (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE disk.punch (
    key INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    user_key TEXT NOT NULL,
    device INTEGER NOT NULL REFERENCES device (id),
    state INTEGER NOT NULL,
    loose INTEGER NOT NULL,
    user_id TEXT,
    sink_name INTEGER REFERENCES label (id),
    status INTEGER,
    verify INTEGER,
    work_code TEXT,
    suspect TEXT,
    source INTEGER NOT NULL REFERENCES label (id),
    received_at INTEGER NOT NULL,
    raw TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX disk.punch_identity ON punch (time, user_key, device);
  CREATE INDEX disk.punch_open ON punch (state, key) WHERE state <> 2;

  CREATE TABLE disk.rejection (
    key INTEGER PRIMARY KEY REFERENCES punch (key),
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE disk.command (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device_sn TEXT NOT NULL,
    verb TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sent_at INTEGER,
    finished_at INTEGER,
    return_code TEXT,
    detail TEXT,
    attempts INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX disk.command_device ON command (device_sn);
  CREATE INDEX disk.command_open ON command (id) WHERE state IN ('waiting', 'sent');

  CREATE TABLE disk.quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    source TEXT NOT NULL,
    device_sn TEXT,
    reason TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    origin TEXT,
    content BLOB NOT NULL
  ) STRICT;

  CREATE TABLE disk.checkpoint (
    file TEXT PRIMARY KEY,
    identity TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    offset_bytes INTEGER NOT NULL,
    line INTEGER NOT NULL,
    note TEXT
  ) STRICT;

  CREATE TABLE disk.notice (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    dismissed_at INTEGER
  ) STRICT;

  CREATE TABLE disk.tally (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    waiting INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0,
    quarantine_bytes INTEGER NOT NULL DEFAULT 0,
    unproven_from INTEGER,
    unproven_to INTEGER,
    target TEXT,
    counted_key INTEGER NOT NULL DEFAULT 0,
    devices_version INTEGER NOT NULL DEFAULT 0,
    commands_version INTEGER NOT NULL DEFAULT 0,
    opened INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT INTO disk.tally (id) VALUES (1);
  `,
];

/** The newest layout that this program knows. */
export const LAYOUT_VERSION = MIGRATIONS.length;

export function layoutVersionOf(db: Database): number {
  return Number(db.pragma('user_version'));
}

/** Brings an older or empty journal up to date, each step in a transaction of its own. */
export function migrate(db: Database): void {
  for (let version = layoutVersionOf(db); version < LAYOUT_VERSION; version = layoutVersionOf(db)) {
    db.write(() => {
      // Another process may have been first; inside the transaction nobody is.
      if (layoutVersionOf(db) !== version) return;
      db.exec(`${MIGRATIONS[version]}; PRAGMA disk.user_version = ${version + 1}`);
    });
  }
}
